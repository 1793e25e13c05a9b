/* SPDX-License-Identifier: ISC */
/* What a tender does with the process it is.  Shared by all tenders. */
#ifndef TENDER_HOST_H
#define TENDER_HOST_H

#include "message.h"
#include "options.h"

/* Makes the process ready: descriptors 0 to 2 exist, so that nothing we open
 * becomes the console; no personality that makes memory executable; a closed
 * pipe or a full disk is the guest's error, not a signal; nothing is
 * blocked. */
FATA_NODISCARD int host_prepare(struct message *why);

/* The beginning of main: reads the command line.  Answers --help and --version,
 * or tells the mistake, and ends the process then.
 * name  of the tender */
void host_options(struct options *options, const struct option_flag *flags,
                  char **argv, const char *name);

#endif
