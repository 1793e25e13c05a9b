/* SPDX-License-Identifier: ISC */
/* Page tables.  Plain images get those of the ABI (section 4.1), which lie in
 * their own memory; images with the note get tables out of their reach, with
 * what each page is for. */
#include "hvt.h"
#include "../guest.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#define PRESENT  (UINT64_C(1) << 0)
#define WRITABLE (UINT64_C(1) << 1)
#define USER     (UINT64_C(1) << 2)
#define SEEN     (UINT64_C(3) << 5) /* accessed, dirty: the CPU need not write */
#define LARGE    (UINT64_C(1) << 7)
#define NO_EXEC  (UINT64_C(1) << 63)
#define ADDRESS  UINT64_C(0x000ffffffffff000)

#define PLAIN_GDT    0x1000u
#define PLAIN_ROOT   0x2000u
#define PLAIN_SECOND 0x3000u
#define PLAIN_THIRD  0x4000u /* four of them */
#define PLAIN_FOURTH 0x8000u

static uint64_t *entry_at(uint8_t *base, uint64_t table, uint64_t index)
{
    return (uint64_t *)(void *)(base + table) + index;
}

int hvt_paging_plain(struct hvt *h, struct message *why)
{
    static const uint64_t gdt[] = {0, 0x00af9b000000ffff, 0x00cf93000000ffff};
    const uint64_t table = PRESENT | WRITABLE;
    uint64_t end = h->memory_size + hvt_ring_above(h);
    uint8_t *m = h->memory;

    memcpy(m + PLAIN_GDT, gdt, sizeof gdt);
    *entry_at(m, PLAIN_ROOT, 0) = PLAIN_SECOND | table;
    for (uint64_t i = 0; i < 4; i++)
        *entry_at(m, PLAIN_SECOND, i) = (PLAIN_THIRD + i * HVT_PAGE) | table;
    *entry_at(m, PLAIN_THIRD, 0) = PLAIN_FOURTH | table;
    for (uint64_t a = HVT_LARGE_PAGE; a < end; a += HVT_LARGE_PAGE)
        *entry_at(m, PLAIN_THIRD, a / HVT_LARGE_PAGE) = a | table | LARGE;
    for (uint64_t a = SOLO5_HVT_BOOT; a < HVT_LARGE_PAGE; a += HVT_PAGE)
        *entry_at(m, PLAIN_FOURTH, a / HVT_PAGE) =
            a | PRESENT | (a < SOLO5_GUEST_MIN ? 0 : WRITABLE);
    /* A page that is not writable is not writable for the host either: KVM has
     * no other way to know. */
    return guest_protect(&h->image, (uintptr_t)m, false, why);
}

/* A table entry of ring 3: guest-physical address, and where we see it. */
static uint64_t *ring3_entry(const struct hvt *h, uint64_t table,
                             uint64_t index)
{
    return entry_at(h->system, (table & ADDRESS) - HVT_SYSTEM, index);
}

/* Room was made for as many as there can be: see hvt_paging_ring3. */
static uint64_t new_table(struct hvt *h)
{
    uint64_t table = HVT_SYSTEM + h->system_size;

    h->system_size += HVT_PAGE;
    return table | PRESENT | WRITABLE | USER | SEEN;
}

static uint64_t *below(struct hvt *h, uint64_t *entry, uint64_t index)
{
    if (*entry == 0)
        *entry = new_table(h);
    return ring3_entry(h, *entry, index);
}

/* The entry of the large page around `address`. */
static uint64_t *large_entry(struct hvt *h, uint64_t address)
{
    uint64_t *entry = ring3_entry(h, HVT_SYSTEM_ROOT, 0);

    entry = below(h, entry, address >> 30);
    return below(h, entry, address >> 21 & 511);
}

/* Maps one page; takes a large page apart for it. */
static void map_page(struct hvt *h, uint64_t address, uint64_t flags)
{
    uint64_t *entry = large_entry(h, address);
    uint64_t whole = *entry;

    if ((whole & LARGE) != 0) {
        *entry = new_table(h);
        for (uint64_t i = 0; i < 512; i++)
            *ring3_entry(h, *entry, i) = (whole & ~LARGE) + i * HVT_PAGE;
    }
    *below(h, entry, address >> 12 & 511) =
        flags == 0 ? 0 : address | flags | PRESENT | SEEN;
}

/* flags  0: not mapped */
static void map(struct hvt *h, uint64_t start, uint64_t end, uint64_t flags)
{
    while (start < end) {
        uint64_t *entry = large_entry(h, start);

        if (start % HVT_LARGE_PAGE == 0 && end - start >= HVT_LARGE_PAGE &&
            ((*entry & LARGE) != 0 || *entry == 0)) {
            *entry = flags == 0 ? 0 : start | flags | PRESENT | SEEN | LARGE;
            start += HVT_LARGE_PAGE;
        } else {
            map_page(h, start, flags);
            start += HVT_PAGE;
        }
    }
}

static uint64_t flags_of(const struct image_segment *s)
{
    if (!s->read && !s->write && !s->execute)
        return 0;
    return USER | (s->write ? WRITABLE : 0) | (s->execute ? 0 : NO_EXEC);
}

int hvt_paging_ring3(struct hvt *h, struct message *why)
{
    const struct fata_note *n = &h->image.note;
    /* A table for each 2 MiB at most, those above them, and ours. */
    size_t room = (size_t)(h->memory_size / HVT_LARGE_PAGE + 16) * HVT_PAGE;
    void *system = mmap(NULL, room, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (system == MAP_FAILED)
        return fail(why, "no memory for page tables: %s", strerror(errno));
    h->system = system;
    h->system_size = HVT_SYSTEM_ROOT - HVT_SYSTEM + HVT_PAGE;
    *ring3_entry(h, HVT_SYSTEM_ROOT, 0) = new_table(h);
    map(h, SOLO5_HVT_BOOT, HVT_BOOT_END, USER | NO_EXEC);
    map(h, SOLO5_GUEST_MIN, h->memory_size, USER | WRITABLE | NO_EXEC);
    for (size_t i = 0; i < h->image.segment_count; i++) {
        const struct image_segment *s = &h->image.segment[i];

        if (!s->bare)
            map(h, s->start, s->end, flags_of(s));
    }
    if ((h->offer.features & FATA_FEATURE_GUARDS) != 0)
        for (uint64_t i = 0; i < n->stack_count; i++)
            map(h, n->stacks + i * n->stack_size,
                n->stacks + i * n->stack_size + HVT_PAGE, 0);
    if (h->ring != 0)
        map(h, HVT_DOORBELL, HVT_DOORBELL + HVT_PAGE,
            USER | WRITABLE | NO_EXEC);
    map(h, HVT_SYSTEM, HVT_SYSTEM + HVT_PAGE, WRITABLE | NO_EXEC);
    map(h, HVT_SYSTEM_CODE, HVT_SYSTEM_CODE + HVT_PAGE, PRESENT);
    map(h, HVT_SYSTEM_STACK, HVT_SYSTEM_STACK + HVT_PAGE, WRITABLE | NO_EXEC);
    return 0;
}
