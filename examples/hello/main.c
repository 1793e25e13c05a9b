/* SPDX-License-Identifier: ISC */
/* Fibers that greet in turn: each sleeps on a timer of its own. */
#include <fata/run.h>
#include <stdio.h>
#include <time.h>
#include "app.h"

struct greeter {
    const struct app *app;
    const char *greeting;
    fata_time_t first; /* absolute */
};

static int greet(void *arg)
{
    const struct greeter *g = arg;
    fata_time_t next = g->first;

    for (int64_t i = 0; i < g->app->keys.rounds; i++) {
        int err = fata_sleep_until(next);
        if (err < 0)
            return err;
        time_t now =
            g->app->keys.at >= 0 ? (time_t)g->app->keys.at : time(NULL);
        char text[64];
        strftime(text, sizeof(text), "%a %-d %b %Y, %H:%M:%S %Z",
                 localtime(&now));
        printf("%s, %s! It is %s.\n", g->greeting, g->app->keys.name, text);
        next = fata_time_add(next, g->app->keys.pause);
    }
    return 0;
}

int start(struct app *app)
{
    static const char *const greetings[] = {"Hello", "Bonjour", "Hallo",
                                            "Hola"};
    enum { COUNT = sizeof(greetings) / sizeof(greetings[0]) };
    struct greeter greeters[COUNT];
    struct fata_scope scope;
    int err = 0;

    fata_scope_open(&scope);
    for (size_t i = 0; i < COUNT && err == 0; i++) {
        greeters[i] = (struct greeter){
            app, greetings[i],
            fata_time_add(fata_now(), app->keys.pause / COUNT * i)};
        err = fata_scope_spawn(&scope, greet, &greeters[i]);
    }
    if (err != 0)
        fata_scope_cancel(&scope);
    int first = fata_scope_close(&scope); /* joins them all */
    return err != 0 ? err : first;
}
