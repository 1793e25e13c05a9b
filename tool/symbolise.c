/* SPDX-License-Identifier: ISC */
/* Backtraces: `  #0 0x0000000000101234` becomes the same with the function and
 * the line.  All other bytes pass at once: only the beginning of a line that
 * may still become one of these is held back. */
#define _GNU_SOURCE 1
#include "commands.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void put(int to, const char *data, size_t size)
{
    while (size != 0) {
        ssize_t n = write(to, data, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        data += n;
        size -= (size_t)n;
    }
}

/* Spaces, #, digits, space, 0x, digits: is `line` the beginning of that? */
static bool may_match(const char *line, size_t n)
{
    static const char shape[] = "  #"; /* then N 0xH */
    size_t i = 0;
    for (; i < n && shape[i] != '\0'; i++)
        if (line[i] != shape[i])
            return false;
    size_t digits = i;
    while (i < n && isdigit((unsigned char)line[i]))
        i++;
    if (i == n)
        return true;
    if (i == digits || line[i++] != ' ')
        return false;
    while (i < n && line[i] == ' ')
        i++;
    if (i < n && line[i++] != '0')
        return false;
    if (i < n && line[i++] != 'x')
        return false;
    for (; i < n; i++)
        if (!isxdigit((unsigned char)line[i]))
            return i + 1 == n && line[i] == '\r';
    return true;
}

static void finish(struct symboliser *s, int to)
{
    const char *address = memchr(s->line, 'x', s->held);
    put(to, s->line, s->held);
    if (address == NULL || s->addr2line == NULL)
        return;
    s->line[s->held < sizeof(s->line) ? s->held : sizeof(s->line) - 1] = '\0';
    unsigned long long value = strtoull(address + 1, NULL, 16);
    /* Frames above the first hold return addresses: the call is before. */
    if (strncmp(s->line, "  #0 ", 5) != 0 && value != 0)
        value--;
    const char *text = format("0x%llx", value);
    const char *const argv[] = {s->addr2line, "-f", "-p", "-e",
                                s->debug,     "--", text, NULL};
    const char *line = first_line_of(argv);
    if (line == NULL || strncmp(line, "??", 2) == 0)
        return;
    const char *at = strstr(line, " at ");
    put(to, " ", 1);
    if (at == NULL) {
        put(to, line, strlen(line));
        return;
    }
    put(to, line, (size_t)(at + 4 - line));
    at += 4;
    while (strncmp(at, "./", 2) == 0)
        at += 2;
    put(to, at, strcspn(at, " ")); /* without "(discriminator 4)" */
}

void symbolise(struct symboliser *s, int to, const char *data, size_t size)
{
    while (size != 0) {
        if (s->other) {
            const char *end = memchr(data, '\n', size);
            size_t n = end == NULL ? size : (size_t)(end + 1 - data);
            put(to, data, n);
            s->other = end == NULL;
            data += n;
            size -= n;
            continue;
        }
        char c = *data++;
        size--;
        if (c == '\n' && s->held >= 7) {
            finish(s, to);
            put(to, "\n", 1);
            s->held = 0;
            continue;
        }
        s->line[s->held++] = c;
        if (s->held == sizeof(s->line) || !may_match(s->line, s->held)) {
            put(to, s->line, s->held);
            s->held = 0;
            s->other = c != '\n';
        }
    }
}

void symbolise_end(struct symboliser *s, int to)
{
    put(to, s->line, s->held);
    s->held = 0;
}
