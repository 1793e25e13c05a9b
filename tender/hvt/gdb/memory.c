/* SPDX-License-Identifier: ISC */
/* Guest memory as gdb sees it, and breakpoints: int3 in ring 3, where all of
 * guest memory is ours to write; in ring 0, where text is read-only for us
 * too, the CPU's four. */
#include "gdb.h"

#include <string.h>
#include <sys/ioctl.h>

#define BREAKPOINTS 256u
#define CPU_HAS     4u
#define INT3        0xccu

static struct {
    uint64_t address;
    uint8_t was;
} breakpoints[BREAKPOINTS];
static size_t breakpoint_count;

static size_t find(uint64_t address)
{
    size_t i = 0;

    while (i < breakpoint_count && breakpoints[i].address != address)
        i++;
    return i;
}

/* One page at most, so that what can be read is, up to a guard. */
static size_t in_page(uint64_t address, size_t size)
{
    size_t most = HVT_PAGE - (size_t)(address % HVT_PAGE);

    return size < most ? size : most;
}

size_t gdb_memory_read(void *context, uint64_t address, uint8_t *to,
                       size_t size)
{
    const struct hvt *h = context;
    size_t done = 0;

    while (done < size) {
        size_t part = in_page(address + done, size - done);
        const void *from = hvt_at(h, address + done, part, false);

        if (from == NULL)
            break;
        memcpy(to + done, from, part);
        done += part;
    }
    for (size_t i = 0; h->ring3 && i < breakpoint_count; i++)
        if (breakpoints[i].address - address < done)
            to[breakpoints[i].address - address] = breakpoints[i].was;
    return done;
}

/* Ring 3: text and read-only data too, which is how gdb works. */
bool gdb_memory_write(void *context, uint64_t address, const uint8_t *from,
                      size_t size)
{
    const struct hvt *h = context;
    uint8_t *to = hvt_at(h, address, size, !h->ring3);

    if (to == NULL)
        return false;
    memcpy(to, from, size);
    for (size_t i = 0; h->ring3 && i < breakpoint_count; i++) {
        uint64_t offset = breakpoints[i].address - address;

        if (offset < size) {
            breakpoints[i].was = from[offset];
            to[offset] = INT3;
        }
    }
    return true;
}

bool gdb_breakpoint_at(uint64_t address)
{
    return find(address) < breakpoint_count;
}

static bool insert_one(const struct hvt *h, uint64_t address)
{
    uint8_t *at = hvt_at(h, address, 1, false);

    if (gdb_breakpoint_at(address))
        return true;
    if (at == NULL || breakpoint_count == (h->ring3 ? BREAKPOINTS : CPU_HAS))
        return false;
    breakpoints[breakpoint_count].address = address;
    breakpoints[breakpoint_count].was = *at;
    breakpoint_count++;
    if (h->ring3)
        *at = INT3;
    return true;
}

bool gdb_breakpoint(void *context, uint64_t address, bool insert)
{
    const struct hvt *h = context;
    size_t i;

    if (insert)
        return insert_one(h, address);
    i = find(address);
    if (i == breakpoint_count)
        return true; /* as the protocol wants it */
    if (h->ring3)
        h->memory[address] = breakpoints[i].was;
    breakpoints[i] = breakpoints[--breakpoint_count];
    return true;
}

void gdb_breakpoints_clear(struct hvt *h)
{
    while (breakpoint_count > 0)
        (void)gdb_breakpoint(h, breakpoints[0].address, false);
}

void gdb_breakpoints_load(const struct hvt *h, bool step)
{
    struct kvm_guest_debug debug = {.control = 0};

    for (size_t i = 0; i < breakpoint_count; i++) {
        debug.arch.debugreg[i] = breakpoints[i].address;
        debug.arch.debugreg[7] |= UINT64_C(2) << 2 * i;
    }
    if (breakpoint_count > 0)
        debug.control |= KVM_GUESTDBG_USE_HW_BP;
    if (step)
        debug.control |= KVM_GUESTDBG_SINGLESTEP;
    if (debug.control != 0)
        debug.control |= KVM_GUESTDBG_ENABLE;
    (void)ioctl(h->vcpu, KVM_SET_GUEST_DEBUG, &debug);
}
