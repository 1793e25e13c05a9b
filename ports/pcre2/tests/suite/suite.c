/* SPDX-License-Identifier: ISC */
/* pcre2test.c, whose files are in memory. */
#define _GNU_SOURCE 1
#include "pcre2_suite.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static char **output;
static size_t *output_size;

extern const unsigned char testbtables[], testbtables_end[];

static FILE *open_bytes(const unsigned char *start, const unsigned char *end)
{
    return fmemopen((void *)(size_t)start, (size_t)(end - start), "r");
}

/* An input, its output, the tables that input 2 loads; there is no more. */
static FILE *open_in_memory(const char *name, const char *mode)
{
    (void)mode;
    if (strcmp(name, "output") == 0)
        return open_memstream(output, output_size);
    for (const struct pcre2_suite *s = pcre2_suite; s->name != NULL; s++)
        if (strcmp(name, s->name) == 0)
            return open_bytes(s->input, s->input_end);
    if (strstr(name, "testbtables") != NULL)
        return open_bytes(testbtables, testbtables_end);
    return NULL;
}

/* For its option -S, which is not given. */
#define getrlimit(what, limit) (-1)
#define setrlimit(what, limit) (-1)

#define fopen open_in_memory
#define main  pcre2test_main
#include "pcre2test.c"
#undef fopen
#undef main

int pcre2_suite_run(const char *name, char **got, size_t *size)
{
    char program[] = "pcre2test", quiet[] = "-q", out[] = "output", in[8];
    char *argv[] = {program, quiet, in, out, NULL};
    const struct pcre2_suite *s = pcre2_suite;
    while (s->name != NULL && strcmp(s->name, name) != 0)
        s++;
    if (s->name == NULL)
        return -1;
    strcpy(in, s->name);
    output = got;
    output_size = size;
    return pcre2test_main(4, argv);
}
