/* SPDX-License-Identifier: ISC */
/* ELF notes: the Solo5 ABI and manifest, and our own.  Only the first note of a
 * PT_NOTE segment counts, so each has a segment of its own. */
#include "image.h"

#include <inttypes.h>
#include <string.h>

#define PAGE             4096u
#define NOTE_SHORTEST    12u /* shorter: not a note at all */
#define MANIFEST_PADDING 4u
#define FATA_PADDING     4u

static bool is_note(const struct solo5_note_header *h, const char *name,
                    uint32_t name_size, uint32_t type)
{
    char padded[sizeof h->name] = {0};

    memcpy(padded, name, name_size);
    return h->name_size == name_size && h->type == type &&
           memcmp(h->name, padded, sizeof padded) == 0;
}

static int check_name(const struct solo5_device *device, uint32_t index,
                      struct message *why)
{
    size_t size = 0;

    while (size < SOLO5_NAME_SIZE && device->name[size] != '\0') {
        char c = device->name[size++];

        if (!(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'Z') &&
            !(c >= 'a' && c <= 'z'))
            return fail(why,
                        "manifest entry %" PRIu32
                        " has a bad name: letters and digits only",
                        index);
    }
    if (size == SOLO5_NAME_SIZE)
        return fail(why, "manifest entry %" PRIu32 " has a name without an end",
                    index);
    if ((size == 0) != (index == 0))
        return fail(why, "manifest entry %" PRIu32 " has %s name", index,
                    index == 0 ? "a" : "no");
    return 0;
}

static int check_manifest(struct image_manifest *m, size_t size,
                          struct message *why)
{
    if (m->version != SOLO5_MANIFEST_VERSION)
        return fail(why, "manifest version %" PRIu32 ", not 1", m->version);
    if (m->entries == 0 || m->entries > SOLO5_MANIFEST_MAX)
        return fail(why,
                    "manifest with %" PRIu32 " entries: 1 to %u are possible",
                    m->entries, SOLO5_MANIFEST_MAX);
    if (size !=
        sizeof(struct solo5_manifest) + m->entries * sizeof m->device[0])
        return fail(why,
                    "manifest of %zu bytes is not one of %" PRIu32 " entries",
                    size, m->entries);
    for (uint32_t i = 0; i < m->entries; i++) {
        struct solo5_device *device = &m->device[i];

        if (check_name(device, i, why) < 0)
            return -1;
        if (i == 0 ? device->type != SOLO5_DEVICE_RESERVED
                   : device->type != SOLO5_DEVICE_BLOCK &&
                         device->type != SOLO5_DEVICE_NET)
            return fail(
                why, "manifest entry %" PRIu32 " has unknown type 0x%" PRIx32,
                i, device->type);
        if (device->attached != 0)
            return fail(why, "manifest entry %" PRIu32 " claims to be attached",
                        i);
        memset(&device->info, 0, sizeof device->info);
        memset(&device->host, 0, sizeof device->host);
        memset(device->pad, 0, sizeof device->pad);
    }
    return 0;
}

static int parse_abi(struct image *image, const struct image_source *source,
                     uint64_t offset, uint32_t size, struct message *why)
{
    if (image->has_abi)
        return fail(why, "two Solo5 ABI notes");
    if (size != sizeof image->abi)
        return fail(why, "Solo5 ABI note of %" PRIu32 " bytes, not %zu", size,
                    sizeof image->abi);
    image->has_abi = true;
    return image_read(source, offset, &image->abi, sizeof image->abi, why);
}

static int parse_manifest(struct image *image,
                          const struct image_source *source, uint64_t offset,
                          uint32_t size, struct message *why)
{
    if (image->has_manifest)
        return fail(why, "two Solo5 manifest notes");
    if (size < MANIFEST_PADDING + sizeof(struct solo5_manifest) ||
        size > MANIFEST_PADDING + sizeof image->manifest)
        return fail(why,
                    "Solo5 manifest note of %" PRIu32
                    " bytes: at most %u entries are possible",
                    size, SOLO5_MANIFEST_MAX);
    image->has_manifest = true;
    size -= MANIFEST_PADDING;
    if (image_read(source, offset + MANIFEST_PADDING, &image->manifest, size,
                   why) < 0)
        return -1;
    return check_manifest(&image->manifest, size, why);
}

