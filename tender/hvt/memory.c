/* SPDX-License-Identifier: ISC */
/* Guest memory: one mapping, from guest address 0.  Pages are touched only
 * where there is something to write. */
#include "hvt.h"
#include "../guest.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>

int hvt_memory_map(struct hvt *h, struct message *why)
{
    void *memory =
        mmap(NULL, h->memory_size + hvt_ring_above(h), PROT_READ | PROT_WRITE,
             (h->ring != 0 ? MAP_SHARED : MAP_PRIVATE) | MAP_ANONYMOUS |
                 MAP_NORESERVE,
             -1, 0);

    if (memory == MAP_FAILED)
        return fail(why,
                    "no room for %" PRIu64 " MiB of guest memory (%s): give a "
                    "smaller --mem, or raise `ulimit -v`",
                    h->memory_size >> 20, strerror(errno));
    h->memory = memory;
    return 0;
}

void hvt_memory_boot(struct hvt *h)
{
    struct solo5_hvt_boot boot = {
        .memory_size = h->memory_size,
        .kernel_end = h->image.end,
        .cycle_hz = h->cycle_hz,
        .manifest = SOLO5_HVT_BOOT + sizeof boot,
        .features = hvt_ring_above(h) != 0 ? SOLO5_HVT_FEATURE_RING : 0,
        .ring = hvt_ring_above(h) != 0 ? h->ring : 0,
    };

    _Static_assert(sizeof boot + sizeof h->image.manifest +
                           SOLO5_CMDLINE_SIZE <=
                       HVT_BOOT_END - SOLO5_HVT_BOOT,
                   "boot info has its pages");
    boot.command_line =
        guest_words(&h->image, (uintptr_t)h->memory, boot.manifest);
    memcpy(h->memory + SOLO5_HVT_BOOT, &boot, sizeof boot);
}

/* True if a guard page of a stack lies in [address, address + size). */
static bool in_guard(const struct hvt *h, uint64_t address, uint64_t size)
{
    const struct fata_note *n = &h->image.note;
    uint64_t end = address + size, arena_end, first;

    if ((h->offer.features & FATA_FEATURE_GUARDS) == 0)
        return false;
    arena_end = n->stacks + n->stack_size * n->stack_count;
    if (end <= n->stacks || address >= arena_end)
        return false;
    if (address <= n->stacks)
        return true;
    first = (address - n->stacks) % n->stack_size;
    return first < HVT_PAGE || (size > n->stack_size - first &&
                                address + (n->stack_size - first) < arena_end);
}

void *hvt_at(const struct hvt *h, uint64_t address, uint64_t size, bool write)
{
    uint64_t least = write ? SOLO5_GUEST_MIN : SOLO5_HVT_BOOT;

    if (address < least || address > h->memory_size ||
        size > h->memory_size - address)
        return NULL;
    if (size == 0)
        return h->memory + address;
    if (in_guard(h, address, size))
        return NULL;
    for (size_t i = 0; i < h->image.segment_count; i++) {
        const struct image_segment *s = &h->image.segment[i];

        if (s->bare || address >= s->end || address + size <= s->start)
            continue;
        if (write ? !s->write : !(s->read || s->write || s->execute))
            return NULL;
    }
    return h->memory + address;
}
