/* SPDX-License-Identifier: ISC */
/* A platform that only links: what references it makes are those of every
 * image, so that a program links here when it does for the real targets.
 * No tender takes the image, and no kernel: its interpreter does not exist. */
#include "../internal.h"
#include <fata/bare.h>

__asm__(".pushsection .interp,\"a\"\n"
        ".string \"/nonexistent/fata/stub\"\n"
        ".popsection\n");

FATA_NORETURN void _start(void);

FATA_NORETURN void _start(void)
{
    (void)fata_bare_stack(0);
    fata_bare_start("", fata_start_manifest, 0);
}

void fata_bare_set_tls(void *pointer)
{
    (void)pointer;
}

fata_time_t fata_now(void)
{
    return 0;
}

fata_time_t fata_wall_now(void)
{
    return 0;
}

void fata_console_write(const char *text, size_t size)
{
    (void)text, (void)size;
}

FATA_NORETURN void fata_platform_exit(int status)
{
    (void)status;
    for (;;)
        ;
}

void fata_platform_wait(fata_time_t deadline)
{
    (void)deadline;
    fata__complete_run();
}
