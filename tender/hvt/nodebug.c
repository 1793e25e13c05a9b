/* SPDX-License-Identifier: ISC */
/* The tender without a debugger; fata-hvt-debug has the files of gdb/ instead.
 */
#include "hvt.h"

const struct option_flag hvt_debug_option = {.name = NULL};

int hvt_debug_open(struct hvt *h, struct message *why)
{
    (void)h, (void)why;
    return 0;
}

void hvt_debug_rules(const struct hvt *h, struct filter *f)
{
    (void)h, (void)f;
}

void hvt_debug_start(struct hvt *h)
{
    (void)h;
}

bool hvt_debug_trap(struct hvt *h, const struct hvt_trap *trap)
{
    (void)h, (void)trap;
    return false;
}

bool hvt_debug_exit(struct hvt *h)
{
    (void)h;
    return false;
}

void hvt_debug_interrupted(struct hvt *h)
{
    (void)h;
}

void hvt_debug_end(struct hvt *h)
{
    (void)h;
}

void hvt_debug_exited(int status)
{
    (void)status;
}
