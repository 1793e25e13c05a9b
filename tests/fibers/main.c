/* SPDX-License-Identifier: ISC */
/* A tree of fibers of which one does what --how says, while the others wait. */
#include <fata/panic.h>
#include <fata/run.h>
#include <string.h>
#include "app.h"

static struct fata_event event;

static int sleeper(void *arg)
{
    const int *number = arg;
    int err = fata_sleep(FATA_S(*number));
    return err < 0 ? err : *number;
}

static int listener(void *arg)
{
    (void)arg;
    return fata_event_wait(&event, FATA_NEVER);
}

static int family(void *arg)
{
    struct fata_scope scope;
    int number = 42;
    (void)arg;
    fata_scope_open(&scope);
    int err = fata_scope_spawn(&scope, sleeper, &number);
    if (err != 0)
        fata_scope_cancel(&scope);
    int first = fata_scope_close(&scope);
    return err != 0 ? err : first;
}

static int late(void *arg)
{
    (void)arg;
    return 0;
}

static int culprit(void *arg)
{
    struct fata_scope *scope = arg;
    int err = fata_sleep(FATA_MS(20));
    if (err < 0)
        return err;
    err = fata_scope_spawn(scope, late, NULL); /* does not run any more */
    if (err < 0)
        return err;
    fata_panic("culprit", "with fibers alive");
}

static int victim(void *arg)
{
    volatile const char *nowhere = arg;
    int err = fata_sleep(FATA_MS(20));
    return err < 0 ? err : nowhere[64];
}

int start(struct app *app)
{
    struct fata_scope scope;
    int err;

    fata_event_init(&event);
    fata_scope_open(&scope);
    err = fata_scope_spawn(&scope, family, NULL);
    if (err == 0)
        err = fata_scope_spawn(&scope, listener, NULL);
    if (err == 0 && strcmp(app->keys.how, "panic") == 0)
        err = fata_scope_spawn(&scope, culprit, &scope);
    if (err == 0 && strcmp(app->keys.how, "fault") == 0)
        err = fata_scope_spawn(&scope, victim, NULL);
    if (err != 0)
        fata_scope_cancel(&scope);
    int first = fata_scope_close(&scope);
    return err != 0 ? err : first;
}
