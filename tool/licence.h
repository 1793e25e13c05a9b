/* SPDX-License-Identifier: ISC */
/* Licences: SPDX expressions, and the files that have their texts. */
#ifndef TOOL_LICENCE_H
#define TOOL_LICENCE_H

#include "text.h"

/* Of what is in this repository, and of what the compiler adds to images. */
#define LICENCE_OWN       "ISC"
#define LICENCE_TOOLCHAIN "GPL-3.0-or-later WITH GCC-exception-3.1"

/* NULL, or what is wrong with the expression and what to do. */
const char *licence_problem(const char *expression);
/* The LicenseRef-... in it. */
struct vec licence_refs(const char *expression);
/* Files below `folder` with the text of a licence, absolute: those that match
 * one of the patterns (from the folder; NULL: the usual names, else Debian's
 * debian/copyright). */
struct vec licence_files(const char *folder, const char *const *patterns);

#endif
