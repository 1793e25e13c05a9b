/* SPDX-License-Identifier: ISC */
/* System calls by name and number, from the C library's own list of them
 * (bits/syscall.h); "-" is no list, where nothing has a name. */
#ifndef TOOL_CALLS_H
#define TOOL_CALLS_H

/* The call of symbol fata_sys_<number>, or NULL.  The one with a computed
 * number is `syscall`, as the function that makes it. */
const char *call_name(const char *list, const char *symbol);
/* Its number as text, or NULL: this CPU has no such call. */
const char *call_number(const char *list, const char *name);

#endif
