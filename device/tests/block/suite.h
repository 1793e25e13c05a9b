/* SPDX-License-Identifier: ISC */
/* The conformance suite of fata/block.h: the same for every implementation. */
#ifndef BLOCK_SUITE_H
#define BLOCK_SUITE_H

#include <fata/block.h>

/* Each destroys the device's content; failures are told to fata/test.h. */
void suite_geometry(struct fata_block *b);
void suite_refusals(struct fata_block *b);
void suite_write_then_read(struct fata_block *b);
void suite_many_in_flight(struct fata_block *b);
void suite_resubmits_in_done(struct fata_block *b);
void suite_flush(struct fata_block *b);

#endif
