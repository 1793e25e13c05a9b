/* SPDX-License-Identifier: ISC */
/* A scheduler in forty lines: tasks are callbacks with a time, sorted by hand;
 * the platform waits.  Nothing of async/ is linked. */
#include <fata/platform.h>
#include <string.h>
#include "app.h"

struct task {
    char name;
    int step;
    fata_time_t at;
};

static void print(const char *text)
{
    fata_console_write(text, strlen(text));
}

static void step(struct task *t)
{
    char text[4] = {t->name, (char)('0' + t->step), ' ', '\0'};
    print(text);
    t->at = ++t->step < 3 ? t->at + FATA_MS(10) : FATA_NEVER;
}

static bool stopped;

static void on_stop(struct fata_request *r)
{
    (void)r;
    stopped = true;
}

int start(struct app *app)
{
    struct task tasks[] = {{'a', 0, 0}, {'b', 0, 0}, {'c', 0, 0}};
    fata_time_t begin = fata_now();
    if (app->argc > 1) {
        struct fata_request stop = {.done = on_stop};
        fata_shutdown_submit(&stop);
        print("waits\n");
        while (app->argc > 2 && fata_now() - begin < FATA_MS(600)) {
        }
        while (!stopped)
            fata_platform_wait(FATA_NEVER);
        print("asked to stop\n");
        return 0;
    }
    for (size_t i = 0; i < FATA_COUNT(tasks); i++)
        tasks[i].at = begin + FATA_MS(10) + i;
    for (;;) {
        struct task *next = &tasks[0];
        for (size_t i = 1; i < FATA_COUNT(tasks); i++)
            if (tasks[i].at < next->at)
                next = &tasks[i];
        if (next->at == FATA_NEVER)
            break;
        if (fata_now() >= next->at)
            step(next);
        else
            fata_platform_wait(next->at);
    }
    print(fata_now() - begin >= FATA_MS(30) ? "\ndone after 30 ms or more\n"
                                            : "\ntoo early\n");
    return 0;
}
