/* SPDX-License-Identifier: ISC */
/* Results.  A function that can fail returns int: >= 0 is success (a count
 * where one makes sense), < 0 one of these codes.  The numbers are negative
 * Linux errno values, so that a Linux host needs no table; other hosts
 * translate in platform/.  The set is closed: add here or do without. */
#ifndef FATA_ERROR_H
#define FATA_ERROR_H

#define FATA_ERRORS(X)                                                         \
    X(EPERM, 1, "not permitted")                                               \
    X(ENOENT, 2, "no such thing")                                              \
    X(EIO, 5, "input/output error")                                            \
    X(E2BIG, 7, "too big")                                                     \
    X(EAGAIN, 11, "not now: try again")                                        \
    X(ENOMEM, 12, "out of memory")                                             \
    X(EBUSY, 16, "in use")                                                     \
    X(EEXIST, 17, "exists already")                                            \
    X(ENODEV, 19, "no such device")                                            \
    X(EINVAL, 22, "invalid argument")                                          \
    X(ENOSPC, 28, "no space left")                                             \
    X(EROFS, 30, "read-only")                                                  \
    X(EPIPE, 32, "closed by the other end")                                    \
    X(ERANGE, 34, "out of range")                                              \
    X(ENOSYS, 38, "not available on this target")                              \
    X(EPROTO, 71, "protocol error")                                            \
    X(EMSGSIZE, 90, "message has the wrong size")                              \
    X(ENOTSUP, 95, "not supported")                                            \
    X(ENETDOWN, 100, "link is down")                                           \
    X(ECONNRESET, 104, "connection reset")                                     \
    X(ETIMEDOUT, 110, "deadline passed")                                       \
    X(ECONNREFUSED, 111, "connection refused")                                 \
    X(ECANCELED, 125, "canceled")

enum fata_error {
#define FATA_ERROR_CODE(name, number, text) FATA_##name = -(number),
    FATA_ERRORS(FATA_ERROR_CODE)
#undef FATA_ERROR_CODE
};

/* Returns a text for `error` (a code, or any int); never NULL; static. */
const char *fata_strerror(int error);

/* Returns the code's name, "ETIMEDOUT" for FATA_ETIMEDOUT, or "?"; static. */
const char *fata_error_name(int error);

#endif
