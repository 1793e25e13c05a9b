/* SPDX-License-Identifier: ISC */
/* ELF: header and segments (section 2 of the Solo5 ABI).  Every number comes
 * from a stranger: it is checked before it is used, without wrapping. */
#include "image.h"

#include <elf.h>
#include <inttypes.h>
#include <string.h>

#define PAGE 4096u

int image_read(const struct image_source *source, uint64_t offset, void *buffer,
               size_t size, struct message *why)
{
    if (offset > source->size || size > source->size - offset)
        return fail(why, "the file is truncated: it ends at byte %" PRIu64,
                    source->size);
    if (source->read(source->context, offset, buffer, size) < 0)
        return fail(why, "cannot read %zu bytes at byte %" PRIu64, size,
                    offset);
    return 0;
}

static int check_header(const Elf64_Ehdr *e, uint16_t machine,
                        struct message *why)
{
    if (memcmp(e->e_ident, ELFMAG, SELFMAG) != 0)
        return fail(why, "not an ELF file");
    if (e->e_ident[EI_CLASS] != ELFCLASS64)
        return fail(why, "not a 64-bit ELF file");
    if (e->e_ident[EI_DATA] != ELFDATA2LSB)
        return fail(why, "not a little-endian ELF file");
    if (e->e_ident[EI_VERSION] != EV_CURRENT || e->e_version != EV_CURRENT)
        return fail(why, "unknown ELF version");
    if (e->e_type != ET_EXEC)
        return fail(why,
                    "ELF type %u: an image is a fixed-address executable (link "
                    "with -static -no-pie)",
                    e->e_type);
    if (e->e_machine != machine)
        return fail(
            why, "built for another CPU (ELF machine %u, this tender runs %u)",
            e->e_machine, machine);
    if (e->e_ehsize != sizeof(Elf64_Ehdr))
        return fail(why, "ELF header size %u, not 64", e->e_ehsize);
    if (e->e_phentsize != sizeof(Elf64_Phdr))
        return fail(why, "program header size %u, not 56", e->e_phentsize);
    if (e->e_phnum == 0)
        return fail(why, "no program headers");
    if (e->e_phnum > IMAGE_HEADERS_MAX)
        return fail(why, "%u program headers; at most %u are supported",
                    e->e_phnum, IMAGE_HEADERS_MAX);
    if (e->e_entry < SOLO5_GUEST_MIN)
        return fail(why, "entry point 0x%" PRIx64 " is below 0x100000",
                    e->e_entry);
    return 0;
}

static int parse_load(struct image *image, const struct image_source *source,
                      const Elf64_Phdr *p, unsigned index, struct message *why)
{
    struct image_segment *s = &image->segment[image->segment_count];
    uint64_t end;

    s->address = p->p_vaddr;
    s->memory_size = p->p_memsz;
    s->offset = p->p_offset;
    s->file_size = p->p_filesz;
    s->read = (p->p_flags & PF_R) != 0;
    s->write = (p->p_flags & PF_W) != 0;
    s->execute = (p->p_flags & PF_X) != 0;
    s->bare = p->p_filesz == 0;
    image->segment_count++;
    if (s->bare)
        return 0;
    if (s->file_size > s->memory_size)
        return fail(why, "segment %u has more content than memory", index);
    if (s->offset > source->size || s->file_size > source->size - s->offset)
        return fail(why,
                    "the file is truncated: segment %u lies beyond its end",
                    index);
    if (p->p_align == 0 || (p->p_align & (p->p_align - 1)) != 0)
        return fail(why,
                    "segment %u: alignment 0x%" PRIx64 " is not a power of two",
                    index, p->p_align);
    if (FATA_ADD_OVERFLOW(s->address, s->memory_size, &end) ||
        FATA_ADD_OVERFLOW(end, p->p_align - 1, &end))
        return fail(why, "segment %u is too large", index);
    s->start = s->address & ~(p->p_align - 1);
    s->end = end & ~(p->p_align - 1);
    if (s->start % PAGE != 0 || s->end % PAGE != 0)
        return fail(
            why,
            "segment %u does not begin and end on a page (alignment 0x%" PRIx64
            ")",
            index, p->p_align);
    if (s->start < SOLO5_GUEST_MIN)
        return fail(why, "segment %u begins at 0x%" PRIx64 ", below 0x100000",
                    index, s->start);
    if (s->start < image->end)
        return fail(why,
                    "segment %u overlaps an earlier one or is out of order",
                    index);
    if (s->write && s->execute)
        return fail(why, "segment %u is writable and executable", index);
    image->end = s->end;
    return 0;
}

int image_parse(struct image *image, const struct image_source *source,
                uint16_t machine, uint32_t target, struct message *why)
{
    Elf64_Ehdr e;
    Elf64_Phdr p;

    memset(image, 0, sizeof *image);
    if (source->size < sizeof e)
        return fail(why, "not an ELF file: too short");
    if (image_read(source, 0, &e, sizeof e, why) < 0 ||
        check_header(&e, machine, why) < 0)
        return -1;
    image->entry = e.e_entry;
    for (unsigned i = 0; i < e.e_phnum; i++) {
        uint64_t offset;

        if (FATA_ADD_OVERFLOW(e.e_phoff, (uint64_t)i * sizeof p, &offset))
            return fail(why, "program headers lie beyond the file");
        if (image_read(source, offset, &p, sizeof p, why) < 0)
            return -1;
        if (p.p_type == PT_LOAD && parse_load(image, source, &p, i, why) < 0)
            return -1;
        if (p.p_type == PT_NOTE &&
            image_parse_note(image, source, p.p_offset, p.p_filesz, why) < 0)
            return -1;
    }
    if (image->end == 0)
        return fail(why, "nothing to load");
    return image_check_notes(image, target, why);
}

int image_fits(const struct image *image, uint64_t memory_size,
               struct message *why)
{
    if (image->end > memory_size)
        return fail(why,
                    "the image needs more memory than the %" PRIu64
                    " MiB it gets: give --mem=%" PRIu64 " or more",
                    memory_size >> 20, (image->end >> 20) + 1);
    if (image->entry >= memory_size)
        return fail(why, "entry point 0x%" PRIx64 " is outside guest memory",
                    image->entry);
    return image_check_note(image, memory_size, why);
}

int image_load(const struct image *image, const struct image_source *source,
               uint8_t *memory, uint64_t base, struct message *why)
{
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct image_segment *s = &image->segment[i];

        /* The rest, to memory_size, is fresh memory: zero and untouched. */
        if (!s->bare &&
            image_read(source, s->offset, memory + (s->address - base),
                       (size_t)s->file_size, why) < 0)
            return -1;
    }
    return 0;
}
