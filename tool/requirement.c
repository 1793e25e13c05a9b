/* SPDX-License-Identifier: ISC */
/* Requirements: their text, and what versions keep to them.  Versions have the
 * order of Debian's, which is that of most projects. */
#include "requirement.h"
#include "source_apt.h"

#include <string.h>

FATA_NORETURN static void not_one(const struct word *w)
{
    mistake(w->mark,
            "`%.60s` is no requirement; write a name, or with versions: "
            "`zlib >= 1.2`, `zlib >= 1.2 < 2`",
            w->text);
}

struct requirement requirement_read(const struct word *w)
{
    struct requirement r = {0};
    const char *p = w->text;
    size_t n = strcspn(p, " \t<>=");
    r.name = pool_copy(p, n);
    for (p += n; *(p += strspn(p, " \t")) != '\0'; p += n) {
        struct bound *b = &r.bound[r.count];
        if (r.count++ == BOUNDS)
            not_one(w);
        b->below = p[0] == '<';
        if (!b->below && strncmp(p, ">=", 2) != 0)
            not_one(w);
        p += b->below ? 1 : 2;
        p += strspn(p, " \t");
        n = strcspn(p, " \t<>=");
        b->version = pool_copy(p, n);
        if (n == 0)
            not_one(w);
    }
    if (r.name[0] == '\0')
        not_one(w);
    return r;
}

const struct bound *requirement_unmet(const struct requirement *r,
                                      const char *version)
{
    for (size_t i = 0; i < r->count; i++) {
        bool less = apt_compare_versions(version, r->bound[i].version) < 0;
        if (less != r->bound[i].below)
            return &r->bound[i];
    }
    return NULL;
}

bool bounds_exclude(const struct bound *a, const struct bound *b)
{
    const struct bound *below = a->below ? a : b, *from = a->below ? b : a;
    return below->below && !from->below &&
           apt_compare_versions(below->version, from->version) <= 0;
}

const char *bound_text(const struct bound *b)
{
    return format("%s %s", b->below ? "<" : ">=", b->version);
}
