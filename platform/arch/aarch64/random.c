/* SPDX-License-Identifier: ISC */
/* FEAT_RNG's RNDR cannot be detected from user code without the host's word
 * (ID registers trap), so that no source is offered here. */
#include <fata/cpu.h>

bool fata_cpu_has_random(void)
{
    return false;
}

bool fata_cpu_random(uint64_t *value)
{
    *value = 0;
    return false;
}
