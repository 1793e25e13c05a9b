/* SPDX-License-Identifier: ISC */
/* The checks in front of every driver, with a driver that counts. */
#include <fata/block.h>
#include <fata/test.h>

static int submitted;

static int submit(struct fata_block *block, struct fata_block_request *r)
{
    (void)block, (void)r;
    submitted++;
    return 0;
}

static const struct fata_block_ops ops = {submit};

FATA_TEST(a_read_only_device_refuses_writes)
{
    struct fata_block b = {.ops = &ops,
                           .sectors = 8,
                           .sector_size = 512,
                           .features =
                               FATA_BLOCK_READONLY | FATA_BLOCK_DISCARDS};
    struct fata_block_request r = {.op = FATA_BLOCK_WRITE, .count = 1};
    submitted = 0;
    fata_check_int(fata_block_submit(&b, &r), ==, FATA_EROFS);
    r.op = FATA_BLOCK_DISCARD;
    fata_check_int(fata_block_submit(&b, &r), ==, FATA_EROFS);
    fata_check_int(submitted, ==, 0);
    r.op = FATA_BLOCK_READ;
    fata_check_int(fata_block_submit(&b, &r), ==, 0);
    fata_check_int(submitted, ==, 1);
}

FATA_TEST(features_are_asked_for)
{
    struct fata_block b = {.ops = &ops, .sectors = 8, .sector_size = 512};
    struct fata_block_request r = {.op = FATA_BLOCK_FLUSH};
    submitted = 0;
    fata_check_int(fata_block_submit(&b, &r), ==, FATA_ENOTSUP);
    r.op = FATA_BLOCK_DISCARD;
    r.count = 1;
    fata_check_int(fata_block_submit(&b, &r), ==, FATA_ENOTSUP);
    fata_check_int(submitted, ==, 0);
    b.features = FATA_BLOCK_FLUSHES;
    r.op = FATA_BLOCK_FLUSH;
    fata_check_int(fata_block_submit(&b, &r), ==, 0);
    fata_check_int(submitted, ==, 1);
}

FATA_TEST(a_ram_disk_has_whole_sectors)
{
    struct fata_block *b;
    fata_check_int(fata_ram_open(&b, "x", 0), ==, FATA_EINVAL);
    fata_check_int(fata_ram_open(&b, "x", 513), ==, FATA_EINVAL);
    fata_check_int(fata_ram_open(&b, "x", UINT64_MAX - 511), ==, FATA_ENOMEM);
}
