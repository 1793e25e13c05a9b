/* SPDX-License-Identifier: ISC */
/* A request: an operation under way at a device.  The caller owns it and lends
 * it with the submit; it completes exactly once, by a call of `done` from
 * fata_platform_wait, never before the submit has returned.  A submit that
 * fails never completes.  `done` may submit again, the same request included.
 */
#ifndef FATA_REQUEST_H
#define FATA_REQUEST_H

struct fata_request {
    struct fata_request *next; /* private to whoever works on it */
    void (*done)(struct fata_request *request);
    int result; /* valid in `done`: >= 0, or a code of fata/error.h */
};

#endif
