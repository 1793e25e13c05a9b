/* SPDX-License-Identifier: ISC */
/* Lines: what is in them, what is escaped, cut and left out. */
#include "../internal.h"

#include <fata/test.h>
#include <stdio.h>
#include <string.h>

FATA_LOG_SOURCE(source, "test", "a source of the test");

static struct {
    char text[200][FATA_LOG_LINE + 1];
    size_t count, longest;
} lines;

static void sink(const char *line, size_t size, void *arg)
{
    fata_expect(arg == &lines);
    fata_expect(size <= FATA_LOG_LINE && line[size - 1] == '\n');
    fata_expect(memchr(line, '\n', size) == line + size - 1);
    if (lines.count < FATA_COUNT(lines.text)) {
        memcpy(lines.text[lines.count], line, size - 1);
        lines.text[lines.count][size - 1] = '\0';
    }
    if (size > lines.longest)
        lines.longest = size;
    lines.count++;
}

static void begin(enum fata_log_level level)
{
    memset(&lines, 0, sizeof(lines));
    source.level = level;
    source.full = 0;
    source.left_out = 0;
    fata_log_redirect(sink, &lines);
}

/* The last line behind its time. */
static const char *last(void)
{
    return lines.count == 0 ? "" : lines.text[lines.count - 1] + 25;
}

FATA_TEST(a_line_has_time_level_source_and_text)
{
    begin(FATA_LOG_INFO);
    fata_log_info(&source, "reset peer=%s after=%u", "10.0.0.7:1", 512u);
    fata_check_int(lines.count, ==, 1);
    fata_check(strcmp(last(), "info test: reset peer=10.0.0.7:1 after=512") ==
               0);
    int year, month, day, hour, minute, second, ms;
    fata_check_int(sscanf(lines.text[0], "%4d-%2d-%2dT%2d:%2d:%2d.%3dZ ", &year,
                          &month, &day, &hour, &minute, &second, &ms),
                   ==, 7);
    fata_check(year >= 2024 && month >= 1 && month <= 12 && hour <= 23);
    fata_log_error(&source, "one");
    fata_check(strcmp(last(), "error test: one") == 0);
    fata_log_warning(&source, "two");
    fata_check(strcmp(last(), "warning test: two") == 0);
}

static int evaluated;

static int count_it(void)
{
    return ++evaluated;
}

FATA_TEST(what_is_off_is_not_evaluated)
{
    begin(FATA_LOG_WARNING);
    evaluated = 0;
    fata_log_info(&source, "n=%d", count_it());
    fata_log_debug(&source, "n=%d", count_it());
    fata_check_int(evaluated, ==, 0);
    fata_check_int(lines.count, ==, 0);
    fata_log_warning(&source, "n=%d", count_it());
    fata_check_int(evaluated, ==, 1);
    fata_check_int(lines.count, ==, 1);
    source.level = FATA_LOG_OFF;
    fata_log_error(&source, "n=%d", count_it());
    fata_check_int(lines.count, ==, 1);
}

FATA_TEST(foreign_text_forges_no_line)
{
    begin(FATA_LOG_INFO);
    fata_log_info(&source, "name=%s", "a\n2026 \x1b[2J\x80\x7f");
    fata_check_int(lines.count, ==, 1);
    fata_check(strcmp(last(), "info test: name=a\\n2026 \\x1b[2J\\x80\\x7f") ==
               0);
}

FATA_TEST(a_long_line_is_cut)
{
    char text[FATA_LOG_LINE * 2];
    for (size_t n = FATA_LOG_LINE - 80; n < sizeof(text) - 1; n++) {
        begin(FATA_LOG_INFO);
        memset(text, n % 3 == 0 ? '\n' : 'x', n);
        text[n] = '\0';
        fata_log_info(&source, "%s", text);
        fata_check_int(lines.count, ==, 1);
        const char *line = lines.text[0];
        bool whole = lines.longest < FATA_LOG_LINE - 6 && n % 3 != 0;
        bool dots = strcmp(line + strlen(line) - 3, "...") == 0;
        fata_check(whole ? strlen(last()) == strlen("info test: ") + n : true);
        fata_check(whole != dots || (!whole && !dots && n < FATA_LOG_LINE));
    }
}

FATA_TEST(values_are_quoted_where_they_must)
{
    fata_check(strcmp(FATA_LOG_QUOTE("/index.html"), "/index.html") == 0);
    fata_check(strcmp(FATA_LOG_QUOTE(""), "\"\"") == 0);
    fata_check(strcmp(FATA_LOG_QUOTE(NULL), "(null)") == 0);
    fata_check(strcmp(FATA_LOG_QUOTE("a b=c"), "\"a b=c\"") == 0);
    fata_check(strcmp(FATA_LOG_QUOTE("\"\\\n\x01"), "\"\\\"\\\\\\n\\x01\"") ==
               0);
    fata_check(strcmp(FATA_LOG_QUOTE("\xc3\xa9"), "\"\\xc3\\xa9\"") == 0);
}

FATA_TEST(quoted_values_are_bounded)
{
    char text[2 * FATA_LOG_QUOTED], buffer[FATA_LOG_QUOTED + 1];
    static const char fill[] = {'a', ' ', '\n', '\x01'};
    for (size_t f = 0; f < sizeof(fill); f++) {
        for (size_t n = 1; n < sizeof(text); n++) {
            memset(text, fill[f], n);
            text[n] = '\0';
            buffer[FATA_LOG_QUOTED] = '!';
            const char *quoted = fata_log_quote(buffer, text);
            fata_check(strlen(quoted) < FATA_LOG_QUOTED);
            fata_check(buffer[FATA_LOG_QUOTED] == '!');
            fata_check((quoted[0] == '"') ==
                       (quoted[strlen(quoted) - 1] == '"'));
            fata_check(n < FATA_LOG_QUOTED || strstr(quoted, "...\"") != NULL);
        }
    }
}

FATA_TEST(a_flood_is_limited)
{
    uint64_t before = fata_log_left_out();
    begin(FATA_LOG_INFO);
    int admitted = 0;
    fata_time_t t = FATA_S(1000);
    for (int i = 0; i < 1000; i++)
        admitted += fata__log_admit(&source, t);
    fata_check_int(admitted, ==, FATA_LOG_BURST);
    fata_check_int(source.left_out, ==, 1000 - FATA_LOG_BURST);
    fata_check_int(fata_log_left_out() - before, ==, 1000 - FATA_LOG_BURST);
    for (int i = 0; i < 1000; i++)
        admitted += fata__log_admit(&source, t + FATA_S(1));
    fata_check_int(admitted, ==, FATA_LOG_BURST + FATA_LOG_PER_SECOND);
    t += FATA_S(3600);
    for (int i = 0; i < 1000; i++)
        admitted += fata__log_admit(&source, t);
    fata_check_int(admitted, ==, 2 * FATA_LOG_BURST + FATA_LOG_PER_SECOND);
}

FATA_TEST(what_was_left_out_is_counted)
{
    begin(FATA_LOG_INFO);
    source.left_out = 37;
    fata_log_info(&source, "again");
    fata_check_int(lines.count, ==, 2);
    fata_check(strcmp(lines.text[0] + 25, "warning test: 37 lines left out") ==
               0);
    fata_check(strcmp(last(), "info test: again") == 0);
    fata_log_info(&source, "and again");
    fata_check_int(lines.count, ==, 3);
    fata_log_redirect(NULL, NULL);
}
