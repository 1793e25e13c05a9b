/* SPDX-License-Identifier: ISC */
/* Guest memory: one private mapping at a fixed address, so that guest
 * addresses are host addresses.  Pages are touched only where there is
 * something to write. */
#include "spt.h"
#include "../guest.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE 4096u

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102 /* Linux 6.13 */
#endif

/* A guest address.  Guest memory is mapped where the guest sees it. */
static void *at(uint64_t address)
{
    return (void *)(uintptr_t)address; /* NOLINT: that is the ABI */
}

int spt_memory_map(const struct spt *spt, struct message *why)
{
    void *base = at(SOLO5_SPT_MEMORY);
    int protection =
        PROT_READ | PROT_WRITE | (spt->executable_heap ? PROT_EXEC : 0);
    void *memory =
        mmap(base, spt->memory_size - SOLO5_SPT_MEMORY, protection,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE,
             -1, 0);

    if (memory == base)
        return 0;
    if (memory != MAP_FAILED || errno == EEXIST) /* kernels before 4.17 move */
        return fail(why,
                    "guest memory, 0x10000 to 0x%" PRIx64
                    ", is partly taken in this process: give a smaller --mem",
                    spt->memory_size);
    if (errno == EPERM)
        return fail(why, "images begin at address 65536, which this host keeps "
                         "free: `sysctl -w vm.mmap_min_addr=65536`");
    if (errno == ENOMEM)
        return fail(
            why,
            "no room for %" PRIu64
            " MiB of guest memory: give a smaller --mem, or raise `ulimit -v`",
            spt->memory_size >> 20);
    return fail(why, "cannot map guest memory: %s", strerror(errno));
}

void spt_memory_boot(const struct spt *spt)
{
    struct solo5_spt_boot boot = {
        .memory_size = spt->memory_size,
        .kernel_end = spt->image.end,
        .manifest = SOLO5_SPT_BOOT + sizeof boot,
        .epoll = spt->events.epoll,
        .timer = spt->events.timer,
    };

    boot.command_line = guest_words(&spt->image, 0, boot.manifest);
    memcpy(at(SOLO5_SPT_BOOT), &boot, sizeof boot);
}

bool spt_memory_guard(const struct spt *spt)
{
    const struct fata_note *n = &spt->image.note;

    if (n->stack_count == 0)
        return false;
    for (uint64_t i = 0; i < n->stack_count; i++) {
        void *guard = at(n->stacks + i * n->stack_size);

        if (madvise(guard, PAGE, MADV_GUARD_INSTALL) < 0 &&
            mprotect(guard, PAGE, PROT_NONE) < 0)
            return false;
    }
    return true;
}
