/* SPDX-License-Identifier: ISC */
/* The keys. */
#include "internal.h"

#include <fata/keys.h>

struct fata_http_limits fata__http_config = FATA_HTTP_LIMITS;

/* Called by start-up code. */
int fata__http_key_head(const char *text);
int fata__http_key_body(const char *text);
int fata__http_key_idle(const char *text);
int fata__http_key_head_time(const char *text);
int fata__http_key_body_time(const char *text);
int fata__http_key_grace(const char *text);
int fata__http_key_debug(const char *text);

fata_time_t fata__http_grace = FATA_S(5);
bool fata__http_debug;

int fata__http_key_head(const char *text)
{
    uint64_t size;
    const struct fata_key key = {.type = FATA_KEY_SIZE, .value = &size};
    int err = fata_key_store(&key, text);
    if (err < 0 || size < 256 || size > FATA_HTTP_HEAD_MAX)
        return FATA_EINVAL;
    fata__http_config.head = (uint32_t)size;
    return 0;
}

int fata__http_key_body(const char *text)
{
    const struct fata_key key = {.type = FATA_KEY_SIZE,
                                 .value = &fata__http_config.body};
    return fata_key_store(&key, text);
}

static int duration(fata_time_t *to, const char *text)
{
    const struct fata_key key = {.type = FATA_KEY_DURATION, .value = to};
    return fata_key_store(&key, text);
}

int fata__http_key_idle(const char *text)
{
    return duration(&fata__http_config.idle, text);
}

int fata__http_key_head_time(const char *text)
{
    return duration(&fata__http_config.begun, text);
}

int fata__http_key_body_time(const char *text)
{
    return duration(&fata__http_config.body_time, text);
}

int fata__http_key_grace(const char *text)
{
    return duration(&fata__http_grace, text);
}

int fata__http_key_debug(const char *text)
{
    const struct fata_key key = {.type = FATA_KEY_BOOL,
                                 .value = &fata__http_debug};
    return fata_key_store(&key, text);
}
