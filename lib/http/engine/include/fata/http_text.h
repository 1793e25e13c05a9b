/* SPDX-License-Identifier: ISC */
/* Pieces of text in somebody's memory, as protocols have them: without a NUL.
 * Allocation: none.  Context: any. */
#ifndef FATA_HTTP_TEXT_H
#define FATA_HTTP_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* data is borrowed from whoever has it; NULL: there is none. */
struct fata_http_text {
    const char *data;
    size_t size;
};

#define FATA_HTTP_TEXT(literal)                                                \
    ((struct fata_http_text){"" literal, sizeof(literal) - 1})

/* A field that is sent.  Both end with a NUL. */
struct fata_http_header {
    const char *name, *value;
};

/* Byte by byte; and where A-Z are a-z. */
bool fata_http_equal(struct fata_http_text text, const char *with);
bool fata_http_same(struct fata_http_text text, const char *with);

/* The next element of a comma-separated list, without the space around it;
 * false at its end.  Commas in quotes do not count.
 * list  changed: the rest */
bool fata_http_element(struct fata_http_text *list,
                       struct fata_http_text *element);

/* Decimal digits only, and no overflow. */
bool fata_http_number(struct fata_http_text text, uint64_t *number);

/* Decodes %XX into `out`, with a NUL.  Returns the size without it, or
 * FATA_EINVAL (bad digits, a NUL) or FATA_ENOSPC. */
int fata_http_decode(struct fata_http_text text, char *out, size_t room);

#endif
