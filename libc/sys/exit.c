/* SPDX-License-Identifier: ISC */
/* The end. */
#include <fata/sys.h>
#include <fata/platform.h>

long SYS_SYMBOL(exit_group)(long status);
long SYS_SYMBOL(exit)(long status);

SYS_SERVE(exit_group)(long status)
{
    fata_platform_exit((int)(status & 255));
}

SYS_SERVE(exit)(long status)
{
    fata_platform_exit((int)(status & 255));
}
