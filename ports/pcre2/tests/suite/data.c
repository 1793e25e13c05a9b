/* SPDX-License-Identifier: ISC */
/* The compiler runs in testdata/, where .incbin finds the files. Left out are
 * inputs for units of 16 and 32 bits (11 to 13), a French locale (3), the JIT
 * (17), files (20), and a library that was built without \C (23). */
#include "pcre2_suite.h"

#define FILE(name, path)                                                       \
    __asm__(".section .rodata." #name ",\"a\"\n"                               \
            ".global " #name ", " #name "_end\n" #name ": .incbin \"" path     \
            "\"\n" #name "_end: .byte 0\n"                                     \
            ".text\n");                                                        \
    extern const unsigned char name[], name##_end[]

#define PAIR(number, suffix)                                                   \
    FILE(in_##number, "testinput" #number);                                    \
    FILE(out_##number, "testoutput" #number suffix)

#define ENTRY(number)                                                          \
    {                                                                          \
#number, in_##number, in_##number##_end, out_##number,                 \
            out_##number##_end                                                 \
    }

FILE(testbtables, "testbtables");

PAIR(1, "");
PAIR(2, "");
PAIR(4, "");
PAIR(5, "");
PAIR(6, "");
PAIR(7, "");
PAIR(8, "-8-2");
PAIR(9, "");
PAIR(10, "");
PAIR(14, "-8");
PAIR(15, "");
PAIR(16, "");
PAIR(18, "");
PAIR(19, "");
PAIR(21, "");
PAIR(22, "-8");
PAIR(24, "");
PAIR(25, "");
PAIR(26, "");

const struct pcre2_suite pcre2_suite[] = {
    ENTRY(1),  ENTRY(2),  ENTRY(4),  ENTRY(5),  ENTRY(6),  ENTRY(7),  ENTRY(8),
    ENTRY(9),  ENTRY(10), ENTRY(14), ENTRY(15), ENTRY(16), ENTRY(18), ENTRY(19),
    ENTRY(21), ENTRY(22), ENTRY(24), ENTRY(25), ENTRY(26), {0},
};
