/* SPDX-License-Identifier: ISC */
/* The key --tz: sets TZ, which is all that localtime() looks at.  tzset() is
 * not called, so that an image that never asks for local time carries nothing
 * of it. */
#include <fata/error.h>
#include <fata/timezone.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Parsers of POSIX.1-2017, 8.3 TZ.  Each returns what follows, or NULL. */

static bool letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

/* At least three letters, or <...> of letters, digits, + and -. */
static const char *name(const char *p)
{
    const char *begin = p;
    if (*p == '<') {
        for (p++; letter(*p) || digit(*p) || *p == '+' || *p == '-'; p++)
            ;
        return *p == '>' && p - begin >= 4 ? p + 1 : NULL;
    }
    while (letter(*p))
        p++;
    return p - begin >= 3 ? p : NULL;
}

static const char *number(const char *p, int low, int high)
{
    int value = 0, digits = 0;
    for (; digit(*p) && digits < 4; p++, digits++)
        value = value * 10 + (*p - '0');
    return digits > 0 && value >= low && value <= high ? p : NULL;
}

/* [+-]hh[:mm[:ss]] */
static const char *offset(const char *p, int hours)
{
    if (*p == '+' || *p == '-')
        p++;
    p = number(p, 0, hours);
    for (int i = 0; p != NULL && *p == ':' && i < 2; i++)
        p = number(p + 1, 0, 59);
    return p;
}

/* Mm.w.d, Jn or n, then an optional /time (hours up to 167: RFC 8536). */
static const char *rule(const char *p)
{
    if (*p == 'M') {
        p = number(p + 1, 1, 12);
        p = p != NULL && *p == '.' ? number(p + 1, 1, 5) : NULL;
        p = p != NULL && *p == '.' ? number(p + 1, 0, 6) : NULL;
    } else if (*p == 'J') {
        p = number(p + 1, 1, 365);
    } else {
        p = number(p, 0, 365);
    }
    return p != NULL && *p == '/' ? offset(p + 1, 167) : p;
}

bool fata_timezone_valid(const char *text)
{
    const char *p = name(text);
    p = p != NULL ? offset(p, 24) : NULL;
    if (p == NULL || *p == '\0')
        return p != NULL;
    p = name(p);
    if (p != NULL && *p != ',' && *p != '\0')
        p = offset(p, 24);
    if (p == NULL || *p == '\0')
        return p != NULL;
    p = *p == ',' ? rule(p + 1) : NULL;
    p = p != NULL && *p == ',' ? rule(p + 1) : NULL;
    return p != NULL && *p == '\0';
}

#if FATA_FLAVOUR_HOST
int fata_timezone_set(const char *text)
{
    if (!fata_timezone_valid(text))
        return FATA_EINVAL;
    return setenv("TZ", text, 1) == 0 ? 0 : FATA_ENOMEM;
}
#else
extern char **environ;

/* The environment of an image is empty but for this; setenv() would bring
 * malloc() into every image. */
int fata_timezone_set(const char *text)
{
    static char variable[96] = "TZ=";
    static char *environment[] = {variable, NULL};
    size_t size = strlen(text) + 1;
    if (!fata_timezone_valid(text))
        return FATA_EINVAL;
    if (size > sizeof(variable) - 3)
        return FATA_E2BIG;
    memcpy(variable + 3, text, size);
    environ = environment;
    return 0;
}
#endif
