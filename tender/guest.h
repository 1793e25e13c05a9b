/* SPDX-License-Identifier: ISC */
/* What a tender does with the image it is given, up to the guest's memory.
 * Shared by all tenders.  `memory` is where the guest's address 0 lies, or
 * would lie. */
#ifndef TENDER_GUEST_H
#define TENDER_GUEST_H

#include "image.h"
#include "message.h"
#include "options.h"

#include <stdint.h>

/* Opens the image that the options name, checks it and the rest of the command
 * line, and attaches its devices; the process is ready then (host_prepare).
 * source  lives on in static memory, for guest_load
 * Returns 0, or -1 with the reason in *why. */
FATA_NODISCARD int guest_open(struct image *image, struct image_source *source,
                              const struct options *options, uint16_t machine,
                              uint32_t target, uint64_t memory_size,
                              struct message *why);

/* Reads the segments in, and closes the file. */
FATA_NODISCARD int guest_load(const struct image *image,
                              const struct image_source *source,
                              uintptr_t memory, struct message *why);

/* Writes the manifest at `at`, the command line behind it.
 * Returns the address of the command line. */
uint64_t guest_words(const struct image *image, uintptr_t memory, uint64_t at);

/* Gives the segments' pages the protection they ask for.
 * execute  false: text is data for this process */
FATA_NODISCARD int guest_protect(const struct image *image, uintptr_t memory,
                                 bool execute, struct message *why);

/* Completes an offer, whose features are what the tender has made, with
 * entropy, and writes it where the note wants it. */
void guest_offer(const struct image *image, uintptr_t memory,
                 struct fata_offer *offer);

#endif
