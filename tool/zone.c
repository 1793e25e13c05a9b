/* SPDX-License-Identifier: ISC */
/* Time zones: a name (Europe/Paris) becomes the POSIX text that the zone's
 * file ends with, so that images need no zone files. */
#include "build.h"

#include <stdlib.h>
#include <string.h>

/* CET-1CEST,M3.5.0,M10.5.0/3 or <+03>-3: letters or <...>, then an offset. */
static bool is_posix(const char *t)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    size_t n;
    if (*t == '<') {
        n = strcspn(t, ">");
        if (t[n] != '>')
            return false;
        n++;
    } else {
        n = strspn(t, letters);
        if (n < 3)
            return false;
    }
    t += n;
    if (*t == '+' || *t == '-')
        t++;
    return *t >= '0' && *t <= '9' && strpbrk(t, " \t\n\"\\") == NULL;
}

const char *timezone_text(const char *name)
{
    if (strcmp(name, "UTC") == 0 || strcmp(name, "GMT") == 0)
        return format("%s0", name);
    const char *zones = getenv("TZDIR");
    if (zones == NULL || zones[0] != '/')
        zones = "/usr/share/zoneinfo";
    if (name[0] != '\0' && name[0] != '/' && name[0] != '.' &&
        strstr(name, "..") == NULL) {
        size_t size;
        const char *path = format("%s/%s", zones, name);
        const char *data = is_file(path) ? slurp(path, &size) : NULL;
        /* Version 2 and later end with "\n<text>\n". */
        if (data != NULL && size > 48 && memcmp(data, "TZif", 4) == 0 &&
            data[4] >= '2' && data[size - 1] == '\n') {
            size_t from = size - 1;
            while (from > 0 && data[from - 1] != '\n')
                from--;
            const char *text = pool_copy(data + from, size - 1 - from);
            if (is_posix(text))
                return text;
        }
    }
    return is_posix(name) ? name : NULL;
}
