/* SPDX-License-Identifier: ISC */
/* Between the platform's own files: what one target's platform and the shared
 * part need of each other. */
#ifndef FATA_PLATFORM_INTERNAL_H
#define FATA_PLATFORM_INTERNAL_H

#include <fata/platform.h>
#include <fata/solo5.h>

/* The devices that the program declares; of the generated start.c. */
extern const struct solo5_manifest *const fata_start_manifest;

/* Bit i: whoever has device i of them understands the offloads of fata/net.h.
 */
extern const uint64_t fata_start_net_offload;

/* Runs the completed requests, in order of completion; those that complete
 * meanwhile wait for the next call.  Returns whether there were any. */
bool fata__complete_run(void);

/* True when fata__complete_run would run something. */
bool fata__complete_pending(void);

/* Marks the shutdown as requested and completes who waits for it. */
void fata__shutdown_requested(void);

/* True when `address` .. `address` + `size` can be read as stack memory. */
bool fata__stack_readable(uintptr_t address, size_t size);

#endif
