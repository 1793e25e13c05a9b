/* SPDX-License-Identifier: ISC */
/* zstd for real. */
#define ZSTD_STATIC_LINKING_ONLY 1
#include <fata/test.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zdict.h>
#include <zstd.h>
#include <zstd_errors.h>
#include <zstd_golden.h>

#define SIZE (1 << 20)

static uint8_t plain[SIZE], packed[SIZE + SIZE / 128], out[SIZE];

/* Words of a small vocabulary, with a stretch of noise. */
static void make_plain(void)
{
    static const char word[][8] = {"fiber ",  "scope ", "turn ", "wait ",
                                   "device ", "frame ", "page ", "image\n"};
    uint32_t random = 1;
    size_t n = 0;
    while (n < SIZE) {
        random = random * 1664525 + 1013904223;
        if (n > SIZE / 2 && n < SIZE / 2 + 100000) {
            plain[n++] = (uint8_t)(random >> 24);
        } else {
            const char *w = word[random >> 29];
            for (size_t i = 0; w[i] != '\0' && n < SIZE; i++)
                plain[n++] = (uint8_t)w[i];
        }
    }
}

static int code(size_t result)
{
    return (int)ZSTD_getErrorCode(result);
}

/* Packs and unpacks.  Returns the packed size; 0 after a failed check. */
static size_t round_trip(const uint8_t *data, size_t size, int level)
{
    size_t n = ZSTD_compress(packed, sizeof(packed), data, size, level);
    memset(out, 0xa5, size);
    if (ZSTD_isError(n) || ZSTD_getFrameContentSize(packed, n) != size ||
        ZSTD_decompress(out, sizeof(out), packed, n) != size ||
        memcmp(out, data, size) != 0) {
        fata_test_fail_int("round_trip", "level", level, (int64_t)n);
        return 0;
    }
    return n;
}

FATA_TEST(golden_frames)
{
    size_t n = (size_t)(golden_empty_block_end - golden_empty_block);
    fata_check_int(ZSTD_decompress(out, SIZE, golden_empty_block, n), ==, 0);
    n = (size_t)(golden_rle_first_block_end - golden_rle_first_block);
    fata_check_int(ZSTD_decompress(out, SIZE, golden_rle_first_block, n), ==,
                   1 << 20);
    for (size_t i = 0; i < SIZE; i++)
        fata_check_int(out[i], ==, out[0]);
    /* What zstd 1.5.4's command made. */
    static const uint8_t frame[] = {0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x58, 0x69,
                                    0x00, 0x00, 0x46, 0x61, 0x74, 0x61, 0x20,
                                    0x4d, 0x6f, 0x72, 0x67, 0x61, 0x6e, 0x61,
                                    0x0a, 0x5f, 0x77, 0x2c, 0x75};
    fata_check_int(ZSTD_decompress(out, SIZE, frame, sizeof(frame)), ==, 13);
    fata_check(memcmp(out, "Fata Morgana\n", 13) == 0);
}

FATA_TEST(golden_contents)
{
    static const struct {
        const uint8_t *data, *end;
    } file[] = {
        {golden_http, golden_http_end},
        {golden_huffman_larger, golden_huffman_larger_end},
        {golden_large_lengths, golden_large_lengths_end},
        {golden_block_splitter, golden_block_splitter_end},
    };
    for (size_t i = 0; i < FATA_COUNT(file); i++)
        for (int level = -3; level <= 22; level += 5)
            if (round_trip(file[i].data, (size_t)(file[i].end - file[i].data),
                           level) == 0)
                return;
}

FATA_TEST(levels)
{
    size_t first = 0, last = 0;
    make_plain();
    for (int level = -7; level <= 19; level++) {
        last = round_trip(plain, SIZE, level);
        first = first == 0 ? last : first;
        fata_check(last > 100000 && last < SIZE * 3 / 4);
    }
    fata_check(last < first);
    fata_check(round_trip(plain, 0, 3) > 0);
    fata_check(round_trip(plain, 1, 3) > 0);
}

