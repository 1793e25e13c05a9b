/* SPDX-License-Identifier: ISC */
/* Expressions of the SPDX specification (annex D): identifiers, `+`, WITH,
 * AND, OR, parentheses.  SPDX's list has hundreds of identifiers and grows, so
 * what is not in the short list here passes unless it looks like a misspelt
 * one of these. */
#define _GNU_SOURCE 1
#include "licence.h"

#include <ctype.h>
#include <fnmatch.h>
#include <string.h>

static const char *const common[] = {
    "0BSD",
    "AGPL-3.0-only",
    "AGPL-3.0-or-later",
    "Apache-2.0",
    "Artistic-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "EPL-2.0",
    "EUPL-1.2",
    "FTL",
    "GPL-2.0-only",
    "GPL-2.0-or-later",
    "GPL-3.0-only",
    "ISC",
    "GPL-3.0-or-later",
    "LGPL-2.0-only",
    "MIT",
    "LGPL-2.0-or-later",
    "LGPL-2.1-only",
    "MIT-0",
    "LGPL-2.1-or-later",
    "LGPL-3.0-only",
    "MPL-2.0",
    "LGPL-3.0-or-later",
    "OpenSSL",
    "PSF-2.0",
    "Unicode-DFS-2016",
    "Unlicense",
    "X11",
    "Zlib",
    "blessing",
    "curl",
    "libpng-2.0",
    NULL,
};

static const char id_chars[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRST"
                               "UVWXYZ0123456789-.:";

/* Letters and digits only, small: so that `apache2` is near `Apache-2.0`. */
static const char *folded(const char *id)
{
    struct buf t = {0};
    buf_add(&t, "%s", "");
    for (; *id != '\0'; id++)
        if (isalnum((unsigned char)*id))
            buf_add(&t, "%c", tolower((unsigned char)*id));
    return t.data;
}

static const char *id_problem(const char *id)
{
    if (starts_with(id, "LicenseRef-") || starts_with(id, "DocumentRef-"))
        return NULL;
    for (size_t i = 0; common[i] != NULL; i++)
        if (strcmp(common[i], id) == 0)
            return NULL;
    if (id[strcspn(id, ":")] != '\0' || strlen(id) < 2)
        return format("`%s` is no SPDX identifier", id);
    for (size_t i = 0; common[i] != NULL; i++)
        if (starts_with(folded(common[i]), folded(id)))
            return format("`%s` is no SPDX identifier; did you mean `%s`?", id,
                          common[i]);
    return NULL;
}

/* A token at *p, which moves behind it; "" at the end. */
static const char *next(const char **p)
{
    *p += strspn(*p, " \t");
    size_t n =
        **p == '(' || **p == ')' || **p == '+' ? 1 : strspn(*p, id_chars);
    if (n == 0 && **p != '\0')
        n = 1;
    const char *token = pool_copy(*p, n);
    *p += n;
    return token;
}

static bool is_id(const char *token)
{
    return token[0] != '\0' && token[strspn(token, id_chars)] == '\0' &&
           strcmp(token, "AND") != 0 && strcmp(token, "OR") != 0 &&
           strcmp(token, "WITH") != 0;
}

const char *licence_problem(const char *expression)
{
    const char *p = expression, *token = next(&p), *problem;
    int depth = 0;
    for (;;) {
        for (; token[0] == '('; token = next(&p))
            depth++;
        if (!is_id(token))
            return token[0] == '\0'
                       ? "a licence is missing at its end; write it as SPDX "
                         "expression: `MIT`, `MIT OR Apache-2.0`"
                       : format("`%s` stands where a licence should; write it "
                                "as SPDX expression: `MIT`, `MIT OR "
                                "Apache-2.0`",
                                token);
        if ((problem = id_problem(token)) != NULL)
            return problem;
        token = next(&p);
        if (token[0] == '+')
            token = next(&p);
        if (strcmp(token, "WITH") == 0) {
            token = next(&p);
            if (!is_id(token))
                return "an exception is missing behind WITH";
            token = next(&p);
        }
        for (; token[0] == ')'; token = next(&p))
            depth--;
        if (depth < 0)
            return "a `)` has no `(`";
        if (token[0] == '\0')
            break;
        if (strcmp(token, "AND") != 0 && strcmp(token, "OR") != 0)
            return format("`%s` stands where AND or OR should; a licence that "
                          "SPDX does not list is `LicenseRef-NAME`",
                          token);
        token = next(&p);
    }
    return depth == 0 ? NULL : "a `(` has no `)`";
}

struct vec licence_refs(const char *expression)
{
    struct vec refs = {0};
    const char *p = expression, *token;
    while ((token = next(&p))[0] != '\0')
        if (starts_with(token, "LicenseRef-"))
            push_once(&refs, token);
    return refs;
}

struct vec licence_files(const char *folder, const char *const *patterns)
{
    static const char *const usual[] = {"LICENSE*",   "LICENCE*", "COPYING*",
                                        "COPYRIGHT*", "NOTICE*",  NULL};
    struct vec found = {0};
    struct strings names = {0};
    if (patterns == NULL)
        (void)list_dir(folder, &names);
    else
        (void)list_tree(folder, &names);
    for (size_t i = 0; i < names.count; i++) {
        const char *path = format("%s/%s", folder, names.item[i]);
        bool matches = false;
        for (const char *const *w = patterns != NULL ? patterns : usual;
             *w != NULL; w++)
            matches = matches || fnmatch(*w, names.item[i],
                                         patterns != NULL ? FNM_PATHNAME
                                                          : FNM_CASEFOLD) == 0;
        if (matches && is_file(path))
            push(&found, path);
    }
    strings_free(&names);
    const char *debian = format("%s/debian/copyright", folder);
    if (found.count == 0 && patterns == NULL && is_file(debian))
        push(&found, debian);
    return found;
}
