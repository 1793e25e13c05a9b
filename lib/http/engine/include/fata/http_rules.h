/* SPDX-License-Identifier: ISC */
/* What a request asks of a resource: conditions, ranges, encodings (RFC 9110,
 * sections 8, 12, 13, 14), and dates.
 * Allocation: none.  Context: any. */
#ifndef FATA_HTTP_RULES_H
#define FATA_HTTP_RULES_H

#include <fata/http_engine.h>

enum { FATA_HTTP_DATE = 30 }; /* bytes of a date, its NUL included */

#define FATA_HTTP_NO_TIME INT64_MIN

/* Writes "Sun, 06 Nov 1994 08:49:37 GMT".
 * seconds  since 1970, UTC, not negative and before the year 10000 */
void fata_http_date(int64_t seconds, char out[FATA_HTTP_DATE]);

/* Reads any of the three forms that have been in use (section 5.6.7).
 * Returns seconds since 1970, or FATA_HTTP_NO_TIME where it is no date. */
int64_t fata_http_date_read(struct fata_http_text text);

/* Of what a resource has now. */
struct fata_http_version {
    const char *etag; /* with its quotes; W/"..." where it is weak; or NULL */
    int64_t modified; /* seconds since 1970, or FATA_HTTP_NO_TIME */
};

/* If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since, in their
 * order.  Returns 0 (go on), 304 or 412. */
unsigned fata_http_condition(const struct fata_http *h,
                             const struct fata_http_version *version);

/* Range and If-Range, of a resource of `size` bytes.
 * Returns 200 (all of it), 206 (bytes *first .. *last), or 416. Several ranges
 * at once are answered with all. */
unsigned fata_http_range(const struct fata_http *h,
                         const struct fata_http_version *version, uint64_t size,
                         uint64_t *first, uint64_t *last);

/* Accept-Encoding lets `coding` be used, by its weight. */
bool fata_http_accepts(const struct fata_http *h, const char *coding);

#endif
