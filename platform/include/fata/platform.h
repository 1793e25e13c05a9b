/* SPDX-License-Identifier: ISC */
/* What a platform gives to an image: time, waiting, console, memory, entropy,
 * shutdown, and the host-attached devices.  Implemented once per target and
 * chosen at link time.  Context: the image's one thread; nothing here calls
 * back except fata_platform_wait.  Allocation: none. */
#ifndef FATA_PLATFORM_H
#define FATA_PLATFORM_H

#include <fata/cc.h>
#include <fata/error.h>
#include <fata/panic.h>
#include <fata/request.h>
#include <fata/time.h>
#include <stdbool.h>
#include <stdint.h>

/* Called once by the start-up code, before anything else.  Takes the words that
 * are meant for the platform (target unix: --block:NAME=PATH and
 * --net:NAME=INTERFACE, --no-offload) out of argv and corrects *argc.
 * Returns 0, or the exit status after it has printed what is wrong. */
FATA_NODISCARD int fata_platform_start(int *argc, char **argv);

/* Monotonic time; never goes back; does not count time in suspend. */
fata_time_t fata_now(void);

/* UTC, nanoseconds since 1970-01-01; may jump. */
fata_time_t fata_wall_now(void);

/* Writes to the console; best effort, never suspends.
 * text  borrowed until return; `size` bytes, no NUL needed */
void fata_console_write(const char *text, size_t size);

/* Ends the image with `status` (0..255). */
FATA_NORETURN void fata_platform_exit(int status);

/* Waits until `deadline`, or until at least one request has completed, and runs
 * the `done` functions of those that have - the only place where they run.  A
 * deadline in the past polls.  May return early with nothing done. */
void fata_platform_wait(fata_time_t deadline);

/* For drivers: hands a finished request to the next fata_platform_wait.
 * The result is set by now; `request` is lent until its `done` has begun. */
void fata_platform_complete(struct fata_request *request);

/* Completes (result 0) when the image is asked to stop: SIGINT or SIGTERM of
 * the tender or process; at once if that has happened before.  Several may
 * wait.  Never completes where the target cannot tell.
 * request  lent until completion; not cancellable */
void fata_shutdown_submit(struct fata_request *request);

/* Fills `buffer` with raw bytes of one hardware or host source, to be mixed by
 * fata/random.h only.  `source` counts from 0.
 * Returns the source's name; NULL when there is no such source.  *got is the
 * number of bytes delivered, 0 when the source is present but fails. */
const char *fata_platform_entropy(unsigned source, void *buffer, size_t size,
                                  size_t *got);

/* What a panic calls after its backtrace, or NULL: for who can say more, such
 * as a scheduler.  What it finds may be torn. */
extern void (*fata_panic_more)(void);

/* The image's memory, for the libc's allocator and for statistics. */
struct fata_platform_memory {
    void *heap;       /* page aligned */
    size_t heap_size; /* bytes; 0 where the host's libc has its own */
};
void fata_platform_memory(struct fata_platform_memory *memory);

/* The stack arena that the start-up code declares. */
struct fata_stack_area {
    void *base;        /* page aligned */
    size_t stack_size; /* bytes, guard page included */
    size_t count;
    void *room; /* FATA_STACK_ROOM bytes for each, 64-byte aligned, zeroed: for
                   the descriptors of whoever schedules them */
};
enum { FATA_STACK_ROOM = FATA_ASAN || FATA_TSAN ? 192 : 128 };
extern const struct fata_stack_area fata_start_stacks;

/* True once the lowest page of each stack faults when touched. */
bool fata_platform_guards(void);

#endif
