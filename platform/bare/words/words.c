/* SPDX-License-Identifier: ISC */
/* The command line as words.  The ABI's is one string, words joined by a
 * blank; `fata run` quotes where that would be ambiguous. */
#include <fata/bare_words.h>
#include <fata/error.h>
#include <stdbool.h>
#include <string.h>

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

bool fata_bare_quiet;

/* Levels of upstream's bindings: what we have to say is information. */
static void set_level(const char *level)
{
    fata_bare_quiet = strcmp(level, "info") != 0 && strcmp(level, "debug") != 0;
}

int fata_bare_split(char *line, char **words, int max)
{
    static const char solo5[] = "--solo5:";
    const char *in = line;
    char *out = line;
    int count = 0;
    for (;;) {
        bool quoted = false;
        char *word;
        while (blank(*in))
            in++;
        if (*in == '\0')
            return count;
        word = out;
        while (*in != '\0' && (quoted || !blank(*in))) {
            if (*in == '"') {
                quoted = !quoted;
                in++;
            } else {
                if (*in == '\\' && in[1] != '\0')
                    in++;
                *out++ = *in++;
            }
        }
        if (quoted)
            return FATA_EINVAL;
        /* `out` is at most at the blank that ended the word. */
        bool last = *in == '\0';
        *out++ = '\0';
        if (count == 0 && strncmp(word, solo5, sizeof(solo5) - 1) == 0) {
            set_level(word + sizeof(solo5) - 1);
            out = word;
        } else {
            if (count == max)
                return FATA_E2BIG;
            words[count++] = word;
        }
        if (last)
            return count;
        in++;
    }
}
