/* SPDX-License-Identifier: ISC */
/* What the CPU offers in one or two instructions. */
#ifndef FATA_CPU_H
#define FATA_CPU_H

#include <fata/cc.h>
#include <stdbool.h>
#include <stdint.h>

/* A counter that advances at a constant, unknown rate (x86_64: TSC; aarch64:
 * CNTVCT).  Readable in user mode. */
FATA_INLINE uint64_t fata_cpu_cycles(void)
{
#if defined(__x86_64__)
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
#elif defined(__aarch64__)
    uint64_t value;
    __asm__ volatile("isb; mrs %0, cntvct_el0" : "=r"(value));
    return value;
#else
#error "no cycle counter for this CPU"
#endif
}

/* True when the CPU has a random number instruction (x86_64: RDSEED, else
 * RDRAND; aarch64: none that user code can detect without a host). */
bool fata_cpu_has_random(void);

/* Stores 8 random bytes of that instruction in *value.  Returns false when the
 * CPU has none or does not deliver within a bounded number of tries. */
bool fata_cpu_random(uint64_t *value);

#endif
