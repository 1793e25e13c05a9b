/* SPDX-License-Identifier: ISC */
/* What the files of log share. */
#ifndef FATA_LOG_INTERNAL_H
#define FATA_LOG_INTERNAL_H

#include <fata/error.h>
#include <fata/log.h>
#include <stdbool.h>

/* levels.c */
/* Sets the sources' levels.
 * text     "SOURCE:LEVEL,...", * is all sources; a name goes before *
 * message  on error, one line of what is wrong and what there is
 * Returns 0, or FATA_EINVAL; then nothing has changed. */
FATA_HIDDEN int fata__log_levels(const char *text, char *message, size_t size);
FATA_HIDDEN const char *fata__log_level_name(enum fata_log_level level);
/* The `set` of key --logs. */
FATA_HIDDEN int fata__log_key(const char *text);

/* log.c: takes a line of the burst at monotonic time `now`, or counts one that
 * is left out. */
FATA_HIDDEN bool fata__log_admit(struct fata_log_source *source,
                                 fata_time_t now);

#endif
