/* SPDX-License-Identifier: ISC */
/* The order of Debian versions ([epoch:]upstream[-revision]), by the rules of
 * the Debian policy manual, section 5.6.12. */
#define _GNU_SOURCE 1
#include "source_apt.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ~ before the end, the end before letters, letters before the rest. */
static int rank(char c)
{
    if (c == '~')
        return -1;
    if (c == '\0' || isdigit((unsigned char)c))
        return 0;
    return isalpha((unsigned char)c) ? c : c + 256;
}

static int compare_part(const char *a, const char *b)
{
    while (*a != '\0' || *b != '\0') {
        size_t x;
        size_t y;
        int order;

        while ((*a != '\0' && !isdigit((unsigned char)*a)) ||
               (*b != '\0' && !isdigit((unsigned char)*b))) {
            if (rank(*a) != rank(*b))
                return rank(*a) < rank(*b) ? -1 : 1;
            a++; /* equal and not both at an end: neither is at one */
            b++;
        }
        a += strspn(a, "0");
        b += strspn(b, "0");
        x = strspn(a, "0123456789");
        y = strspn(b, "0123456789");
        if (x != y)
            return x < y ? -1 : 1;
        order = strncmp(a, b, x);
        if (order != 0)
            return order;
        a += x;
        b += y;
    }
    return 0;
}

/* Takes a version apart; the parts are new memory. */
static void split(const char *version, char *part[3])
{
    const char *colon = strchr(version, ':');
    const char *upstream = colon != NULL ? colon + 1 : version;
    const char *dash = strrchr(upstream, '-');

    part[0] = colon != NULL ? xstrndup(version, (size_t)(colon - version))
                            : xstrdup("0");
    part[1] = dash != NULL ? xstrndup(upstream, (size_t)(dash - upstream))
                           : xstrdup(upstream);
    part[2] = xstrdup(dash != NULL ? dash + 1 : "0");
}

int apt_compare_versions(const char *a, const char *b)
{
    char *x[3];
    char *y[3];
    int order = 0;

    split(a, x);
    split(b, y);
    for (size_t i = 0; i < 3; i++) {
        if (order == 0)
            order = compare_part(x[i], y[i]);
        free(x[i]);
        free(y[i]);
    }
    return order;
}

bool apt_version_is(const char *version, const char *upstream)
{
    char *part[3];
    size_t len = strlen(upstream);
    bool is;

    split(version, part);
    is = strncmp(part[1], upstream, len) == 0 &&
         !isalnum((unsigned char)part[1][len]) && part[1][len] != '.';
    for (size_t i = 0; i < 3; i++)
        free(part[i]);
    return is;
}
