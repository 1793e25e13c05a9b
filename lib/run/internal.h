/* SPDX-License-Identifier: ISC */
/* What the files of run share. */
#ifndef FATA_RUN_INTERNAL_H
#define FATA_RUN_INTERNAL_H

#include <fata/run.h>

/* fibers.c */
FATA_HIDDEN void run_print(const char *text);
FATA_HIDDEN void run_print_span(fata_time_t span);
FATA_HIDDEN void run_print_fibers(struct fata_sched *s);

/* run.c: the `set` of key --watch. */
FATA_HIDDEN int run_set_watch(const char *text);

#endif
