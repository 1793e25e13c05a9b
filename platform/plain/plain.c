/* SPDX-License-Identifier: ISC */
/* What the generated start.c gives to a unikernel, for a program that knows
 * nothing of Fata: no devices, and one stack, of a size that programs take for
 * granted.  In memory it costs what is touched of it. */
#include <fata/start.h>

FATA_START_STACKS(1048576, 1)
FATA_START_MANIFEST(0, )

extern char **environ;

/* Programs take it for granted that there is a home. */
__attribute__((constructor)) static void set_home(void)
{
    static char home[] = "HOME=/";
    static char *environment[] = {home, NULL};
    environ = environment;
}
