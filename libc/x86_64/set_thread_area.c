/* SPDX-License-Identifier: ISC */
/* Replaces musl's, which is a system call in assembly. */
#include <fata/bare.h>

int __set_thread_area(void *pointer);

int __set_thread_area(void *pointer)
{
    fata_bare_set_tls(pointer);
    return 0;
}
