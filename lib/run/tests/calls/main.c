/* SPDX-License-Identifier: ISC */
/* The runner is itself a fiber here, so that tests can call what suspends. */
#include <fata/run.h>
#include <fata/test.h>
#include <string.h>
#include "app.h"

static struct app *app(void)
{
    return fata_test_app;
}

static char out[1024], in[1024];

static void round_trip(struct fata_block *b, char seed)
{
    for (size_t i = 0; i < sizeof(out); i++)
        out[i] = (char)((char)i + seed);
    fata_check_int(fata_block_write(b, 5, 2, out, FATA_NEVER), ==, 0);
    fata_check_int(fata_block_read(b, 5, 2, in, FATA_NEVER), ==, 0);
    fata_check(memcmp(in, out, sizeof(out)) == 0);
}

FATA_TEST(blocks_are_written_and_read)
{
    round_trip(app()->disk, 1);
    round_trip(app()->ram, 2);
}

FATA_TEST(errors_of_the_device_come_back)
{
    fata_check_int(fata_block_read(app()->disk, 32, 1, in, FATA_NEVER), ==,
                   FATA_ERANGE);
    fata_check_int(fata_block_flush(app()->ram, FATA_NEVER), ==, 0);
    fata_check_int(fata_block_flush(app()->disk, FATA_NEVER), ==,
                   app()->disk->features & FATA_BLOCK_FLUSHES ? 0
                                                              : FATA_ENOTSUP);
}

FATA_TEST(a_deadline_that_has_passed_starts_nothing)
{
    memset(in, 7, sizeof(in));
    fata_check_int(fata_block_read(app()->ram, 0, 1, in, fata_now()), ==,
                   FATA_ETIMEDOUT);
    fata_check_int(in[0], ==, 7);
    fata_check_int(
        fata_block_read(app()->ram, 0, 1, in, fata_now() + FATA_S(10)), ==, 0);
}

FATA_TEST(in_a_cancelled_scope_nothing_starts)
{
    struct fata_scope scope;
    fata_scope_open(&scope);
    fata_scope_cancel(&scope);
    int read = fata_block_read(app()->ram, 0, 1, in, FATA_NEVER);
    int slept = fata_sleep(FATA_S(10));
    int waited = fata_shutdown_wait(FATA_NEVER);
    fata_check_int(fata_scope_close(&scope), ==, 0);
    fata_check_int(read, ==, FATA_ECANCELED);
    fata_check_int(slept, ==, FATA_ECANCELED);
    fata_check_int(waited, ==, FATA_ECANCELED);
}

FATA_TEST(sleep_lasts_at_least_its_span)
{
    fata_time_t begin = fata_now();
    fata_check_int(fata_sleep(FATA_MS(3)), ==, 0);
    fata_check(fata_now() - begin >= FATA_MS(3));
    fata_check_int(fata_sleep(0), ==, 0);
}

FATA_TEST(waiting_for_a_shutdown_that_does_not_come)
{
    fata_check_int(fata_shutdown_wait(fata_now() + FATA_MS(2)), ==,
                   FATA_ETIMEDOUT);
}

/* Several fibers at one device, each with its own sector. */

static int hammer(void *arg)
{
    char mine[512], back[512];
    uint64_t sector = *(uint64_t *)arg;
    for (int i = 0; i < 20; i++) {
        memset(mine, (int)sector + i, sizeof(mine));
        int err = fata_block_write(app()->disk, sector, 1, mine, FATA_NEVER);
        if (err == 0)
            err = fata_yield();
        if (err == 0)
            err = fata_block_read(app()->disk, sector, 1, back, FATA_NEVER);
        if (err != 0)
            return err;
        if (memcmp(mine, back, sizeof(mine)) != 0)
            return FATA_EIO;
    }
    return 0;
}

FATA_TEST(fibers_share_a_device)
{
    uint64_t sectors[] = {1, 2, 3, 4, 5};
    struct fata_scope scope;
    int err = 0;
    fata_scope_open(&scope);
    for (size_t i = 0; i < FATA_COUNT(sectors) && err == 0; i++)
        err = fata_scope_spawn(&scope, hammer, &sectors[i]);
    int first = fata_scope_close(&scope);
    fata_check_int(err, ==, 0);
    fata_check_int(first, ==, 0);
}