/* A note of a later version has more at its end, which is ignored; one of an
 * earlier version is as if it had zeros there. */
static int parse_fata(struct image *image, const struct image_source *source,
                      uint64_t offset, uint32_t size, struct message *why)
{
    struct fata_note *note = &image->note;
    uint32_t least;

    if (image->has_note)
        return fail(why, "two Fata notes");
    if (size < FATA_PADDING + FATA_NOTE_SIZE_1)
        return fail(why, "Fata note of %" PRIu32 " bytes is too short", size);
    if (image_read(source, offset + FATA_PADDING, note,
                   size - FATA_PADDING < sizeof *note ? size - FATA_PADDING
                                                      : sizeof *note,
                   why) < 0)
        return -1;
    least = note->version == 1   ? FATA_NOTE_SIZE_1
            : note->version == 2 ? FATA_NOTE_SIZE_2
                                 : sizeof *note;
    if (note->version == 0 || note->length < least ||
        note->length != size - FATA_PADDING)
        return fail(why,
                    "Fata note of version %" PRIu32 " and length %" PRIu32
                    " is malformed",
                    note->version, note->length);
    if (least < sizeof *note)
        memset((uint8_t *)note + least, 0, sizeof *note - least);
    image->has_note = true;
    return 0;
}

int image_parse_note(struct image *image, const struct image_source *source,
                     uint64_t offset, uint64_t size, struct message *why)
{
    struct solo5_note_header h;

    if (size < NOTE_SHORTEST)
        return fail(why, "PT_NOTE of %" PRIu64 " bytes is too short", size);
    if (offset > source->size || size > source->size - offset)
        return fail(why, "the file is truncated: a note lies beyond its end");
    if (size < sizeof h)
        return 0;
    if (image_read(source, offset, &h, sizeof h, why) < 0)
        return -1;
    bool abi =
        is_note(&h, SOLO5_NOTE_NAME, SOLO5_NOTE_NAME_SIZE, SOLO5_NOTE_ABI);
    bool manifest =
        is_note(&h, SOLO5_NOTE_NAME, SOLO5_NOTE_NAME_SIZE, SOLO5_NOTE_MANIFEST);
    bool fata =
        is_note(&h, FATA_NOTE_NAME, FATA_NOTE_NAME_SIZE, FATA_NOTE_TYPE);
    if (!abi && !manifest && !fata)
        return 0;
    offset += sizeof h;
    size -= sizeof h;
    if (h.size > size)
        return fail(why, "%s note is larger than its segment",
                    fata ? "Fata" : "Solo5");
    if (abi)
        return parse_abi(image, source, offset, h.size, why);
    if (manifest)
        return parse_manifest(image, source, offset, h.size, why);
    return parse_fata(image, source, offset, h.size, why);
}

static const char *target_name(uint32_t target)
{
    static const char *const names[] = {"unknown", "hvt",    "spt", "virtio",
                                        "muen",    "genode", "xen"};

    return names[target < FATA_COUNT(names) ? target : 0];
}

int image_check_notes(const struct image *image, uint32_t target,
                      struct message *why)
{
    if (!image->has_abi)
        return fail(why, "not a Solo5 image: it has no ABI note");
    if (image->abi.target != target && (image->abi.target == SOLO5_TARGET_HVT ||
                                        image->abi.target == SOLO5_TARGET_SPT))
        return fail(why,
                    "this is an %s image: run it with fata-%s, or build it for "
                    "%s",
                    target_name(image->abi.target),
                    target_name(image->abi.target), target_name(target));
    if (image->abi.target != target)
        return fail(why,
                    "the image is for target %s (%" PRIu32
                    "), this tender runs %s: build it for %s",
                    target_name(image->abi.target), image->abi.target,
                    target_name(target), target_name(target));
    if (image->abi.version != SOLO5_ABI_VERSION)
        return fail(why,
                    "the image has ABI version %" PRIu32 ", this tender has %u",
                    image->abi.version, SOLO5_ABI_VERSION);
    if (!image->has_manifest)
        return fail(why, "not a Solo5 image: it has no manifest note");
    return 0;
}

