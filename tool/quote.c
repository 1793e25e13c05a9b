/* SPDX-License-Identifier: ISC */
/* Paths and words as ninja and the shell take them. */
#include "gen.h"

#include <string.h>

/* As ninja, which runs in the project's folder, sees it. */
const char *seen(const struct session *s, const char *path)
{
    if (path_below(path, s->project) && strcmp(path, s->project) != 0)
        return path + strlen(s->project) + (strcmp(s->project, "/") != 0);
    return path;
}

/* A path in build.ninja. */
const char *escaped(const char *path)
{
    if (strpbrk(path, " :$") == NULL)
        return path;
    struct buf t = {0};
    for (; *path != '\0'; path++)
        buf_add(&t, "%s%c", strchr(" :$", *path) != NULL ? "$" : "", *path);
    return t.data;
}

/* A word of a shell command; `$` of ninja is doubled by the caller's rule. */
const char *shell_word(const char *word)
{
    if (word[0] != '\0' &&
        word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                          "0123456789-_=+./,:@%^")] == '\0')
        return word;
    struct buf t = {0};
    buf_add(&t, "'");
    for (; *word != '\0'; word++)
        if (*word == '\'')
            buf_add(&t, "'\\''");
        else if (*word == '$')
            buf_add(&t, "$$");
        else
            buf_add(&t, "%c", *word);
    buf_add(&t, "'");
    return t.data;
}

void add_words(struct buf *t, const struct vec *words)
{
    for (size_t i = 0; i < words->count; i++)
        buf_add(t, " %s", shell_word(words->item[i]));
}
