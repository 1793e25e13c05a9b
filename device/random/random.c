/* SPDX-License-Identifier: ISC */
/* The image's generator and its seed. */
#include <fata/cpu.h>
#include <fata/platform.h>
#include <fata/random.h>
#include <sodium/utils.h>
#include <string.h>

#define SAMPLE     64 /* bytes asked of each source */
#define SEED_BYTES 16 /* at least so many, of all sources together */

static struct fata_rng rng;
static bool seeded;

void fata_random_bytes(void *buffer, size_t size)
{
    fata_assert(seeded);
    fata_rng_bytes(&rng, buffer, size);
}

uint32_t fata_random_below(uint32_t bound)
{
    fata_assert(bound > 0);
    /* Values below 2^32 mod bound would make small results more likely. */
    uint32_t reject = (0u - bound) % bound, r;
    do
        fata_random_bytes(&r, sizeof(r));
    while (r < reject);
    return r % bound;
}

void fata_random_stir(const void *data, size_t size)
{
    fata_rng_stir(&rng, data, size);
}

/* Not counted: times of a loop that the caches, the host and the other guests
 * disturb. */
static void stir_timing(void)
{
    uint64_t times[64];
    for (size_t i = 0; i < FATA_COUNT(times); i++) {
        volatile uint8_t *p = (volatile uint8_t *)times;
        p[i * 7 % sizeof(times)] ^= (uint8_t)i;
        times[i] = fata_cpu_cycles();
    }
    fata_rng_stir(&rng, times, sizeof(times));
}

/* Says why the image does not start. */
static int refuse(const char *source, const char *why)
{
    static const char begin[] = "random: ";
    fata_console_write(begin, sizeof(begin) - 1);
    fata_console_write(source, strlen(source));
    fata_console_write(why, strlen(why));
    return FATA_EIO;
}

int fata_random_init(void)
{
    size_t total = 0;
    fata_time_t now[2] = {fata_now(), fata_wall_now()};
    fata_rng_stir(&rng, now, sizeof(now));
    stir_timing();
    for (unsigned source = 0;; source++) {
        uint8_t sample[SAMPLE];
        size_t got = 0;
        const char *name =
            fata_platform_entropy(source, sample, sizeof(sample), &got);
        if (name == NULL)
            break;
        if (got == 0)
            return refuse(name, " delivers nothing\n");
        if (!fata_random_healthy(sample, got))
            return refuse(name, " fails its health test\n");
        fata_rng_stir(&rng, sample, got);
        sodium_memzero(sample, sizeof(sample));
        total += got;
    }
    if (total < SEED_BYTES)
        return refuse("this target", " has no source of entropy\n");
    seeded = true;
    return 0;
}
