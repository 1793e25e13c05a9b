/* SPDX-License-Identifier: ISC */
/* Files of zstd's tests: GOLDEN(x) is x[], which ends at x_end. */
#ifndef ZSTD_GOLDEN_H
#define ZSTD_GOLDEN_H

#define GOLDEN(name) extern const unsigned char name[], name##_end[]

/* Frames. */
GOLDEN(golden_empty_block);
GOLDEN(golden_rle_first_block);
/* Content that encoders once got wrong. */
GOLDEN(golden_http);
GOLDEN(golden_huffman_larger);
GOLDEN(golden_large_lengths);
GOLDEN(golden_block_splitter);
/* Dictionaries: one for golden_http; one with a symbol of weight zero. */
GOLDEN(golden_http_dict);
GOLDEN(golden_zero_weight_dict);

#endif
