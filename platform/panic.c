/* SPDX-License-Identifier: ISC */
/* The end of a program that misused something: a report on the console. */
#include "internal.h"
#include <string.h>

#define FRAMES_MAX 32

static void print(const char *text)
{
    fata_console_write(text, strlen(text));
}

/* "  #N 0x0123456789abcdef\n", the form that `fata run` symbolises. */
static void print_frame(unsigned number, uintptr_t address)
{
    static const char digits[] = "0123456789abcdef";
    char line[32] = "  #";
    size_t n = 3;
    if (number >= 10)
        line[n++] = (char)('0' + number / 10);
    line[n++] = (char)('0' + number % 10);
    memcpy(line + n, " 0x", 3);
    n += 3;
    for (int shift = 60; shift >= 0; shift -= 4)
        line[n++] = digits[address >> shift & 15];
    line[n++] = '\n';
    fata_console_write(line, n);
}

/* Walks the chain of frame pointers (-fno-omit-frame-pointer): each frame
 * starts with the caller's frame pointer and the return address. */
static FATA_NOINLINE void print_backtrace(void)
{
    uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
    for (unsigned i = 0; i < FRAMES_MAX; i++) {
        uintptr_t pair[2];
        if (frame % sizeof(uintptr_t) != 0 ||
            !fata__stack_readable(frame, sizeof(pair)))
            return;
        memcpy(pair, (const void *)frame, sizeof(pair));
        if (pair[1] == 0)
            return;
        if (i > 0) /* the first one returns into fata_panic */
            print_frame(i - 1, pair[1] - 1);
        if (pair[0] <= frame)
            return;
        frame = pair[0];
    }
}

FATA_NORETURN void fata_panic(const char *where, const char *what)
{
    static bool again; /* a panic in the panic: say nothing more */
    if (!again) {
        again = true;
        print("fata: panic at ");
        print(where);
        print(": ");
        print(what);
        print("\n");
        print_backtrace();
        if (fata_panic_more != NULL)
            fata_panic_more();
    }
    fata_platform_exit(255);
}
