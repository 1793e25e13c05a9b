/* SPDX-License-Identifier: ISC */
/* A loop whose steps run one after the other, all at once, or so many at once.
 *
 *     static int fetch(void *arg, size_t i) { ... }        (step i of n)
 *     err = fata_each(n, 8, fetch, pages, deadline);
 *
 * Results go where fn(arg, i) puts them. */
#ifndef FATA_EACH_H
#define FATA_EACH_H

#include <fata/cc.h>
#include <fata/fiber.h>
#include <fata/time.h>
#include <stddef.h>

/* Returns >= 0, or a code of fata/error.h, which ends the loop. */
typedef int fata_each_fn(void *arg, size_t i);

enum { FATA_EACH_ALL = 0 }; /* at once */

/* Calls fn(arg, i) for i from 0 to n - 1, started in this order, at most
 * `at_once` of them at a time.  The running fiber does its part of the work, so
 * it takes at_once - 1 others, and with 1 none.  The first error cancels the
 * steps that run, and no further ones start.
 * how       how the others are spawned; borrowed until return
 * at_once   at least 1, or FATA_EACH_ALL
 * deadline  absolute: then the steps are cancelled
 * Returns 0, the first error, FATA_ENOMEM (not enough stacks: no step has run),
 * FATA_ECANCELED, or FATA_ETIMEDOUT.  Context: fiber, suspends. */
FATA_NODISCARD int fata_each_with(const struct fata_spawn *how, size_t n,
                                  size_t at_once, fata_each_fn *fn, void *arg,
                                  fata_time_t deadline);

/* The same; the others are named after `fn` as it stands in the source. */
#define fata_each(n, at_once, fn, arg, deadline)                               \
    fata_each_with(FATA_SPAWN(#fn), n, at_once, fn, arg, deadline)

#endif
