/* SPDX-License-Identifier: ISC */
/* The main loop, the same on every target: turn, wait, repeat. */
#include <fata/run.h>

static struct {
    struct fata_sched sched;
    struct fata_stacks stacks;
    struct fata_root root;
    bool ended;
    int error;  /* of the root's scope */
    int status; /* what start returned */
    struct fata_request shutdown;
    struct fata_event shutdown_event;
    bool shutdown_is_taken; /* by the program: fata_shutdown_wait */
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

int fata_run(int (*start)(void *app), void *app)
{
    fata_event_init(&run.shutdown_event);
    run.shutdown.done = on_shutdown;
    fata_shutdown_submit(&run.shutdown);
    run.start = start;
    run.app = app;

    int error = fata_root_start(&run.root, &run.sched, FATA_SPAWN("start"),
                                first_fiber, NULL, on_end);
    if (error != 0)
        return error;
    for (;;) {
        fata_time_t deadline = fata_sched_turn(&run.sched, fata_now());
        if (run.ended)
            break;
        fata_platform_wait(deadline);
    }
    if (run.shutdown_event.happened && run.status == FATA_ECANCELED)
        return 0;
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
