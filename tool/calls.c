/* SPDX-License-Identifier: ISC */
/* The list of system calls. */
#include "calls.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

/* The line with this name or this number; the other of the two. */
static const char *find(const char *list, const char *name, const char *number)
{
    const char *p = strcmp(list, "-") == 0 ? NULL : slurp(list, NULL);
    while (p != NULL && *p != '\0') {
        char n[64], v[16];
        if (sscanf(p, "#define __NR_%63s %15s", n, v) == 2 &&
            strcmp(name != NULL ? n : v, name != NULL ? name : number) == 0)
            return format("%s", name != NULL ? v : n);
        p += strcspn(p, "\n");
        p += *p == '\n';
    }
    return NULL;
}

const char *call_name(const char *list, const char *symbol)
{
    const char *number = symbol + strlen("fata_sys_");
    if (strcmp(number, "dynamic") == 0)
        return "syscall";
    return find(list, NULL, number);
}

const char *call_number(const char *list, const char *name)
{
    if (strcmp(name, "syscall") == 0)
        return "dynamic";
    return find(list, name, NULL);
}
