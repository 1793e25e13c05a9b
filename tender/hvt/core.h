/* SPDX-License-Identifier: ISC */
/* Between core.c, which has the file, and core_elf.c, which has its format. */
#ifndef TENDER_HVT_CORE_H
#define TENDER_HVT_CORE_H

#include "hvt.h"

#define HVT_CORE_CONTENT 0x4000u /* where guest memory begins in the file */

/* Writes all of the file, in which there are only holes.  Calls pwrite on `fd`
 * and KVM_GET_SREGS and KVM_GET_FPU; allocates nothing.
 * regs    the guest's
 * signal  what a process would have died of
 * Returns false, with errno, if something could not be written. */
FATA_NODISCARD bool hvt_core_put(const struct hvt *h,
                                 const struct kvm_regs *regs, int signal,
                                 int fd);

#endif
