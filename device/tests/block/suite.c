/* SPDX-License-Identifier: ISC */
#include "suite.h"
#include <fata/platform.h>
#include <fata/test.h>
#include <string.h>

enum { SECTOR_MAX = 4096, BATCH = 8 };

static FATA_ALIGNED(4096) unsigned char out[BATCH * SECTOR_MAX];
static FATA_ALIGNED(4096) unsigned char in[BATCH * SECTOR_MAX];
static int completions;

static void count(struct fata_request *r)
{
    (void)r;
    completions++;
}

/* Submits and waits; the result is a refusal's or the completion's. */
static int transfer(struct fata_block *b, enum fata_block_op op,
                    uint64_t sector, uint32_t n, void *data)
{
    struct fata_block_request r = {.request = {.done = count, .result = 1},
                                   .op = op,
                                   .sector = sector,
                                   .count = n,
                                   .data = data};
    int before = completions, error = fata_block_submit(b, &r);
    if (error != 0) {
        fata_platform_wait(0);
        fata_expect(completions == before); /* refused: never completes */
        return error;
    }
    fata_expect(completions == before); /* not before submit returned */
    for (int i = 0; i < 1000 && completions == before; i++)
        fata_platform_wait(fata_now() + FATA_MS(10));
    fata_expect(completions == before + 1);
    fata_platform_wait(0);
    fata_expect(completions == before + 1); /* exactly once */
    return r.request.result;
}

static void pattern(unsigned char *p, size_t size, unsigned seed)
{
    for (size_t i = 0; i < size; i++)
        p[i] = (unsigned char)(i * 31 + i / 251 + seed);
}

void suite_geometry(struct fata_block *b)
{
    fata_check(b->sectors >= 16);
    fata_check(b->sector_size >= 512 && b->sector_size <= SECTOR_MAX);
    fata_check((b->sector_size & (b->sector_size - 1)) == 0);
}

void suite_refusals(struct fata_block *b)
{
    static const enum fata_block_op ops[] = {FATA_BLOCK_READ, FATA_BLOCK_WRITE};
    for (size_t i = 0; i < FATA_COUNT(ops); i++) {
        fata_check_int(transfer(b, ops[i], b->sectors, 1, in), ==, FATA_ERANGE);
        fata_check_int(transfer(b, ops[i], b->sectors - 1, 2, in), ==,
                       FATA_ERANGE);
        fata_check_int(transfer(b, ops[i], 0, 0, in), ==, FATA_ERANGE);
        fata_check_int(transfer(b, ops[i], UINT64_MAX, UINT32_MAX, in), ==,
                       FATA_ERANGE);
    }
    fata_check_int(transfer(b, (enum fata_block_op)99, 0, 1, in), ==,
                   FATA_ENOTSUP);
}

void suite_write_then_read(struct fata_block *b)
{
    uint64_t last = b->sectors - BATCH;
    size_t size = (size_t)BATCH * b->sector_size;
    pattern(out, size, 1);
    fata_check_int(transfer(b, FATA_BLOCK_WRITE, last, BATCH, out), ==, 0);
    fata_check_int(transfer(b, FATA_BLOCK_READ, last, BATCH, in), ==, 0);
    fata_check(memcmp(in, out, size) == 0);
    /* One sector in the middle, its neighbours stay. */
    pattern(in, b->sector_size, 2);
    fata_check_int(transfer(b, FATA_BLOCK_WRITE, last + 3, 1, in), ==, 0);
    memcpy(out + 3 * b->sector_size, in, b->sector_size);
    fata_check_int(transfer(b, FATA_BLOCK_READ, last, BATCH, in), ==, 0);
    fata_check(memcmp(in, out, size) == 0);
}

void suite_many_in_flight(struct fata_block *b)
{
    struct fata_block_request r[BATCH];
    for (unsigned pass = 0; pass < 2; pass++) {
        pattern(out, (size_t)BATCH * b->sector_size, 3);
        completions = 0;
        for (uint32_t i = 0; i < BATCH; i++) {
            size_t at = (size_t)i * b->sector_size;
            r[i] = (struct fata_block_request){
                .request = {.done = count},
                .op = pass == 0 ? FATA_BLOCK_WRITE : FATA_BLOCK_READ,
                .sector = BATCH - 1 - i,
                .count = 1,
                .data = pass == 0 ? out + at : in + at};
            fata_check_int(fata_block_submit(b, &r[i]), ==, 0);
        }
        for (int i = 0; i < 1000 && completions < BATCH; i++)
            fata_platform_wait(fata_now() + FATA_MS(10));
        fata_check_int(completions, ==, BATCH);
        for (uint32_t i = 0; i < BATCH; i++)
            fata_check_int(r[i].request.result, ==, 0);
    }
    fata_check(memcmp(in, out, (size_t)BATCH * b->sector_size) == 0);
}

static struct {
    struct fata_block *block;
    struct fata_block_request request;
    int left;
} chain;

static void again(struct fata_request *r)
{
    (void)r;
    completions++;
    chain.request.sector++;
    if (--chain.left > 0)
        fata_expect(fata_block_submit(chain.block, &chain.request) == 0);
}

void suite_resubmits_in_done(struct fata_block *b)
{
    chain.block = b;
    chain.left = 5;
    chain.request = (struct fata_block_request){.request = {.done = again},
                                                .op = FATA_BLOCK_READ,
                                                .count = 1,
                                                .data = in};
    completions = 0;
    fata_check_int(fata_block_submit(b, &chain.request), ==, 0);
    for (int i = 0; i < 1000 && chain.left > 0; i++)
        fata_platform_wait(fata_now() + FATA_MS(10));
    fata_check_int(completions, ==, 5);
}

void suite_flush(struct fata_block *b)
{
    int expected = b->features & FATA_BLOCK_FLUSHES ? 0 : FATA_ENOTSUP;
    fata_check_int(transfer(b, FATA_BLOCK_FLUSH, 0, 0, NULL), ==, expected);
    expected = b->features & FATA_BLOCK_DISCARDS ? 0 : FATA_ENOTSUP;
    fata_check_int(transfer(b, FATA_BLOCK_DISCARD, 0, 1, NULL), ==, expected);
}
