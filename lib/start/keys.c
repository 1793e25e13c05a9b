/* SPDX-License-Identifier: ISC */
/* Keys: the parser of boot arguments; see fata/keys.h. */
#include <fata/error.h>
#include <fata/keys.h>
#include <fata/time.h>
#include <fata/timezone.h>
#include <string.h>

struct unit {
    const char *name;
    uint64_t factor;
};

static const struct unit durations[] = {
    {"ns", 1},         {"us", 1000},        {"ms", 1000000}, {"s", FATA_S(1)},
    {"m", FATA_S(60)}, {"h", FATA_S(3600)}, {NULL, 0},
};

static const struct unit sizes[] = {
    {"", 1},           {"B", 1},          {"KiB", 1u << 10},
    {"MiB", 1u << 20}, {"GiB", 1u << 30}, {NULL, 0},
};

/* Reads digits in `base` (10 or 16) up to the first other character, to which
 * *text is set.  Returns false on overflow or when there is no digit. */
static bool parse_digits(const char **text, unsigned base, uint64_t *value)
{
    const char *p = *text;
    *value = 0;
    for (;; p++) {
        unsigned d;
        if (*p >= '0' && *p <= '9')
            d = (unsigned)(*p - '0');
        else if (base == 16 && (*p | 32) >= 'a' && (*p | 32) <= 'f')
            d = (unsigned)((*p | 32) - 'a') + 10;
        else
            break;
        if (FATA_MUL_OVERFLOW(*value, base, value) ||
            FATA_ADD_OVERFLOW(*value, d, value))
            return false;
    }
    bool any = p != *text;
    *text = p;
    return any;
}

static bool parse_int(const char *text, int64_t *value)
{
    bool negative = *text == '-';
    uint64_t u;
    unsigned base = 10;
    if (negative)
        text++;
    if (text[0] == '0' && (text[1] | 32) == 'x') {
        base = 16;
        text += 2;
    }
    if (!parse_digits(&text, base, &u) || *text != '\0' ||
        u > (uint64_t)INT64_MAX + negative)
        return false;
    *value = negative ? (int64_t)(0 - u) : (int64_t)u;
    return true;
}

/* A number with up to nine decimals and a unit of `units`. */
static bool parse_unit(const char *text, const struct unit *units,
                       uint64_t *value)
{
    uint64_t whole, fraction = 0, scale = 1;
    if (!parse_digits(&text, 10, &whole))
        return false;
    if (*text == '.') {
        const char *begin = ++text;
        if (!parse_digits(&text, 10, &fraction) || text - begin > 9)
            return false;
        for (const char *p = begin; p < text; p++)
            scale *= 10;
    }
    for (; units->name != NULL; units++) {
        if (strcmp(text, units->name) != 0)
            continue;
        /* The fraction of one unit: below 2^64 as scale <= 10^9 and
         * factor <= 3600 * 10^9 would not be; divide first where exact. */
        uint64_t part = units->factor % scale == 0
                            ? units->factor / scale * fraction
                            : (uint64_t)((double)units->factor *
                                         (double)fraction / (double)scale);
        return !FATA_MUL_OVERFLOW(whole, units->factor, &whole) &&
               !FATA_ADD_OVERFLOW(whole, part, value);
    }
    return false;
}

static bool parse_bool(const char *text, bool *value)
{
    static const char *const words[] = {"false", "true", "no", "yes", "0", "1"};
    for (size_t i = 0; i < FATA_COUNT(words); i++) {
        if (strcmp(text, words[i]) == 0) {
            *value = i % 2 == 1;
            return true;
        }
    }
    return false;
}

