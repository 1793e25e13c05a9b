/* SPDX-License-Identifier: ISC */
/* Test guests on hvt: hypercalls.  Included by guest.h. */
#ifndef GUEST_HVT_H
#define GUEST_HVT_H

#define GUEST_TARGET SOLO5_TARGET_HVT

#define BOOT ((const struct solo5_hvt_boot *)(uintptr_t)SOLO5_HVT_BOOT)

static inline void out32(uint16_t port, uint32_t value)
{
    __asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static inline void hypercall(unsigned number, volatile void *argument)
{
    out32((uint16_t)(SOLO5_HVT_PORT + number), (uint32_t)(uintptr_t)argument);
}

_Noreturn static inline void quit(long status)
{
    struct solo5_hvt_halt call = {0, (int32_t)status, 0};

    for (;;)
        hypercall(SOLO5_HVT_HALT, &call);
}

static inline void say_bytes(const char *s, size_t n)
{
    struct solo5_hvt_puts call = {(uint64_t)(uintptr_t)s, n};

    hypercall(SOLO5_HVT_PUTS, &call);
}

static inline uint64_t cycles(void)
{
    uint32_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

static inline uint64_t wall(void)
{
    struct solo5_hvt_walltime call = {0};

    hypercall(SOLO5_HVT_WALLTIME, &call);
    return call.nanoseconds;
}

/* Returns the ready set. */
static inline uint64_t poll(uint64_t timeout)
{
    struct solo5_hvt_poll call = {timeout, ~0ul, -1, 0};

    int bits = 0;

    hypercall(SOLO5_HVT_POLL, &call);
    for (uint64_t set = call.ready; set != 0; set &= set - 1)
        bits++;
    if (call.count != bits)
        quit(97);
    return call.ready;
}

#endif
