/* SPDX-License-Identifier: ISC */
/* What every test guest needs: it is written straight to the Solo5 ABI, without
 * our platform, so that it tests the tender alone. */
#ifndef GUEST_H
#define GUEST_H

#include <fata/abi.h>
#include <fata/solo5.h>
#include <stddef.h>
#include <stdint.h>

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

struct note_header {
    uint32_t name_size, size, type;
    char name[8];
};

/* Notes: GUEST_NOTES(entries, device...) once in each guest. */
#define GUEST_NOTES(count, ...)                                                \
    __attribute__((section(".note.abi"), used,                                 \
                   aligned(8))) static const struct {                          \
        struct note_header h;                                                  \
        struct solo5_abi abi;                                                  \
    } note_abi = {{6, 16, SOLO5_NOTE_ABI, "Solo5"},                            \
                  {SOLO5_TARGET_SPT, SOLO5_ABI_VERSION, 0, 0}};                \
    __attribute__((section(".note.manifest"), used,                            \
                   aligned(8))) static const struct {                          \
        struct note_header h;                                                  \
        uint32_t pad, version, entries;                                        \
        struct solo5_device device[(count) + 1];                               \
    } note_manifest = {                                                        \
        {6, 12 + 104 * ((count) + 1), SOLO5_NOTE_MANIFEST, "Solo5"},           \
        0,                                                                     \
        1,                                                                     \
        (count) + 1,                                                           \
        {{.type = SOLO5_DEVICE_RESERVED}, __VA_ARGS__}}

#define BOOT ((const struct solo5_spt_boot *)(uintptr_t)SOLO5_SPT_BOOT)

_Noreturn static inline void quit(long status)
{
    for (;;)
        CALL(CALL_EXIT_GROUP, status, 0, 0, 0, 0, 0);
}

static inline size_t length(const char *s)
{
    size_t n = 0;

    while (s[n] != '\0')
        n++;
    return n;
}

static inline void say(const char *s)
{
    CALL(CALL_WRITE, 1, s, length(s), 0, 0, 0);
}

static inline void say_number(const char *label, long n)
{
    char text[24];
    int i = sizeof text;
    unsigned long u = n < 0 ? -(unsigned long)n : (unsigned long)n;

    text[--i] = '\0';
    text[--i] = '\n';
    do
        text[--i] = (char)('0' + u % 10);
    while ((u /= 10) != 0);
    if (n < 0)
        text[--i] = '-';
    say(label);
    say(text + i);
}

/* Fails the test with the line's number. */
#define CHECK(condition)                                                       \
    do {                                                                       \
        if (!(condition)) {                                                    \
            say_number("guest check failed: " #condition ": line ", __LINE__); \
            quit(99);                                                          \
        }                                                                      \
    } while (0)

static inline const char *command_line(void)
{
    return (const char *)(uintptr_t)BOOT->command_line;
}

static inline int same(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b)
        a++, b++;
    return *a == *b;
}

/* Word `index` of the command line, into `word`. */
static inline const char *argument(int index, char word[64])
{
    const char *s = command_line();
    int i = 0;

    for (; index > 0 && *s != '\0'; s++)
        if (*s == ' ')
            index--;
    while (*s != '\0' && *s != ' ' && i < 63)
        word[i++] = *s++;
    word[i] = '\0';
    return word;
}

static inline long number(const char *s)
{
    long n = 0;
    int minus = *s == '-';

    for (s += minus; *s >= '0' && *s <= '9'; s++)
        n = n * 10 + (*s - '0');
    return minus ? -n : n;
}

static inline int64_t now(void)
{
    struct timespec64 t = {0, 0};

    CHECK(CALL(CALL_CLOCK_GETTIME, 1, &t, 0, 0, 0, 0) == 0);
    return t.seconds * 1000000000 + t.nanoseconds;
}

/* Waits until `deadline` or for an event other than the timer; returns its
 * data, 0 on time-out. */
static inline uint64_t wait_until(int64_t deadline)
{
    struct {
        struct timespec64 interval, value;
    } timer = {{0, 0}, {deadline / 1000000000, deadline % 1000000000 | 1}};

    CHECK(CALL(CALL_TIMERFD_SETTIME, BOOT->timer, 1, &timer, 0, 0, 0) == 0);
    for (;;) {
        struct event event = {0, 0};
        long n = CALL(CALL_EPOLL_PWAIT, BOOT->epoll, &event, 1, -1, 0, 8);

        if (n == -4) /* EINTR */
            continue;
        CHECK(n == 1);
        return event.data == SOLO5_SPT_TIMER_DATA ? 0 : event.data;
    }
}

#endif
