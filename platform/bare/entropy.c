/* SPDX-License-Identifier: ISC */
/* Sources of entropy of an image without an operating system. */
#include <fata/bare.h>
#include <fata/cpu.h>
#include <string.h>

static size_t from_cpu(void *buffer, size_t size)
{
    size_t got = 0;
    while (got < size) {
        uint64_t r;
        size_t n = size - got < sizeof(r) ? size - got : sizeof(r);
        if (!fata_cpu_random(&r))
            break;
        memcpy((char *)buffer + got, &r, n);
        got += n;
    }
    return got;
}

/* The tender's seed is used once: the first half here, the rest for the
 * libc's canary. */
static size_t from_tender(void *buffer, size_t size)
{
    static bool used;
    size_t n = sizeof(fata_start_offer.entropy) / 2;
    if (used)
        return 0;
    used = true;
    if (n > size)
        n = size;
    memcpy(buffer, fata_start_offer.entropy, n);
    memset(fata_start_offer.entropy, 0, sizeof(fata_start_offer.entropy));
    return n;
}

const char *fata_platform_entropy(unsigned source, void *buffer, size_t size,
                                  size_t *got)
{
    bool tender = fata_start_offer.features & FATA_FEATURE_ENTROPY;
    if (source == 0 && fata_cpu_has_random()) {
        *got = from_cpu(buffer, size);
        return "cpu";
    }
    if (tender && source == (fata_cpu_has_random() ? 1u : 0u)) {
        *got = from_tender(buffer, size);
        return "tender";
    }
    return NULL;
}
