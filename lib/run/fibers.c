/* SPDX-License-Identifier: ISC */
/* What the fibers do, on the console.  Uses no stdio and little stack: a panic
 * prints it, too. */
#include "internal.h"

#include <string.h>

void run_print(const char *text)
{
    fata_console_write(text, strlen(text));
}

/* A span with two digits or more: "7 ns", "1.2 ms", "340 s". */
void run_print_span(fata_time_t span)
{
    static const struct {
        fata_time_t ns;
        const char *name;
    } units[] = {
        {FATA_S(1), " s"},
        {FATA_MS(1), " ms"},
        {FATA_US(1), " us"},
        {1, " ns"},
    };
    char digits[24], *p = digits + sizeof(digits) - 1;
    size_t u = 0;

    while (span < units[u].ns && u + 1 < FATA_COUNT(units))
        u++;
    fata_time_t whole = span / units[u].ns;
    *p = '\0';
    if (whole < 10 && units[u].ns > 1) {
        *--p = (char)('0' + span / (units[u].ns / 10) % 10);
        *--p = '.';
    }
    do
        *--p = (char)('0' + whole % 10);
    while ((whole /= 10) != 0);
    run_print(p);
    run_print(units[u].name);
}

static void print_fiber(const struct fata_fiber_view *view, void *arg)
{
    fata_time_t now = *(const fata_time_t *)arg;

    run_print("  ");
    for (unsigned i = 0; i < view->depth; i++)
        run_print("  ");
    run_print(view->name);
    run_print(": ");
    run_print(view->waits);
    if (view->since != 0) {
        run_print(" for ");
        run_print_span(now > view->since ? now - view->since : 0);
    }
    if (view->deadline != FATA_NEVER) {
        run_print(", ");
        run_print_span(view->deadline > now ? view->deadline - now : 0);
        run_print(" left");
    }
    if (view->daemon)
        run_print(", daemon");
    if (view->cancelled)
        run_print(", cancelled");
    if (view->doing != NULL) {
        run_print(", ");
        run_print(view->doing);
    }
    run_print("\n");
}

void run_print_fibers(struct fata_sched *s)
{
    fata_time_t now = fata_now();

    run_print("fata: fibers\n");
    fata_sched_look(s, print_fiber, &now);
}
