/* SPDX-License-Identifier: ISC */
/* Random numbers: one generator per image, from which everybody gets them
 * (libsodium's randombytes, the libc's getrandom).  Seeded before start(): an
 * image that cannot seed does not start.  Context: any.  Allocation: none. */
#ifndef FATA_RANDOM_H
#define FATA_RANDOM_H

#include <fata/cc.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Fills `buffer`; never fails, never waits. */
void fata_random_bytes(void *buffer, size_t size);

/* Returns a number of 0 .. bound - 1, each equally likely.  bound > 0. */
uint32_t fata_random_below(uint32_t bound);

/* Mixes more in, whatever its quality: it can only get better. */
void fata_random_stir(const void *data, size_t size);

/* Seeds from every source of the platform; start-up calls it.  Returns 0, or
 * FATA_EIO: a source failed its health test or there is not enough of them. */
FATA_NODISCARD int fata_random_init(void);

/* --- the generator itself, without state of the image: for tests --- */

enum { FATA_RNG_KEY = 32, FATA_RNG_BUFFER = 480 };

struct fata_rng {
    uint8_t key[FATA_RNG_KEY];
    uint8_t buffer[FATA_RNG_BUFFER]; /* what is used is zero */
    size_t used;
};

/* Replaces the key by a hash of it and `data`. */
void fata_rng_stir(struct fata_rng *rng, const void *data, size_t size);
void fata_rng_bytes(struct fata_rng *rng, void *buffer, size_t size);

/* False when a source that gave these bytes is obviously broken: two equal
 * 8-byte words in a row (repetition count test, SP 800-90B 4.4.1; by chance
 * once in 2^64), or one value in more than a quarter of at least 64 bytes. */
bool fata_random_healthy(const void *data, size_t size);

#endif
