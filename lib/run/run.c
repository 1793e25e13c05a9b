/* SPDX-License-Identifier: ISC */
/* The main loop, the same on every target: turn, wait, repeat; and how it
 * ends. */
#include "internal.h"

#include <fata/keys.h>

static struct {
    struct fata_sched sched;
    struct fata_stacks stacks;
    struct fata_root root;
    bool ended;
    int error;  /* of the root's scope */
    int status; /* what start returned */
    struct fata_request shutdown;
    struct fata_event shutdown_event;
    bool shutdown_is_taken;  /* by the program: fata_shutdown_wait */
    struct fata_watch watch; /* limit 0: not watched */
    uint64_t told;           /* of watch.count */
    int (*start)(void *app);
    void *app;
} run;

static int first_fiber(void *arg)
{
    (void)arg;
    run.status = run.start(run.app);
    return run.status < 0 ? run.status : 0;
}

static void on_end(struct fata_root *root, int error)
{
    (void)root;
    run.error = error;
    run.ended = true;
}

static void on_shutdown(struct fata_request *request)
{
    (void)request;
    fata_event_set(&run.shutdown_event);
    if (!run.shutdown_is_taken)
        fata_scope_cancel(&run.root.scope);
}

/* Key --watch. */
int run_set_watch(const char *text)
{
    const struct fata_key key = {.type = FATA_KEY_DURATION,
                                 .value = &run.watch.limit};
    return fata_key_store(&key, text);
}

/* Tells of the longest that was too long since it last told. */
static void tell_watch(void)
{
    if (run.watch.count == run.told)
        return;
    run_print("fata: ");
    run_print(run.watch.who);
    run_print(" kept the loop for ");
    run_print_span(run.watch.longest);
    run_print("\n");
    run.told = run.watch.count;
    run.watch.longest = 0;
}

static fata_time_t platform_now(struct fata_time_source *source)
{
    (void)source;
    return fata_now();
}

static bool platform_wait(struct fata_time_source *source, fata_time_t deadline)
{
    (void)source;
    tell_watch();
    fata_platform_wait(deadline);
    return true;
}

/* "fata: error: start: serving 10.0.0.7: reading request: connection reset",
 * where somebody has said what was being done. */
static void tell_failure(void)
{
    const struct fata_failure *f = fata_scope_failure(&run.root.scope, 0);

    if (f == NULL || f->text[0] == '\0')
        return;
    run_print("fata: error: ");
    run_print(f->fiber);
    run_print(": ");
    run_print(f->text);
    run_print(": ");
    run_print(fata_strerror(f->error));
    run_print("\n");
}

void fata_fibers_print(void)
{
    run_print_fibers(&run.sched);
}

_Static_assert(sizeof(struct fata_fiber) <= FATA_STACK_ROOM,
               "a descriptor fits into a stack's room");

int fata_run_init(void)
{
    /* Stack 0 is the main loop's. */
    fata_stacks_init(&run.stacks,
                     (char *)fata_start_stacks.base +
                         fata_start_stacks.stack_size,
                     fata_start_stacks.stack_size, fata_start_stacks.count - 1,
                     fata_start_stacks.room, fata_platform_guards());
    fata_sched_init(&run.sched, &run.stacks);
    return 0;
}

struct fata_sched *fata_run_sched(void)
{
    return &run.sched;
}

const struct fata_stacks *fata_run_stacks(void)
{
    return &run.stacks;
}

int fata_run(int (*start)(void *app), void *app)
{
    struct fata_time_source platform = {platform_now, platform_wait};

    fata_event_init(&run.shutdown_event);
    run.shutdown.done = on_shutdown;
    fata_shutdown_submit(&run.shutdown);
    run.start = start;
    run.app = app;

    int error = fata_root_start(&run.root, &run.sched, FATA_SPAWN("start"),
                                first_fiber, NULL, on_end);
    if (error != 0)
        return error;
    if (run.watch.limit != 0) {
        run.watch.clock = fata_now;
        fata_sched_watch(&run.sched, &run.watch);
    }
    fata_panic_more = fata_fibers_print;
    (void)fata_loop(&run.sched, &platform, &run.ended);
    fata_panic_more = NULL;
    tell_watch();
    if (run.shutdown_event.happened && run.status == FATA_ECANCELED)
        return 0;
    tell_failure();
    return run.error != 0 ? run.error : run.status;
}

int fata_sleep(fata_time_t span)
{
    return fata_sleep_until(fata_time_add(fata_now(), span));
}

int fata_shutdown_wait(fata_time_t deadline)
{
    run.shutdown_is_taken = true;
    return fata_event_wait(&run.shutdown_event, deadline);
}