/* Parses and, where there is a place for it, stores. */
int fata_key_store(const struct fata_key *key, const char *text)
{
    int64_t integer;
    uint64_t unsigned_value;
    bool boolean;
    switch (key->type) {
    case FATA_KEY_TIMEZONE:
        if (!fata_timezone_valid(text))
            return FATA_EINVAL;
        /* fall through */
    case FATA_KEY_STRING:
        if (key->value != NULL)
            *(const char **)key->value = text;
        return 0;
    case FATA_KEY_INT:
        if (!parse_int(text, &integer) || integer < key->min ||
            integer > key->max)
            return FATA_EINVAL;
        if (key->value != NULL)
            *(int64_t *)key->value = integer;
        return 0;
    case FATA_KEY_BOOL:
        if (!parse_bool(text, &boolean))
            return FATA_EINVAL;
        if (key->value != NULL)
            *(bool *)key->value = boolean;
        return 0;
    case FATA_KEY_DURATION:
    case FATA_KEY_SIZE:
        if (!parse_unit(text, key->type == FATA_KEY_SIZE ? sizes : durations,
                        &unsigned_value))
            return FATA_EINVAL;
        if (key->value != NULL)
            *(uint64_t *)key->value = unsigned_value;
        return 0;
    }
    return FATA_EINVAL;
}

/* Appends to a message, cutting what does not fit. */
static void say(char *message, size_t size, const char *const *parts)
{
    size_t used = 0;
    for (; *parts != NULL; parts++) {
        size_t n = strlen(*parts);
        if (n > size - 1 - used)
            n = size - 1 - used;
        memcpy(message + used, *parts, n);
        used += n;
    }
    message[used] = '\0';
}

#define SAY(...) say(message, size, (const char *const[]){__VA_ARGS__, NULL})

static const char *const expected[] = {
    [FATA_KEY_STRING] = "a text",
    [FATA_KEY_INT] = "a whole number in the key's range",
    [FATA_KEY_BOOL] = "true or false",
    [FATA_KEY_DURATION] = "a duration such as 20ms, 1.5s or 2m",
    [FATA_KEY_SIZE] = "a size such as 512, 64KiB or 1MiB",
    [FATA_KEY_TIMEZONE] =
        ("a POSIX time zone such as CET-1CEST,M3.5.0,M10.5.0/3 "
         "(`fata run` knows names such as Europe/Paris)"),
};

/* Finds the key of a word after its dashes; *text is what follows '='. */
static size_t find(const struct fata_key *keys, size_t count, const char *word,
                   const char **text)
{
    const char *equal = strchr(word, '=');
    size_t length = equal != NULL ? (size_t)(equal - word) : strlen(word);
    *text = equal != NULL ? equal + 1 : NULL;
    for (size_t i = 0; i < count; i++)
        if (strlen(keys[i].name) == length &&
            memcmp(keys[i].name, word, length) == 0)
            return i;
    return count;
}

int fata_keys_parse(const struct fata_key *keys, size_t count,
                    const char **final, int *argc, char **argv, char *message,
                    size_t size)
{
    int last = *argc; /* keys end here: at a lone `--` */
    for (size_t i = 0; i < count; i++)
        final[i] = keys[i].text;

    /* Look at everything before anything changes. */
    for (int a = 1; a < last; a++) {
        const char *text;
        size_t i;
        if (strcmp(argv[a], "--") == 0) {
            last = a;
            break;
        }
        if (argv[a][0] != '-')
            continue;
        i = argv[a][1] == '-' ? find(keys, count, argv[a] + 2, &text) : count;
        if (i == count) {
            SAY(argv[a], ": no such key; --help lists them");
            return FATA_EINVAL;
        }
        if (text == NULL && keys[i].type == FATA_KEY_BOOL)
            text = "true";
        if (text == NULL) {
            SAY(argv[a], ": the form is --", keys[i].name, "=VALUE");
            return FATA_EINVAL;
        }
        final[i] = text;
    }
    for (size_t i = 0; i < count; i++) {
        struct fata_key check = keys[i];
        check.value = NULL;
        if (final[i] == NULL) {
            SAY("--", keys[i].name, "=VALUE is needed: ", keys[i].doc);
            return FATA_EINVAL;
        }
        if (fata_key_store(&check, final[i]) != 0) {
            SAY("--", keys[i].name, "=", final[i], ": not ",
                expected[keys[i].type]);
            return FATA_EINVAL;
        }
    }

    for (size_t i = 0; i < count; i++)
        (void)!fata_key_store(&keys[i], final[i]); /* was checked */
    int kept = 1;
    for (int a = 1; a < *argc; a++)
        if (a > last || (a < last && argv[a][0] != '-'))
            argv[kept++] = argv[a];
    argv[kept] = NULL;
    *argc = kept;
    return 0;
}
