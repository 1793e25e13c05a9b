/* SPDX-License-Identifier: ISC */
/* RDSEED and RDRAND (Intel SDM vol. 1, 7.3.17): carry set means success.
 * RDSEED may run dry under load; 1000 tries with PAUSE is the bound. */
#include <cpuid.h>
#include <fata/cpu.h>

enum source { UNKNOWN, NONE, RDRAND, RDSEED };

static enum source detect(void)
{
    unsigned a, b, c, d;
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_RDSEED) != 0)
        return RDSEED;
    if (__get_cpuid(1, &a, &b, &c, &d) && (c & bit_RDRND) != 0)
        return RDRAND;
    return NONE;
}

static enum source source(void)
{
    static enum source found; /* CPUID may be a trap to the host: ask once */
    if (found == UNKNOWN)
        found = detect();
    return found;
}

bool fata_cpu_has_random(void)
{
    return source() != NONE;
}

bool fata_cpu_random(uint64_t *value)
{
    for (int tries = 0; source() != NONE && tries < 1000; tries++) {
        unsigned char carry;
        if (source() == RDSEED)
            __asm__ volatile("rdseed %0; setc %1"
                             : "=r"(*value), "=qm"(carry)
                             :
                             : "cc");
        else
            __asm__ volatile("rdrand %0; setc %1"
                             : "=r"(*value), "=qm"(carry)
                             :
                             : "cc");
        if (carry)
            return true;
        __asm__ volatile("pause");
    }
    return false;
}
