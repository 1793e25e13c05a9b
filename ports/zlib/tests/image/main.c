/* SPDX-License-Identifier: ISC */
/* zlib for real; its own tests first. */
#include <fata/test.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

int zlib_example(int argc, char **argv);
int zlib_infcover(void);

FATA_TEST(example)
{
    static char name[] = "example", *argv[] = {name, NULL};
    fata_check_int(zlib_example(1, argv), ==, 0);
}

FATA_TEST(infcover)
{
    fata_check_int(zlib_infcover(), ==, 0);
}

#define SIZE 200000

static uint8_t plain[SIZE], packed[SIZE + 1000], out[SIZE];

/* Words of a small vocabulary, with a stretch of noise and one of zeros. */
static void make_plain(void)
{
    static const char word[][8] = {"fiber ",  "scope ", "turn ", "wait ",
                                   "device ", "frame ", "page ", "image\n"};
    uint32_t random = 1;
    size_t n = 0;
    while (n < SIZE) {
        random = random * 1664525 + 1013904223;
        if (n > SIZE / 2 && n < SIZE / 2 + 20000) {
            plain[n++] = (uint8_t)(random >> 24);
        } else if (n > SIZE / 4 && n < SIZE / 4 + 20000) {
            plain[n++] = 0;
        } else {
            const char *w = word[random >> 29];
            for (size_t i = 0; w[i] != '\0' && n < SIZE; i++)
                plain[n++] = (uint8_t)w[i];
        }
    }
}

FATA_TEST(checksums)
{
    const Bytef *digits = (const Bytef *)"123456789";
    fata_check_int(crc32(0, digits, 9), ==, 0xcbf43926);
    fata_check_int(adler32(1, digits, 9), ==, 0x091e01de);
    make_plain();
    uLong all = crc32(0, plain, SIZE), head = crc32(0, plain, 777);
    fata_check_int(
        crc32_combine(head, crc32(0, plain + 777, SIZE - 777), SIZE - 777), ==,
        all);
    uLong bytewise = 0;
    for (size_t i = 0; i < SIZE; i++)
        bytewise = crc32(bytewise, plain + i, 1);
    fata_check_int(bytewise, ==, all);
}

/* What gzip 1.12 makes of "Fata Morgana\n": a stream of somebody else. */
FATA_TEST(a_stream_of_gzip)
{
    static const uint8_t gz[] = {
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x73,
        0x4b, 0x2c, 0x49, 0x54, 0xf0, 0xcd, 0x2f, 0x4a, 0x4f, 0xcc, 0x4b,
        0xe4, 0x02, 0x00, 0x1c, 0xcd, 0xba, 0xac, 0x0d, 0x00, 0x00, 0x00};
    z_stream s = {.next_in = (Bytef *)(uintptr_t)gz, .avail_in = sizeof(gz)};
    fata_check_int(inflateInit2(&s, 15 + 32), ==, Z_OK);
    s.next_out = out;
    s.avail_out = sizeof(out);
    fata_check_int(inflate(&s, Z_FINISH), ==, Z_STREAM_END);
    fata_check_int(s.total_out, ==, 13);
    fata_check(memcmp(out, "Fata Morgana\n", 13) == 0);
    fata_check_int(inflateEnd(&s), ==, Z_OK);
}

/* Packs `plain` with output in pieces of `piece` bytes, and input in pieces of
 * a third of that.  Returns the size, or 0. */
static size_t pack(int level, int bits, int strategy, unsigned piece)
{
    z_stream s = {.next_in = plain, .next_out = packed};
    int err = deflateInit2(&s, level, Z_DEFLATED, bits, 8, strategy);
    while (err == Z_OK) {
        size_t left = SIZE - s.total_in, room = sizeof(packed) - s.total_out;
        if (s.avail_in == 0)
            s.avail_in =
                (unsigned)(left < piece / 3 + 1 ? left : piece / 3 + 1);
        s.avail_out = room < piece ? (unsigned)room : piece;
        err = deflate(&s, left <= s.avail_in ? Z_FINISH : Z_NO_FLUSH);
    }
    size_t size = err == Z_STREAM_END ? s.total_out : 0;
    return deflateEnd(&s) == Z_OK ? size : 0;
}