FATA_TEST(streams_in_pieces)
{
    ZSTD_CCtx *c = ZSTD_createCCtx();
    ZSTD_DCtx *d = ZSTD_createDCtx();
    fata_check(c != NULL && d != NULL);
    make_plain();
    for (size_t piece = 1; piece < 300000; piece = piece * 7 + 2) {
        size_t size = piece < 10 ? SIZE / 50 : SIZE, left = 1;
        ZSTD_outBuffer to = {packed, 0, 0};
        ZSTD_inBuffer from = {plain, 0, 0};
        ZSTD_CCtx_reset(c, ZSTD_reset_session_and_parameters);
        fata_check_int(code(ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1)),
                       ==, 0);
        while (left != 0) {
            if (from.pos == from.size && from.size < size)
                from.size = size - from.size < piece ? size : from.size + piece;
            to.size = to.pos + piece < sizeof(packed) ? to.pos + piece
                                                      : sizeof(packed);
            /* A flush now and then. */
            left = ZSTD_compressStream2(c, &to, &from,
                                        from.size == size ? ZSTD_e_end
                                        : to.pos % 5 == 0 ? ZSTD_e_flush
                                                          : ZSTD_e_continue);
            fata_check_int(code(left), ==, 0);
            left = from.size < size ? 1 : left;
        }
        ZSTD_inBuffer in = {packed, 0, 0};
        ZSTD_outBuffer got = {out, 0, 0};
        memset(out, 0, size);
        for (left = 1; left != 0;) {
            if (in.pos == in.size)
                in.size = to.pos - in.size < piece ? to.pos : in.size + piece;
            got.size = got.pos + piece < SIZE ? got.pos + piece : SIZE;
            left = ZSTD_decompressStream(d, &got, &in);
            fata_check_int(code(left), ==, 0);
        }
        fata_check_int(in.pos, ==, to.pos);
        fata_check_int(got.pos, ==, size);
        fata_check(memcmp(out, plain, size) == 0);
    }
    ZSTD_freeCCtx(c);
    ZSTD_freeDCtx(d);
}

FATA_TEST(frames_behind_each_other)
{
    make_plain();
    size_t n = ZSTD_compress(packed, sizeof(packed), plain, 1000, 1);
    n += ZSTD_writeSkippableFrame(packed + n, sizeof(packed) - n, "skip me", 7,
                                  3);
    n += ZSTD_compress(packed + n, sizeof(packed) - n, plain + 1000, 500, 19);
    fata_check_int(ZSTD_decompress(out, SIZE, packed, n), ==, 1500);
    fata_check(memcmp(out, plain, 1500) == 0);
    fata_check_int(code(ZSTD_decompress(out, 1499, packed, n)), ==,
                   ZSTD_error_dstSize_tooSmall);
}

/* --- dictionaries ------------------------------------------------------------
 */

static char samples[2000 * 64];

FATA_TEST(dictionaries_are_trained_and_used)
{
    static uint8_t dict[4096];
    static size_t size[2000];
    size_t total = 0;
    for (size_t i = 0; i < FATA_COUNT(size); i++) {
        size[i] = (size_t)snprintf(
            samples + total, 64, "{\"fiber\":%zu,\"state\":\"%s\",\"at\":%zu}",
            i, i % 3 == 0 ? "waits" : "runs", i * 7919 % 100003);
        total += size[i];
    }
    size_t n = ZDICT_trainFromBuffer(dict, sizeof(dict), samples, size,
                                     FATA_COUNT(size));
    fata_check(!ZDICT_isError(n) && n > 256);
    fata_check(ZDICT_getDictID(dict, n) != 0);

    ZSTD_CDict *cdict = ZSTD_createCDict(dict, n, 3);
    ZSTD_DDict *ddict = ZSTD_createDDict(dict, n);
    ZSTD_CCtx *c = ZSTD_createCCtx();
    ZSTD_DCtx *d = ZSTD_createDCtx();
    size_t with = 0, without = 0, at = 0;
    for (size_t i = 0; i < 100; at += size[i++]) {
        size_t k = ZSTD_compress_usingCDict(c, packed, sizeof(packed),
                                            samples + at, size[i], cdict);
        fata_check_int(code(k), ==, 0);
        with += k;
        fata_check_int(
            ZSTD_decompress_usingDDict(d, out, SIZE, packed, k, ddict), ==,
            size[i]);
        fata_check(memcmp(out, samples + at, size[i]) == 0);
        fata_check_int(code(ZSTD_decompress(out, SIZE, packed, k)), ==,
                       ZSTD_error_dictionary_wrong);
        without +=
            ZSTD_compress(packed, sizeof(packed), samples + at, size[i], 3);
    }
    printf("%zu bytes with the dictionary, %zu without\n", with, without);
    fata_check(with < without * 3 / 4);
    ZSTD_freeCDict(cdict);
    ZSTD_freeDDict(ddict);

    /* The golden ones. */
    size_t http = (size_t)(golden_http_end - golden_http);
    size_t k = ZSTD_compress_usingDict(
        c, packed, sizeof(packed), golden_http, http, golden_http_dict,
        (size_t)(golden_http_dict_end - golden_http_dict), 3);
    fata_check_int(code(k), ==, 0);
    fata_check_int(ZSTD_decompress_usingDict(
                       d, out, SIZE, packed, k, golden_http_dict,
                       (size_t)(golden_http_dict_end - golden_http_dict)),
                   ==, http);
    fata_check(memcmp(out, golden_http, http) == 0);
    n = (size_t)(golden_zero_weight_dict_end - golden_zero_weight_dict);
    k = ZSTD_compress_usingDict(c, packed, sizeof(packed), golden_http, http,
                                golden_zero_weight_dict, n, 3);
    fata_check_int(code(k), ==, 0);
    fata_check_int(ZSTD_decompress_usingDict(d, out, SIZE, packed, k,
                                             golden_zero_weight_dict, n),
                   ==, http);
    ZSTD_freeCCtx(c);
    ZSTD_freeDCtx(d);
}

