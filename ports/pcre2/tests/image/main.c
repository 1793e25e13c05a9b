/* SPDX-License-Identifier: ISC */
/* PCRE2 for real: one input of its suite, and what that leaves open. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <fata/test.h>
#include <pcre2.h>
#include <pcre2_suite.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "app.h"

/* The first line that differs. */
static void show_difference(const char *want, const char *end, const char *got,
                            const char *got_end)
{
    int line = 1;
    const char *start = want;
    size_t n = 0;
    while (want + n < end && got + n < got_end && want[n] == got[n])
        if (want[n++] == '\n') {
            line++;
            start = want + n;
        }
    const char *mine = got + (start - want);
    printf("line %d: expected %.*s\n", line,
           (int)(end - start < 200 ? end - start : 200), start);
    printf("got %.*s\n", (int)(got_end - mine < 200 ? got_end - mine : 200),
           mine);
}

FATA_TEST(suite)
{
    struct app *app = fata_test_app;
    const struct pcre2_suite *s = pcre2_suite;
    char *got = NULL;
    size_t size = 0;
    int status = pcre2_suite_run(app->keys.input, &got, &size);
    if (status != 0 && got != NULL)
        printf("%s\n", got + (size > 500 ? size - 500 : 0));
    fata_check_int(status, ==, 0);
    while (strcmp(s->name, app->keys.input) != 0)
        s++;
    size_t expected = (size_t)(s->expected_end - s->expected);
    /* The output of a second run, for texts of errors, is behind this one. */
    static const char second[] = "Error -70: ";
    if (strcmp(s->name, "2") == 0)
        for (const unsigned char *p = s->expected_end - 1; p > s->expected; p--)
            if (*p == 'E' && memcmp(p, second, sizeof(second) - 1) == 0)
                expected = (size_t)(p - s->expected);
    bool same = size == expected && memcmp(got, s->expected, size) == 0;
    if (!same)
        show_difference((const char *)s->expected,
                        (const char *)s->expected + expected, got, got + size);
    fata_check(same);
    fata_check(size > 50);
    free(got);
}

static pcre2_code *compile(const char *pattern, uint32_t options)
{
    int err;
    PCRE2_SIZE at;
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
                                     options, &err, &at, NULL);
    if (code == NULL)
        fata_test_fail_int("compile", pattern, err, (int64_t)at);
    return code;
}

FATA_TEST(names_and_substitution)
{
    pcre2_code *code = compile("(?<k>\\w+)=(?<v>\\p{L}+)", PCRE2_UTF);
    fata_check(code != NULL);
    char out[64];
    PCRE2_SIZE size = sizeof(out);
    fata_check_int(
        pcre2_substitute(code, (PCRE2_SPTR) "a=ä, b=ö", PCRE2_ZERO_TERMINATED,
                         0, PCRE2_SUBSTITUTE_GLOBAL, NULL, NULL,
                         (PCRE2_SPTR) "$v is ${k}", PCRE2_ZERO_TERMINATED,
                         (PCRE2_UCHAR *)out, &size),
        ==, 2);
    fata_check(strcmp(out, "ä is a, ö is b") == 0);
    pcre2_match_data *data = pcre2_match_data_create_from_pattern(code, NULL);
    fata_check(data != NULL);
    fata_check_int(
        pcre2_match(code, (PCRE2_SPTR) "\xff=x", 3, 0, 0, data, NULL), ==,
        PCRE2_ERROR_UTF8_ERR21);
    pcre2_match_data_free(data);
    pcre2_code_free(code);
}

FATA_TEST(there_is_no_jit)
{
    uint32_t jit = 1;
    pcre2_code *code = compile("a", 0);
    fata_check_int(pcre2_config(PCRE2_CONFIG_JIT, &jit), ==, 0);
    fata_check_int(jit, ==, 0);
    fata_check_int(pcre2_jit_compile(code, PCRE2_JIT_COMPLETE), ==,
                   PCRE2_ERROR_JIT_BADOPTION);
    pcre2_code_free(code);
}

/* A pattern and a subject that would take until the end of the world. */
FATA_TEST(work_and_memory_have_limits)
{
    static char subject[30000];
    memset(subject, 'a', sizeof(subject));
    pcre2_code *code = compile("(a+)+$", 0);
    pcre2_match_context *context = pcre2_match_context_create(NULL);
    pcre2_match_data *data = pcre2_match_data_create_from_pattern(code, NULL);
    fata_check(code != NULL && context != NULL && data != NULL);
    pcre2_set_match_limit(context, 100000);
    subject[60] = 'b';
    fata_check_int(
        pcre2_match(code, (PCRE2_SPTR)subject, 61, 0, 0, data, context), ==,
        PCRE2_ERROR_MATCHLIMIT);
    pcre2_code_free(code);
    code = compile("^(?:(a)|b)*c", 0);
    subject[sizeof(subject) - 1] = 'c';
    pcre2_set_heap_limit(context, 100);
    pcre2_set_match_limit(context, 100000000);
    fata_check_int(pcre2_match(code, (PCRE2_SPTR)subject, sizeof(subject), 0, 0,
                               data, context),
                   ==, PCRE2_ERROR_HEAPLIMIT);
    pcre2_code_free(code);
    pcre2_match_data_free(data);
    pcre2_match_context_free(context);
}

static long until, blocks;

static void *allocate(size_t size, void *arg)
{
    (void)arg;
    if (until-- <= 0)
        return NULL;
    blocks++;
    return malloc(size);
}

static void release(void *p, void *arg)
{
    (void)arg;
    blocks -= p != NULL;
    free(p);
}

FATA_TEST(memory_ends_at_each_allocation)
{
    static const char subject[] = "the key is in the box, is it";
    bool done = false;
    for (long nth = 1; !done; nth++) {
        int err;
        PCRE2_SIZE at;
        until = nth;
        pcre2_general_context *general =
            pcre2_general_context_create(allocate, release, NULL);
        fata_check(general != NULL);
        pcre2_compile_context *c = pcre2_compile_context_create(general);
        if (c != NULL) {
            pcre2_code *code =
                pcre2_compile((PCRE2_SPTR) "(?:(\\w+) (?=(is|in)))+.*\\2",
                              PCRE2_ZERO_TERMINATED, 0, &err, &at, c);
            fata_check(code != NULL || err == PCRE2_ERROR_HEAP_FAILED);
            pcre2_match_data *data =
                code == NULL ? NULL
                             : pcre2_match_data_create_from_pattern(code, NULL);
            if (data != NULL) {
                err = pcre2_match(code, (PCRE2_SPTR)subject,
                                  sizeof(subject) - 1, 0, 0, data, NULL);
                done = err > 0;
                fata_check(done || err == PCRE2_ERROR_NOMEMORY);
                fata_check(!done || pcre2_get_ovector_pointer(data)[0] == 4);
            }
            pcre2_match_data_free(data);
            pcre2_code_free(code);
            pcre2_compile_context_free(c);
        }
        pcre2_general_context_free(general);
        fata_check_int(blocks, ==, 0);
        fata_check(nth < 20);
    }
}
