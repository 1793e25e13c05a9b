/* SPDX-License-Identifier: ISC */
/* The compiler runs in the source's folder, where .incbin finds the files. */
#define FILE(name, path)                                                       \
    __asm__(".section .rodata." #name ",\"a\"\n"                               \
            ".global " #name ", " #name "_end\n" #name                         \
            ": .incbin \"tests/" path "\"\n" #name "_end: .byte 0\n"           \
            ".text\n")

FILE(golden_empty_block, "golden-decompression/empty-block.zst");
FILE(golden_rle_first_block, "golden-decompression/rle-first-block.zst");
FILE(golden_http, "golden-compression/http");
FILE(golden_huffman_larger, "golden-compression/huffman-compressed-larger");
FILE(golden_large_lengths,
     "golden-compression/large-literal-and-match-lengths");
FILE(golden_block_splitter,
     "golden-compression/PR-3517-block-splitter-corruption-test");
FILE(golden_http_dict, "golden-dictionaries/http-dict-missing-symbols");
FILE(golden_zero_weight_dict, "dict-files/zero-weight-dict");
