/* SPDX-License-Identifier: ISC */
/* What the files of the engine share. */
#ifndef FATA_HTTP_ENGINE_INTERNAL_H
#define FATA_HTTP_ENGINE_INTERNAL_H

#include <fata/http_engine.h>

/* --- head.c --- */

/* Looks at the head whose fields llhttp has found, and sets what is to be read
 * next.  Returns a status that refuses it, or 0. */
unsigned fata__http_check_head(struct fata_http *h);

/* The status for what llhttp does not accept. */
unsigned fata__http_status_of(const struct fata_http *h, llhttp_errno_t error);

/* The lines cover a head from `p` to its end, nothing else in between: only
 * that of what llhttp accepts.  Cuts the space behind values. */
bool fata__http_only_lines(const char *base, const char *p, const char *end,
                           struct fata_http_line *line, unsigned count);

#endif
