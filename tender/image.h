/* SPDX-License-Identifier: ISC */
/* The loader's view of an image: what its ELF file says, checked.  Pure: it
 * reads bytes through a source and writes nothing but its results, so tests
 * and the fuzzer run it on memory.  Shared by all tenders.
 * Allocation: none. */
#ifndef TENDER_IMAGE_H
#define TENDER_IMAGE_H

#include "message.h"

#include <fata/abi.h>
#include <fata/ring.h>
#include <fata/solo5.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where the file's bytes come from.  `read` returns 0, or -1 unless all of
 * [offset, offset + size) could be read; it is asked only for ranges inside
 * `size`. */
struct image_source {
    int (*read)(void *context, uint64_t offset, void *buffer, size_t size);
    void *context;
    uint64_t size;
};

/* Reads, after checking that the range lies in the file. */
FATA_NODISCARD int image_read(const struct image_source *source,
                              uint64_t offset, void *buffer, size_t size,
                              struct message *why);

/* A PT_LOAD.  Those without file content (`bare`) are not loaded: Solo5 tenders
 * skip them, and guest memory is zero anyway. */
struct image_segment {
    uint64_t address, memory_size;
    uint64_t offset, file_size;
    uint64_t start, end; /* rounded to the segment's alignment */
    bool read, write, execute;
    bool bare;
};

#define IMAGE_HEADERS_MAX 64

/* struct solo5_manifest with room for all; the guest's copy in the making. */
struct image_manifest {
    uint32_t version;
    uint32_t entries;
    struct solo5_device device[SOLO5_MANIFEST_MAX];
};

struct image {
    uint64_t entry;
    uint64_t end; /* of the highest loaded segment, rounded */
    struct image_segment segment[IMAGE_HEADERS_MAX];
    size_t segment_count;
    bool has_abi, has_manifest, has_note;
    struct solo5_abi abi;
    struct fata_note note; /* if has_note; see image_fits */
    uint64_t net_offload;  /* of the manifest, bit i: device i has offloads */
    struct image_manifest manifest;
};

/* Reads and checks everything that does not depend on the memory size.
 * machine  ELF machine number the tender runs
 * target   SOLO5_TARGET_* the tender is
 * Returns 0, or -1 with the reason in *why. */
FATA_NODISCARD int image_parse(struct image *image,
                               const struct image_source *source,
                               uint16_t machine, uint32_t target,
                               struct message *why);

/* Checks entry, segments and the addresses in the Fata note against the
 * memory the guest will have: [0, memory_size). */
FATA_NODISCARD int image_fits(const struct image *image, uint64_t memory_size,
                              struct message *why);

/* Reads the segments' file content into guest memory, which is zeroed and of
 * a size that image_fits has passed.
 * memory  where guest address `base` lies */
FATA_NODISCARD int image_load(const struct image *image,
                              const struct image_source *source,
                              uint8_t *memory, uint64_t base,
                              struct message *why);

/* note.c: looks at one PT_NOTE segment [offset, offset + size) of the file. */
FATA_NODISCARD int image_parse_note(struct image *image,
                                    const struct image_source *source,
                                    uint64_t offset, uint64_t size,
                                    struct message *why);

/* note.c: the notes that must be there are there, for this target. */
FATA_NODISCARD int image_check_notes(const struct image *image, uint32_t target,
                                     struct message *why);

/* note.c: writes the offer as the version of the image's note has it, to where
 * the note says; forgets the seed. */
void image_write_offer(const struct image *image, struct fata_offer *offer,
                       uint8_t *to);

/* note.c: part of image_fits. */
FATA_NODISCARD int image_check_note(const struct image *image,
                                    uint64_t memory_size, struct message *why);

#endif
