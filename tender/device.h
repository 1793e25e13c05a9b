/* SPDX-License-Identifier: ISC */
/* Attaching: the manifest's devices meet the command line.  Shared by all
 * tenders; the guest's copy of the manifest is where the results go. */
#ifndef TENDER_DEVICE_H
#define TENDER_DEVICE_H

#include "image.h"
#include "message.h"
#include "options.h"

#include <fata/solo5.h>

/* Checks that the descriptors of --net:NAME=@FD exist.  To be called before
 * anything is opened, which would take a free number. */
FATA_NODISCARD int device_check_descriptors(const struct options *options,
                                            struct message *why);

/* Opens every device of the manifest; image->net_offload says which have
 * offloads.  On error descriptors stay open; the tender ends then anyway. */
FATA_NODISCARD int device_attach(struct image *image,
                                 const struct options *options,
                                 struct message *why);

/* Fill in one entry: info and host.descriptor.
 * offload  in: offloads are welcome; out: the device has them */
FATA_NODISCARD int block_attach(struct solo5_device *device,
                                const struct device_option *option,
                                struct message *why);
FATA_NODISCARD int net_attach(struct solo5_device *device,
                              const struct device_option *option, bool *offload,
                              struct message *why);

#endif
