/* SPDX-License-Identifier: ISC */
/* What a tender does with the process it is and the file it is given.  Shared
 * by all tenders. */
#ifndef TENDER_HOST_H
#define TENDER_HOST_H

#include "image.h"
#include "message.h"

/* Makes the process ready: descriptors 0 to 2 exist, so that nothing we open
 * becomes the console; no personality that makes memory executable; a closed
 * pipe or a full disk is the guest's error, not a signal; nothing is
 * blocked. */
FATA_NODISCARD int host_prepare(struct message *why);

/* Opens an image.  *fd  lives as long as the source */
FATA_NODISCARD int host_open(const char *path, struct image_source *source,
                             int *fd, struct message *why);

#endif
