/* SPDX-License-Identifier: ISC */
/* One way to be told of, by --how. */
#include <fata/run.h>
#include <stdio.h>
#include <string.h>
#include "app.h"

static struct fata_event never;

static int waits(void *arg)
{
    (void)arg;
    return fata_event_wait(&never, fata_now() + FATA_S(100));
}

static int prints(void *arg)
{
    (void)arg;
    fata_fibers_print();
    return 0;
}

static int panics(void *arg)
{
    (void)arg;
    fata_panic("main.c", "on purpose");
}

static int hogs(void *arg)
{
    fata_time_t until = fata_now() + FATA_MS(20);
    (void)arg;
    while (fata_now() < until)
        ;
    return 0;
}

static int reads(void *arg)
{
    struct fata_doing doing;
    (void)arg;
    fata_doing_begin(&doing, "reading request");
    return fata_doing_end(&doing, FATA_ECONNRESET);
}

static int serve(fata_fiber_fn *fn, const struct fata_spawn *how)
{
    struct fata_scope scope;
    struct fata_doing doing;

    fata_doing_begin(&doing, "serving 10.0.0.7");
    fata_scope_open(&scope);
    int err = fata_scope_spawn_with(&scope, FATA_SPAWN("waits", .daemon = true),
                                    waits, NULL);
    if (err == 0)
        err = fata_scope_spawn_with(&scope, how, fn, NULL);
    if (err != 0)
        fata_scope_cancel(&scope);
    int first = fata_scope_close(&scope);
    return fata_doing_end(&doing, err != 0 ? err : first);
}

int start(struct app *app)
{
    const char *how = app->keys.how;

    fata_event_init(&never);
    if (strcmp(how, "error") == 0)
        return serve(reads, FATA_SPAWN("reads"));
    if (strcmp(how, "print") == 0)
        return serve(prints, FATA_SPAWN("prints"));
    if (strcmp(how, "panic") == 0)
        return serve(panics, FATA_SPAWN("panics"));
    if (strcmp(how, "hog") == 0)
        return serve(hogs, FATA_SPAWN("hogs"));
    int err = serve(hogs, FATA_SPAWN("hogs"));
    puts("nothing was told");
    return err;
}
