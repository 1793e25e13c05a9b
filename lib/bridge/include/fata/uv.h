/* SPDX-License-Identifier: ISC */
/* Fibers in libuv's loop: turns run from it, before it waits, so that callbacks
 * of libuv and fibers take turns in one thread.  Callbacks set events, send to
 * channels with fata_channel_try_send and spawn; fibers call libuv as any
 * callback may.
 *
 *     fata_uv_attach(&uv, loop, &sched);
 *     fata_root_start(&root, &sched, ..., done);
 *     uv_run(loop, UV_RUN_DEFAULT);               (until done detaches)
 *
 * For programs of a host with a build of their own, as fata.yml does not link
 * libraries of the host: uv.c, async/ and base/ are plain C files.
 * Context: the loop's thread; fata_sched_post works from any. */
#ifndef FATA_UV_H
#define FATA_UV_H

#include <fata/cc.h>
#include <fata/sched.h>
#include <stdbool.h>
#include <uv.h>

/* All fields are private. */
struct fata_uv {
    struct fata_sched *sched;
    uv_prepare_t turn; /* before the loop waits */
    uv_idle_t more;    /* active while there is more to do at once */
    uv_timer_t alarm;  /* at the scheduler's next deadline */
    uv_async_t wake;   /* of fata_sched_post */
    bool detached;
};

/* From now on the loop turns the scheduler, with uv_hrtime() as time, and does
 * not end before fata_uv_detach.
 * uv     lent until the loop has closed its handles after fata_uv_detach
 * loop   lent, as `s` is, until then
 * Returns 0 or libuv's error; then nothing is attached. */
FATA_NODISCARD int fata_uv_attach(struct fata_uv *uv, uv_loop_t *loop,
                                  struct fata_sched *s);

/* Turns no more; may be called in a turn.  A second call does nothing. */
void fata_uv_detach(struct fata_uv *uv);

#endif
