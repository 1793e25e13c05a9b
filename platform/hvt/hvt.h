/* SPDX-License-Identifier: ISC */
/* Shared by the files of this target: hypercalls (Solo5 ABI, section hvt). */
#ifndef FATA_HVT_H
#define FATA_HVT_H

#include "../internal.h"
#include <fata/bare.h>

/* Makes a hypercall; the tender reads and writes *argument, which lies below
 * 4 GiB like all of the guest's memory. */
static inline void hvt_call(enum solo5_hvt_call call, volatile void *argument)
{
    __asm__ volatile("outl %0, %w1"
                     :
                     : "a"((uint32_t)(uintptr_t)argument),
                       "Nd"((uint16_t)(SOLO5_HVT_PORT + call))
                     : "memory");
}

/* A network device is readable: serves its waiting receives. */
void hvt_net_ready(uint64_t handle);

/* Gives the ring a turn, if there is one; see ring_net_turn. */
void hvt_net_turn(bool sleep);

#endif
