/* SPDX-License-Identifier: ISC */
/* Broadcasts. */
#include "actors.h"

static struct fata_broadcast broadcast;

/* n: 0 waits for two values; else sends it and the next one. */
static int enter(struct actor *a, fata_time_t deadline)
{
    uint64_t first, second;

    if (a->n != 0) {
        first = a->n;
        second = a->n + 1;
        int told = (int)fata_broadcast_send(&broadcast, &first);
        fata_expect(!fata_broadcast_has_waiters(&broadcast));
        fata_expect(fata_broadcast_send(&broadcast, &second) == 0);
        return told;
    }
    int err = fata_broadcast_wait(&broadcast, &first, deadline);
    if (err == 0)
        a->n = first;
    return err;
}

FATA_TEST(a_value_goes_to_all_who_wait)
{
    struct actor actors[] = {
        {.name = 'A'},
        {.name = 'B'},
        {.name = 'C', .begins = 1, .deadline = 4},
        {.name = 'D', .begins = 1, .cancelled = 3},
        {.name = 'E', .begins = 6},
        {.name = 'X', .begins = 5, .n = 17},
        {.name = 'Y', .begins = 7, .n = 23},
        {.name = 'Z', .begins = 8, .n = 42},
    };
    world();
    fata_broadcast_init(&broadcast, sizeof(uint64_t));
    run_actors(actors, FATA_COUNT(actors), enter, NULL);
    fata_check(strcmp(trace, "ctXABYEZ") == 0);
    fata_check_int(actors[0].n, ==, 17);
    fata_check_int(actors[1].n, ==, 17);
    fata_check_int(actors[4].n, ==, 23);
    fata_check_int(actors[5].result, ==, 2);
    fata_check_int(actors[6].result, ==, 1);
    fata_check_int(actors[7].result, ==, 0);
}

static int enter_without_value(struct actor *a, fata_time_t deadline)
{
    if (a->n == 0)
        return fata_broadcast_wait(&broadcast, NULL, deadline);
    return (int)fata_broadcast_send(&broadcast, NULL);
}

FATA_TEST(a_broadcast_needs_no_value)
{
    struct actor actors[] = {
        {.name = 'A'},
        {.name = 'B', .deadline = 9},
        {.name = 'X', .begins = 5, .n = 1},
    };
    world();
    fata_broadcast_init(&broadcast, 0);
    run_actors(actors, FATA_COUNT(actors), enter_without_value, NULL);
    fata_check(strcmp(trace, "XAB") == 0);
}
