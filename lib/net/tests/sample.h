/* SPDX-License-Identifier: ISC */
/* What a metric says, as Prometheus would read it. */
#ifndef NET_TESTS_SAMPLE_H
#define NET_TESTS_SAMPLE_H

#include <fata/metrics.h>
#include <fata/test.h>
#include <stdlib.h>
#include <string.h>

static struct {
    char text[16384];
    size_t used;
} page;

static int page_sink(const char *text, size_t size, void *arg)
{
    (void)arg;
    fata_expect(page.used + size < sizeof(page.text));
    if (page.used + size < sizeof(page.text)) {
        memcpy(page.text + page.used, text, size);
        page.used += size;
    }
    return 0;
}

/* Of `sample`, its name and labels and a space. */
static long value_of(const char *sample)
{
    char line[80] = "\n";
    memset(&page, 0, sizeof(page));
    fata_expect(fata_metrics_write(page_sink, NULL) == 0);
    strncat(line, sample, sizeof(line) - 2);
    const char *at = strstr(page.text, line);
    fata_expect(at != NULL);
    return at == NULL ? -1 : strtol(at + strlen(line), NULL, 10);
}

#endif
