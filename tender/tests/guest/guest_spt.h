/* SPDX-License-Identifier: ISC */
/* Test guests on spt: system calls.  Included by guest.h. */
#ifndef GUEST_SPT_H
#define GUEST_SPT_H

#define GUEST_TARGET SOLO5_TARGET_SPT

#if defined(__x86_64__)
#define CALL_READ            0
#define CALL_WRITE           1
#define CALL_PREAD           17
#define CALL_PWRITE          18
#define CALL_ARCH_PRCTL      158
#define CALL_CLOCK_GETTIME   228
#define CALL_EXIT_GROUP      231
#define CALL_EPOLL_PWAIT     281
#define CALL_TIMERFD_SETTIME 286

static inline long call6(long n, long a, long b, long c, long d, long e, long f)
{
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    long result;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8),
                       "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}
#define EPOLL_PACKED __attribute__((packed))
#else
#error "test guests are for x86_64"
#endif

#define CALL(n, a, b, c, d, e, f)                                              \
    call6(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

struct event {
    uint32_t events;
    uint64_t data;
} EPOLL_PACKED;

struct timespec64 {
    int64_t seconds, nanoseconds;
};

#define BOOT ((const struct solo5_spt_boot *)(uintptr_t)SOLO5_SPT_BOOT)

_Noreturn static inline void quit(long status)
{
    for (;;)
        CALL(CALL_EXIT_GROUP, status, 0, 0, 0, 0, 0);
}

static inline void say_bytes(const char *s, size_t n)
{
    CALL(CALL_WRITE, 1, s, n, 0, 0, 0);
}

static inline int64_t now(void)
{
    struct timespec64 t = {0, 0};

    if (CALL(CALL_CLOCK_GETTIME, 1, &t, 0, 0, 0, 0) != 0)
        quit(97);
    return t.seconds * 1000000000 + t.nanoseconds;
}

/* Waits until `deadline` or for an event other than the timer; returns its
 * data, 0 on time-out. */
static inline uint64_t wait_until(int64_t deadline)
{
    struct {
        struct timespec64 interval, value;
    } timer = {{0, 0}, {deadline / 1000000000, deadline % 1000000000 | 1}};

    if (CALL(CALL_TIMERFD_SETTIME, BOOT->timer, 1, &timer, 0, 0, 0) != 0)
        quit(97);
    for (;;) {
        struct event event = {0, 0};
        long n = CALL(CALL_EPOLL_PWAIT, BOOT->epoll, &event, 1, -1, 0, 8);

        if (n == -4) /* EINTR */
            continue;
        if (n != 1)
            quit(97);
        return event.data == SOLO5_SPT_TIMER_DATA ? 0 : event.data;
    }
}

#endif
