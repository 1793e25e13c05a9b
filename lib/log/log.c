/* SPDX-License-Identifier: ISC */
/* Records become lines. */
#include "internal.h"

#include <fata/platform.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define COST (FATA_S(1) / FATA_LOG_PER_SECOND)

/* Not on the stack, which may be small: nothing suspends between the first byte
 * and the last. */
static struct {
    char text[FATA_LOG_LINE]; /* as it was formatted */
    char line[FATA_LOG_LINE];
    size_t used; /* of `line` */
    fata_log_sink *sink;
    void *arg;
    uint64_t left_out;
} out;

bool fata__log_admit(struct fata_log_source *source, fata_time_t now)
{
    if (source->full < now)
        source->full = now;
    if (source->full + COST > now + FATA_LOG_BURST * COST) {
        source->left_out++;
        out.left_out++;
        return false;
    }
    source->full += COST;
    return true;
}

/* Appends as much of `text` as fits, escaped; a mark where it does not. */
static void append(const char *text, bool more)
{
    static const char digits[] = "0123456789abcdef";
    static const char cut[] = "...\n";
    const size_t room = sizeof(out.line) - (sizeof(cut) - 1);
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        char escaped[] = {'\\', 'x', digits[c >> 4], digits[c & 15]};
        const char *from = text;
        size_t n = 1;
        if (c == '\n') {
            from = "\\n";
            n = 2;
        } else if (c < ' ' || c > '~') {
            from = escaped;
            n = sizeof(escaped);
        }
        if (out.used + n > room) {
            more = true;
            break;
        }
        memcpy(out.line + out.used, from, n);
        out.used += n;
    }
    size_t mark = more ? sizeof(cut) - 1 : 1;
    memcpy(out.line + out.used, cut + sizeof(cut) - 1 - mark, mark);
    out.used += mark;
}

/* Time, level and source. */
static void head(const struct fata_log_source *source,
                 enum fata_log_level level)
{
    fata_time_t now = fata_wall_now();
    time_t seconds = (time_t)(now / FATA_S(1));
    unsigned ms = (unsigned)(now % FATA_S(1) / FATA_MS(1));
    struct tm t = {0};
    (void)gmtime_r(&seconds, &t);
    int n = snprintf(
        out.line, sizeof(out.line),
        "%04d-%02d-%02dT%02d:%02d:%02d.%03uZ %s %.40s: ", t.tm_year + 1900,
        t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, ms,
        fata__log_level_name(level), source->name);
    out.used = n > 0 ? (size_t)n : 0;
}

static void tell(const struct fata_log_source *source,
                 enum fata_log_level level, bool more)
{
    head(source, level);
    append(out.text, more);
    if (out.sink != NULL)
        out.sink(out.line, out.used, out.arg);
    else
        fata_console_write(out.line, out.used);
}

void fata_log_write(struct fata_log_source *source, enum fata_log_level level,
                    const char *format, ...)
{
    va_list list;
    if (!fata__log_admit(source, fata_now()))
        return;
    if (source->left_out > 0) {
        (void)snprintf(out.text, sizeof(out.text), "%llu lines left out",
                       (unsigned long long)source->left_out);
        tell(source, FATA_LOG_WARNING, false);
        source->left_out = 0;
    }
    va_start(list, format);
    int n = vsnprintf(out.text, sizeof(out.text), format, list);
    va_end(list);
    if (n < 0)
        out.text[0] = '\0';
    tell(source, level, n >= (int)sizeof(out.text));
}

void fata_log_redirect(fata_log_sink *sink, void *arg)
{
    out.sink = sink;
    out.arg = arg;
}

uint64_t fata_log_left_out(void)
{
    return out.left_out;
}
