/* SPDX-License-Identifier: ISC */
/* Misuse ends here: an error of the program, not of the world.  On in release
 * builds too. */
#ifndef FATA_PANIC_H
#define FATA_PANIC_H

#include <fata/cc.h>

/* Prints `where` ("file:line" or a subject), `what` and a backtrace on the
 * console, and ends the image with status 255.  Does not allocate, does not
 * suspend, may be called from anywhere.  Implemented by the platform. */
FATA_NORETURN void fata_panic(const char *where, const char *what);

#define FATA_STRING_(x) #x
#define FATA_STRING(x)  FATA_STRING_(x)

/* No side effects in the condition. */
#define fata_assert(condition)                                                 \
    ((condition) ? (void)0                                                     \
                 : fata_panic(__FILE__ ":" FATA_STRING(__LINE__),              \
                              "assertion failed: " #condition))

#endif