/* Unpacks it, input in pieces of `piece`.  Returns zlib's code. */
static int unpack(size_t size, int bits, unsigned piece)
{
    z_stream s = {.next_in = packed, .next_out = out};
    int err = inflateInit2(&s, bits);
    memset(out, 0, sizeof(out));
    while (err == Z_OK) {
        size_t left = size - s.total_in, room = sizeof(out) - s.total_out;
        if (s.avail_in == 0)
            s.avail_in = (unsigned)(left < piece ? left : piece);
        /* One byte of room more: the end of a stream may need none. */
        s.avail_out = room < 3 * piece ? (unsigned)room : 3 * piece;
        err = inflate(&s, Z_NO_FLUSH);
    }
    int end = inflateEnd(&s);
    return end != Z_OK ? end : err;
}

FATA_TEST(round_trips_of_levels_and_formats)
{
    static const int bits[] = {15, -15, 15 + 16, 9, -9, 12};
    make_plain();
    for (int level = 0; level <= 9; level++) {
        size_t size = pack(level, bits[level % 6], Z_DEFAULT_STRATEGY, SIZE);
        fata_check(size > 0);
        fata_check(level == 0 || size < SIZE / 2);
        fata_check_int(unpack(size, bits[level % 6], SIZE), ==, Z_STREAM_END);
        fata_check(memcmp(out, plain, SIZE) == 0);
    }
    for (int strategy = Z_FILTERED; strategy <= Z_FIXED; strategy++) {
        size_t size = pack(6, 15, strategy, SIZE);
        fata_check_int(unpack(size, 15, SIZE), ==, Z_STREAM_END);
        fata_check(memcmp(out, plain, SIZE) == 0);
    }
}

FATA_TEST(streams_in_pieces)
{
    make_plain();
    size_t whole = pack(6, 15, Z_DEFAULT_STRATEGY, SIZE);
    for (unsigned piece = 1; piece < 5000; piece = piece * 3 + 1) {
        fata_check_int(pack(6, 15, Z_DEFAULT_STRATEGY, piece), ==, whole);
        fata_check_int(unpack(whole, 15, piece), ==, Z_STREAM_END);
        fata_check(memcmp(out, plain, SIZE) == 0);
    }
}

/* Each bit of a short stream, and each length. */
FATA_TEST(damage_is_found)
{
    uint8_t small[400], copy[sizeof(small)];
    uLongf size = sizeof(small), got;
    make_plain();
    fata_check_int(compress(small, &size, plain, 1000), ==, Z_OK);
    for (size_t bit = 0; bit < size * 8; bit++) {
        memcpy(copy, small, size);
        copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
        got = 1000;
        /* The last block is padded to a whole byte with bits that nobody reads.
         */
        if (uncompress(out, &got, copy, size) == Z_OK) {
            fata_check_int(bit / 8, ==, size - 5);
            fata_check(got == 1000 && memcmp(out, plain, 1000) == 0);
        }
    }
    for (uLong n = 0; n < size; n++) {
        got = 1000;
        fata_check_int(uncompress(out, &got, small, n), !=, Z_OK);
    }
    got = 999;
    fata_check_int(uncompress(out, &got, small, size), ==, Z_BUF_ERROR);
}

static int until_failure;

static void *failing_alloc(void *arg, unsigned n, unsigned size)
{
    (void)arg;
    return until_failure-- == 0 ? NULL : calloc(n, size);
}

static void failing_free(void *arg, void *p)
{
    (void)arg;
    free(p);
}

FATA_TEST(memory_that_ends)
{
    for (int nth = 0, err = Z_MEM_ERROR; err == Z_MEM_ERROR; nth++) {
        z_stream s = {.zalloc = failing_alloc, .zfree = failing_free};
        until_failure = nth;
        err = deflateInit(&s, 9);
        fata_check(err == Z_OK || (err == Z_MEM_ERROR && nth < 10));
        if (err == Z_OK) {
            fata_check_int(nth, ==, 5);
            deflateEnd(&s);
        }
    }
}

FATA_TEST(there_is_no_file)
{
    fata_check(gzopen("/no/such/file.gz", "rb") == NULL);
}
