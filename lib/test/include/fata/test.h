/* SPDX-License-Identifier: ISC */
/* Unit tests, the same on every target:
 *
 *     FATA_TEST(list_is_fifo)
 *     {
 *         fata_check_int(first, ==, 1);
 *     }
 *
 * A test program is a component's tests/<noun>.c; this component gives it its
 * start().  Output, read by `fata test`: a line `ok NAME`,
 * `FAIL NAME: file:line: text` or `skip NAME: reason` for each test, then
 * `N passed, N failed, N skipped`. */
#ifndef FATA_TEST_H
#define FATA_TEST_H

#include <fata/cc.h>
#include <fata/panic.h>
#include <stdbool.h>
#include <stdint.h>

struct fata_test {
    const char *name;
    void (*run)(void);
};

#define FATA_TEST(test_name)                                                   \
    static void test_name(void);                                               \
    static const struct fata_test test_name##_entry = {#test_name, test_name}; \
    static const struct fata_test *const test_name##_registered FATA_USED      \
        FATA_SECTION("fata_tests") = &test_name##_entry;                       \
    static void test_name(void)

/* A failed check ends the test.  Checks may be made from any stack: a failure
 * is then told when control returns to the test function, which goes on. */
#define fata_check(condition)                                                  \
    do {                                                                       \
        if (!(condition)) {                                                    \
            fata_test_fail(__FILE__ ":" FATA_STRING(__LINE__), #condition);    \
            return;                                                            \
        }                                                                      \
    } while (0)

/* The same for two integers, whose values are printed: (a, ==, b). */
#define fata_check_int(a, op, b)                                               \
    do {                                                                       \
        int64_t a_ = (int64_t)(a);                                             \
        int64_t b_ = (int64_t)(b);                                             \
        if (!(a_ op b_)) {                                                     \
            fata_test_fail_int(__FILE__ ":" FATA_STRING(__LINE__),             \
                               #a " " #op " " #b, a_, b_);                     \
            return;                                                            \
        }                                                                      \
    } while (0)

/* For functions that return a value: fails, and goes on. */
#define fata_expect(condition)                                                 \
    ((condition)                                                               \
         ? (void)0                                                             \
         : fata_test_fail(__FILE__ ":" FATA_STRING(__LINE__), #condition))

#define fata_skip(reason)                                                      \
    do {                                                                       \
        fata_test_skip(reason);                                                \
        return;                                                                \
    } while (0)

/* Marks the running test; the first failure is the one that is printed. */
void fata_test_fail(const char *where, const char *what);
void fata_test_fail_int(const char *where, const char *what, int64_t a,
                        int64_t b);
void fata_test_skip(const char *reason);
/* True when the running test has failed: for loops and helpers. */
bool fata_test_failed(void);

/* The program's struct app, where a test has devices or keys. */
extern void *fata_test_app;

#endif
