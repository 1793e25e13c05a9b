/* SPDX-License-Identifier: ISC */
/* The text, compared with what the format asks for. */
#include <fata/error.h>
#include <fata/metrics.h>
#include <fata/test.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static FATA_COUNTER(get, "test_requests_total", "Requests \"begun\"\n\\.",
                    {"method", "GET"}, {"path", "a\"b\\c\nd"});
static FATA_GAUGE(level, "test_level", "A level.");
static FATA_COUNTER(put, "test_requests_total", "Not the first.",
                    {"method", "PUT"});
static FATA_METRIC(age, .name = "test_age_seconds", .help = "An age.",
                   .type = FATA_METRIC_GAUGE, .ns = true);

static int64_t answer(void)
{
    return 42;
}

static FATA_METRIC(asked, .name = "test_asked", .help = "Asked for.",
                   .type = FATA_METRIC_GAUGE, .read = answer);

static struct {
    char text[16384];
    size_t used, calls, fails_at;
} page;

static int sink(const char *text, size_t size, void *arg)
{
    fata_expect(arg == &page && size > 0 && size <= 256);
    if (++page.calls == page.fails_at)
        return FATA_EPIPE;
    if (page.used + size < sizeof(page.text)) {
        memcpy(page.text + page.used, text, size);
        page.used += size;
    }
    return 0;
}

static int write_page(size_t fails_at)
{
    memset(&page, 0, sizeof(page));
    page.fails_at = fails_at;
    return fata_metrics_write(sink, &page);
}

static bool has(const char *text)
{
    return strstr(page.text, text) != NULL;
}

FATA_TEST(samples_with_help_type_and_labels)
{
    fata_metric_set(&get, 0);
    fata_metric_add(&get, 7);
    fata_metric_add(&get, INT64_C(9000000000000000000));
    fata_metric_set(&level, 3);
    fata_metric_set(&level, 2);
    fata_metric_set(&age, INT64_C(61000000007));
    fata_check_int(write_page(0), ==, 0);
    fata_check(
        has("test_requests_total{method=\"GET\",path=\"a\\\"b\\\\c\\nd\"}"
            " 9000000000000000007\n"));
    fata_check(has("test_requests_total{method=\"PUT\"} 0\n"));
    fata_check(has("# HELP test_level A level.\n# TYPE test_level gauge\n"
                   "test_level 2\n"));
    fata_check(has("\ntest_age_seconds 61.000000007\n"));
    fata_check(has("\ntest_asked 42\n"));
    fata_check(has("# TYPE test_requests_total counter\n"));
    fata_check(has("# HELP test_requests_total Requests \"begun\"\\n\\\\.\n") ||
               has("# HELP test_requests_total Not the first.\n"));
    (void)put;
}

/* Each name's samples follow its HELP and TYPE, and no name comes twice. */
FATA_TEST(every_line_is_of_the_format)
{
    char name[64] = "", again[80];
    fata_check_int(write_page(0), ==, 0);
    fata_check(page.used > 0 && page.text[page.used - 1] == '\n');
    for (char *line = strtok(page.text, "\n"); line != NULL;
         line = strtok(NULL, "\n")) {
        if (strncmp(line, "# HELP ", 7) == 0) {
            (void)snprintf(name, sizeof(name), "%.*s",
                           (int)strcspn(line + 7, " "), line + 7);
            line = strtok(NULL, "\n");
            (void)snprintf(again, sizeof(again), "# TYPE %s ", name);
            fata_check(line != NULL &&
                       strncmp(line, again, strlen(again)) == 0);
            bool total = strlen(name) > 6 &&
                         strcmp(name + strlen(name) - 6, "_total") == 0;
            fata_check(
                strcmp(line + strlen(again), total ? "counter" : "gauge") == 0);
            continue;
        }
        size_t n = strlen(name);
        fata_check(n > 0 && strncmp(line, name, n) == 0);
        fata_check(line[n] == ' ' || line[n] == '{');
        char *end, *value = strrchr(line, ' ');
        fata_check(value != NULL);
        fata_check(strtod(value + 1, &end) >= 0 && *end == '\0');
    }
}

static int64_t value_of(const char *name)
{
    char line[80];
    (void)snprintf(line, sizeof(line), "\n%s ", name);
    const char *at = strstr(page.text, line);
    fata_expect(at != NULL);
    return at != NULL ? strtoll(at + strlen(line), NULL, 10) : -1;
}

FATA_TEST(memory_is_told)
{
    if (FATA_ASAN)
        fata_skip("ASan's malloc has no statistics");
    fata_check_int(write_page(0), ==, 0);
    int64_t before = value_of("fata_heap_used_bytes");
    char *volatile block = malloc(1 << 20); /* else a compiler leaves it out */
    fata_check(block != NULL);
    memset(block, 1, 1 << 20);
    fata_check_int(write_page(0), ==, 0);
    int64_t used = value_of("fata_heap_used_bytes");
    fata_check_int(used, >=, before + (1 << 20));
    fata_check_int(value_of("fata_heap_peak_bytes"), >=, used);
    free(block);
}

FATA_TEST(stacks_and_turns_are_told)
{
    fata_check_int(write_page(0), ==, 0);
    fata_check(value_of("fata_stacks") >= value_of("fata_stacks_used_max"));
    fata_check(value_of("fata_stacks_used_max") >=
               value_of("fata_stacks_used"));
    fata_check_int(value_of("fata_fibers"), ==, value_of("fata_stacks_used"));
    fata_check_int(value_of("fata_stack_bytes"), >, 0);
    fata_check_int(value_of("fata_uptime_seconds"), >=, 0);
    fata_check_int(value_of("fata_turns_total"), >=, 0);
}

/* Fails the Nth piece, N = 1.. until none fails. */
FATA_TEST(a_sinks_error_ends_the_writing)
{
    size_t n = 1;
    while (write_page(n) != 0) {
        fata_check_int(page.calls, ==, n);
        n++;
        fata_check(n < 1000);
    }
    fata_check(n > 3);
    fata_check_int(page.calls, ==, n - 1);
}
