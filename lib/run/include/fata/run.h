/* SPDX-License-Identifier: ISC */
/* async on the platform: the main loop, and device calls that suspend.  Each
 * of these is a thin wrapper: submit the request, wait for its completion. */
#ifndef FATA_RUN_H
#define FATA_RUN_H

#include <fata/async.h>
#include <fata/block.h>
#include <fata/net.h>
#include <fata/platform.h>

/* Makes the scheduler.  Context: called by start-up code, once. */
int fata_run_init(void);

/* The main loop's scheduler; devices may post jobs and start timers while they
 * are opened.  Context: any. */
struct fata_sched *fata_run_sched(void);

/* The stacks of its fibers, to look at. */
const struct fata_stacks *fata_run_stacks(void);

/* Runs start(app) as the first fiber until it and all fibers below it have
 * ended.  A shutdown request cancels it, unless somebody waits in
 * fata_shutdown_wait.  Returns what start returned; 0 where it returned
 * FATA_ECANCELED after a shutdown request.  Prints what was being done where an
 * error ends it and somebody has said so (fata/local.h); with --watch=10ms who
 * has kept the loop for longer than that.
 * Context: called by start-up code, once. */
int fata_run(int (*start)(void *app), void *app);

/* Prints what every fiber does, parents first, on the console:
 *     start: fibers of its scope for 1.2 s
 *       serve: receive for 340 ms, 4.6 s left, serving 10.0.0.7
 * A panic does so, too.  Context: fiber, job or timer; does not suspend. */
void fata_fibers_print(void);

/* Sleeps for `span` ns from now.  Returns 0 or FATA_ECANCELED.
 * Context: fiber, suspends. */
FATA_NODISCARD int fata_sleep(fata_time_t span);

/* Waits for a shutdown request; from the first call on it is the program's to
 * act upon.  Returns 0, FATA_ETIMEDOUT or FATA_ECANCELED.
 * Context: fiber, suspends. */
FATA_NODISCARD int fata_shutdown_wait(fata_time_t deadline);

/* Reads `count` sectors from `sector` on into `data`.
 * data      borrowed until return; count * sector_size bytes; content
 *           unspecified on error
 * deadline  absolute; looked at before the transfer begins: one that is under
 *           way is waited for, as the device has the memory
 * Returns 0, or FATA_ERANGE (outside the device; nothing was done), FATA_EIO,
 * FATA_ETIMEDOUT, FATA_ECANCELED.  Context: fiber, suspends. */
FATA_NODISCARD int fata_block_read(struct fata_block *block, uint64_t sector,
                                   uint32_t count, void *data,
                                   fata_time_t deadline);

/* Writes; the same but for FATA_EROFS and FATA_ENOSPC in addition. */
FATA_NODISCARD int fata_block_write(struct fata_block *block, uint64_t sector,
                                    uint32_t count, const void *data,
                                    fata_time_t deadline);

/* What has been written before is durable when this returns 0; FATA_ENOTSUP
 * where the device cannot promise that. */
FATA_NODISCARD int fata_block_flush(struct fata_block *block,
                                    fata_time_t deadline);

/* Receives 1..count frames into buffers of mtu + 14 bytes or more.
 * frames  borrowed until return; lengths are set
 * Returns the number of frames, or FATA_EMSGSIZE, FATA_EIO, FATA_ENETDOWN,
 * FATA_ETIMEDOUT, FATA_ECANCELED.  Context: fiber, suspends. */
FATA_NODISCARD int fata_net_read(struct fata_net *net,
                                 struct fata_frame *frames, uint32_t count,
                                 fata_time_t deadline);

/* Sends frames in order.  Returns the number sent, or an error if none was. */
FATA_NODISCARD int fata_net_write(struct fata_net *net,
                                  struct fata_frame *frames, uint32_t count);

#endif
