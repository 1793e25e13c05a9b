/* SPDX-License-Identifier: ISC */
/* The contract of requests and of the shutdown event, on every target. */
#include <fata/platform.h>
#include <fata/test.h>

static struct fata_request first, second;
static int order[4], count;

static void done(struct fata_request *r)
{
    order[count++] = r == &first ? 1 : 2;
    if (r == &first && count < 3)
        fata_platform_complete(&first); /* for the next wait */
}

FATA_TEST(requests_complete_in_the_wait_in_order)
{
    count = 0;
    first.done = second.done = done;
    fata_platform_complete(&first);
    fata_platform_complete(&second);
    fata_check_int(count, ==, 0);
    fata_platform_wait(FATA_NEVER); /* does not wait */
    fata_check_int(count, ==, 2);
    fata_check_int(order[0], ==, 1);
    fata_check_int(order[1], ==, 2);
    fata_platform_wait(FATA_NEVER);
    fata_check_int(count, ==, 3);
    fata_platform_wait(0);
    fata_check_int(count, ==, 3);
}

FATA_TEST(waits_until_the_deadline)
{
    fata_time_t begin = fata_now(), deadline = fata_time_add(begin, FATA_MS(5));
    int waits = 0;
    while (fata_now() < deadline && waits < 100) {
        fata_platform_wait(deadline);
        waits++;
    }
    fata_check(fata_now() >= deadline);
    fata_check_int(waits, <, 100);
}

FATA_TEST(a_deadline_in_the_past_polls)
{
    fata_time_t begin = fata_now();
    fata_platform_wait(begin - 1);
    fata_platform_wait(1);
    fata_platform_wait(0);
    fata_check(fata_now() - begin < FATA_S(1));
}

FATA_TEST(clocks_advance)
{
    fata_time_t a = fata_now(), w = fata_wall_now();
    fata_platform_wait(fata_time_add(a, FATA_MS(1)));
    fata_check(fata_now() > a);
    fata_check(w > FATA_S(1700000000)); /* after 2023 */
    fata_check(fata_wall_now() >= w);
}
