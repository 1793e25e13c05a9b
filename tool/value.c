/* SPDX-License-Identifier: ISC */
/* Texts of values in manifests: sizes, durations, numbers, names. */
#include "manifest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct unit {
    const char *name;
    uint64_t factor;
};

static bool parse_scaled(const char *text, const struct unit *units,
                         uint64_t most, uint64_t *value)
{
    uint64_t whole = 0, fraction = 0, divisor = 1;
    const char *p = text;
    if (*p < '0' || *p > '9')
        return false;
    for (; *p >= '0' && *p <= '9'; p++) {
        if (whole > (UINT64_MAX - 9) / 10)
            return false;
        whole = whole * 10 + (uint64_t)(*p - '0');
    }
    if (*p == '.') {
        p++;
        if (*p < '0' || *p > '9')
            return false;
        for (; *p >= '0' && *p <= '9'; p++) {
            if (divisor >= 1000000)
                return false;
            fraction = fraction * 10 + (uint64_t)(*p - '0');
            divisor *= 10;
        }
    }
    for (; units->name != NULL; units++)
        if (strcmp(p, units->name) == 0)
            break;
    if (units->name == NULL || whole > most / units->factor)
        return false;
    uint64_t part = fraction * (units->factor / divisor) +
                    fraction * (units->factor % divisor) / divisor;
    if (whole * units->factor > most - part)
        return false;
    *value = whole * units->factor + part;
    return true;
}

bool parse_size(const char *text, uint64_t *bytes)
{
    static const struct unit units[] = {
        {"", 1},
        {"B", 1},
        {"KiB", 1024},
        {"MiB", UINT64_C(1) << 20},
        {"GiB", UINT64_C(1) << 30},
        {"TiB", UINT64_C(1) << 40},
        {NULL, 0},
    };
    return parse_scaled(text, units, INT64_MAX, bytes);
}

bool parse_duration(const char *text, int64_t *ns)
{
    static const struct unit units[] = {
        {"ns", 1},
        {"us", 1000},
        {"ms", 1000000},
        {"s", 1000000000},
        {"m", UINT64_C(60) * 1000000000},
        {"h", UINT64_C(3600) * 1000000000},
        {NULL, 0},
    };
    uint64_t value;
    if (strcmp(text, "0") == 0)
        value = 0;
    else if (!parse_scaled(text, units, INT64_MAX, &value))
        return false;
    *ns = (int64_t)value;
    return true;
}

bool parse_integer(const char *text, int64_t *value)
{
    char *end;
    if (*text != '-' && (*text < '0' || *text > '9'))
        return false;
    errno = 0;
    const char *digits = text + (*text == '-');
    int base = strncmp(digits, "0x", 2) == 0 ? 16 : 10;
    long long v = strtoll(text, &end, base);
    if (errno != 0 || end == text || *end != '\0')
        return false;
    *value = v;
    return true;
}

bool parse_bool(const char *text, bool *value)
{
    static const char *const yes[] = {"true", "yes", "1"};
    static const char *const no[] = {"false", "no", "0"};
    for (int i = 0; i < 3; i++) {
        if (strcmp(text, yes[i]) == 0 || strcmp(text, no[i]) == 0) {
            *value = strcmp(text, yes[i]) == 0;
            return true;
        }
    }
    return false;
}

static const char lower[] = "abcdefghijklmnopqrstuvwxyz";
static const char name_chars[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";
static const char c_chars[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

bool is_name(const char *text)
{
    return text[0] != '\0' && strchr(lower, text[0]) != NULL &&
           text[strspn(text, name_chars)] == '\0';
}

bool is_identifier(const char *text)
{
    return text[0] != '\0' && (text[0] < '0' || text[0] > '9') &&
           text[strspn(text, c_chars)] == '\0';
}