/* True if [address, address + size) lies in one writable segment and in no
 * segment that is not. */
static bool writable(const struct image *image, uint64_t memory_size,
                     uint64_t address, uint64_t size)
{
    bool inside = false;

    if (address < SOLO5_GUEST_MIN || address > memory_size ||
        size > memory_size - address)
        return false;
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct image_segment *s = &image->segment[i];

        if (s->write && address >= s->address &&
            address - s->address <= s->memory_size &&
            size <= s->memory_size - (address - s->address))
            inside = true;
        if (!s->bare && !s->write && address < s->end &&
            address + size > s->start)
            return false;
    }
    return inside;
}

/* The size of the offer for an image with a note of this version. */
static uint32_t offer_size(uint32_t version)
{
    return version == 1   ? FATA_OFFER_SIZE_1
           : version == 2 ? FATA_OFFER_SIZE_2
                          : sizeof(struct fata_offer);
}

void image_write_offer(const struct image *image, struct fata_offer *offer,
                       uint8_t *to)
{
    uint32_t version = image->note.version;

    offer->version = version < FATA_NOTE_VERSION ? version : FATA_NOTE_VERSION;
    offer->length = offer_size(version);
    memcpy(to, offer, offer->length);
    explicit_bzero(offer->entropy, sizeof offer->entropy);
}

static int check_ring(const struct image *image, uint64_t memory_size,
                      struct message *why)
{
    uint64_t at = image->note.ring, n = image->note.ring_entries;

    if (at == 0)
        return 0;
    if (n < 2 || n > FATA_RING_ENTRIES_MOST || (n & (n - 1)) != 0)
        return fail(why,
                    "Fata note: a ring of %" PRIu64
                    " entries: a power of two from 2 to %u is possible",
                    n, FATA_RING_ENTRIES_MOST);
    if (at % PAGE != 0 || !writable(image, memory_size, at, FATA_RING_SIZE(n)))
        return fail(why,
                    "Fata note: the ring at 0x%" PRIx64
                    " is not on a page of writable memory",
                    at);
    return 0;
}

int image_check_note(const struct image *image, uint64_t memory_size,
                     struct message *why)
{
    const struct fata_note *n = &image->note;
    uint64_t size;

    if (!image->has_note)
        return 0;
    if (check_ring(image, memory_size, why) < 0)
        return -1;
    if (n->offer % 8 != 0 || n->offer_size < offer_size(n->version) ||
        !writable(image, memory_size, n->offer, n->offer_size))
        return fail(why,
                    "Fata note: offer at 0x%" PRIx64 ", %" PRIu64
                    " bytes, is not in writable memory",
                    n->offer, n->offer_size);
    if (n->stack_count == 0)
        return 0;
    if (n->stacks % PAGE != 0 || n->stack_size % PAGE != 0 ||
        n->stack_size < 2 * PAGE)
        return fail(why,
                    "Fata note: stacks of %" PRIu64 " bytes at 0x%" PRIx64
                    " are not whole pages",
                    n->stack_size, n->stacks);
    if (FATA_MUL_OVERFLOW(n->stack_size, n->stack_count, &size) ||
        !writable(image, memory_size, n->stacks, size))
        return fail(why,
                    "Fata note: %" PRIu64 " stacks at 0x%" PRIx64
                    " are not in writable memory (of %" PRIu64 " MiB)",
                    n->stack_count, n->stacks, memory_size >> 20);
    /* A guard over the offer would make its use a fault. */
    if (n->offer < n->stacks + size && n->offer + n->offer_size > n->stacks)
        return fail(why, "Fata note: the offer lies in the stacks");
    return 0;
}
