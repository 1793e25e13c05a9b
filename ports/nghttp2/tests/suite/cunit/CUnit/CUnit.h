/* SPDX-License-Identifier: ISC */
/* As much of CUnit's interface as nghttp2's tests use: one suite, whose tests
 * run when they are added. */
#ifndef FATA_CUNIT_H
#define FATA_CUNIT_H

#include <string.h> /* as CUnit's own does */

typedef enum { CUE_SUCCESS, CUE_FAILED } CU_ErrorCode;
typedef enum { CU_BRM_VERBOSE } CU_BasicRunMode;
typedef struct CU_Suite *CU_pSuite;

CU_ErrorCode CU_initialize_registry(void);
void CU_cleanup_registry(void);
CU_pSuite CU_add_suite(const char *name, int (*init)(void), int (*fini)(void));
/* Runs the test, and prints the checks of it that fail.  Never NULL. */
CU_pSuite CU_add_test(CU_pSuite suite, const char *name, void (*test)(void));
void CU_basic_set_mode(CU_BasicRunMode mode);
CU_ErrorCode CU_basic_run_tests(void);
unsigned CU_get_number_of_tests_failed(void);
CU_ErrorCode CU_get_error(void);
const char *CU_get_error_msg(void);

/* Counts a check. */
void fata_cunit_check(int holds, const char *file, int line, const char *what);

/* With braces of their own: not all uses end with a semicolon. */
#define CU_ASSERT(c)                                                           \
    {                                                                          \
        fata_cunit_check((c) ? 1 : 0, __FILE__, __LINE__, #c);                 \
    }
#define CU_ASSERT_EQUAL(a, b) CU_ASSERT((a) == (b))
#define CU_ASSERT_FATAL(c)                                                     \
    {                                                                          \
        int holds_ = (c) ? 1 : 0;                                              \
        fata_cunit_check(holds_, __FILE__, __LINE__, #c);                      \
        if (!holds_)                                                           \
            return;                                                            \
    }

#endif