/* --- what goes wrong ---------------------------------------------------------
 */

/* Each bit of a frame with a checksum, and each length. */
FATA_TEST(damage_is_found)
{
    static uint8_t frame[4000], copy[sizeof(frame)];
    ZSTD_CCtx *c = ZSTD_createCCtx();
    make_plain();
    fata_check(c != NULL);
    ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
    size_t n = ZSTD_compress2(c, frame, sizeof(frame), plain, 3000);
    fata_check_int(code(n), ==, 0);
    size_t found = 0;
    for (size_t bit = 0; bit < n * 8; bit++) {
        memcpy(copy, frame, n);
        copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
        size_t got = ZSTD_decompress(out, 3000, copy, n);
        found += ZSTD_isError(got);
        /* Some bits of a frame mean nothing; none of the content is among
         * them. */
        if (!ZSTD_isError(got))
            fata_check(got == 3000 && memcmp(out, plain, 3000) == 0);
    }
    fata_check(found > n * 8 * 99 / 100);
    for (size_t k = 1; k < n; k++)
        fata_check(ZSTD_isError(ZSTD_decompress(out, 3000, frame, k)));
    fata_check_int(code(ZSTD_decompress(out, 3000, "not a frame", 11)), ==,
                   ZSTD_error_prefix_unknown);
    ZSTD_freeCCtx(c);
}

struct heap {
    size_t blocks;
    long until; /* allocations before they fail */
};

static void *allocate(void *arg, size_t size)
{
    struct heap *h = arg;
    if (h->until-- <= 0)
        return NULL;
    h->blocks++;
    return malloc(size);
}

static void release(void *arg, void *p)
{
    struct heap *h = arg;
    h->blocks -= p != NULL;
    free(p);
}

FATA_TEST(memory_ends_at_each_allocation)
{
    long nth = 0;
    make_plain();
    for (bool done = false; !done; nth++) {
        struct heap heap = {.until = nth};
        ZSTD_customMem mem = {allocate, release, &heap};
        ZSTD_CCtx *c = ZSTD_createCCtx_advanced(mem);
        if (c != NULL) {
            size_t n =
                ZSTD_compressCCtx(c, packed, sizeof(packed), plain, 10000, 5);
            fata_check(!ZSTD_isError(n) ||
                       code(n) == ZSTD_error_memory_allocation);
            ZSTD_DCtx *d =
                ZSTD_isError(n) ? NULL : ZSTD_createDCtx_advanced(mem);
            if (d != NULL) {
                done = ZSTD_decompressDCtx(d, out, SIZE, packed, n) == 10000;
                fata_check(done);
                ZSTD_freeDCtx(d);
            }
            ZSTD_freeCCtx(c);
        }
        fata_check_int(heap.blocks, ==, 0);
        fata_check(nth < 20);
    }
    fata_check_int(nth, ==, 4); /* three allocations in all */
}

FATA_TEST(one_thread)
{
    ZSTD_CCtx *c = ZSTD_createCCtx();
    fata_check(c != NULL);
    fata_check_int(code(ZSTD_CCtx_setParameter(c, ZSTD_c_nbWorkers, 2)), ==,
                   ZSTD_error_parameter_unsupported);
    ZSTD_freeCCtx(c);
}
