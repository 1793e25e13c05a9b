/* SPDX-License-Identifier: ISC */
/* The test runner: start() of a test program.  Uses the console only, so that
 * it can test the libc as well. */
#include <fata/platform.h>
#include <fata/test.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

/* The linker names the ends of the section; it exists in every program that
 * has a test. */
extern const struct fata_test *const __start_fata_tests[];
extern const struct fata_test *const __stop_fata_tests[];

int start(void *app);

void *fata_test_app;

static struct {
    char text[400]; /* why the running test failed or is skipped */
    enum { PASSED, FAILED, SKIPPED } result;
} now;

/* Appends the strings up to a NULL to now.text, cutting what does not fit. */
static void append(const char *first, ...)
{
    va_list list;
    size_t used = strlen(now.text);
    va_start(list, first);
    for (const char *s = first; s != NULL; s = va_arg(list, const char *)) {
        size_t n = strlen(s);
        size_t room = sizeof(now.text) - 1 - used;
        if (n > room)
            n = room;
        memcpy(now.text + used, s, n);
        used += n;
    }
    now.text[used] = '\0';
    va_end(list);
}

static const char *decimal(int64_t value, char buffer[24])
{
    char *p = buffer + 23;
    uint64_t u = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    *p = '\0';
    do
        *--p = (char)('0' + u % 10);
    while ((u /= 10) != 0);
    if (value < 0)
        *--p = '-';
    return p;
}

void fata_test_fail(const char *where, const char *what)
{
    if (now.result == FAILED)
        return;
    now.result = FAILED;
    now.text[0] = '\0';
    append(where, ": ", what, (const char *)NULL);
}

void fata_test_fail_int(const char *where, const char *what, int64_t a,
                        int64_t b)
{
    char left[24], right[24];
    if (now.result == FAILED)
        return;
    fata_test_fail(where, what);
    append(" (", decimal(a, left), " and ", decimal(b, right), ")",
           (const char *)NULL);
}

void fata_test_skip(const char *reason)
{
    if (now.result != PASSED)
        return;
    now.result = SKIPPED;
    now.text[0] = '\0';
    append(reason, (const char *)NULL);
}

bool fata_test_failed(void)
{
    return now.result == FAILED;
}

static void print(const char *text)
{
    fata_console_write(text, strlen(text));
}

int start(void *app)
{
    static const char *const prefix[] = {"ok ", "FAIL ", "skip "};
    static const char *const noun[] = {" passed, ", " failed, ", " skipped\n"};
    int64_t count[3] = {0};
    fata_test_app = app;

    for (const struct fata_test *const *t = __start_fata_tests;
         t < __stop_fata_tests; t++) {
        now.result = PASSED;
        now.text[0] = '\0';
        (*t)->run();
        count[now.result]++;
        print(prefix[now.result]);
        print((*t)->name);
        if (now.result != PASSED) {
            print(": ");
            print(now.text);
        }
        print("\n");
    }
    for (int i = 0; i < 3; i++) {
        char buffer[24];
        print(decimal(count[i], buffer));
        print(noun[i]);
    }
    return count[FAILED] != 0;
}
