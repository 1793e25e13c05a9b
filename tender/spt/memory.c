/* SPDX-License-Identifier: ISC */
/* Guest memory: one private mapping at a fixed address, so that guest
 * addresses are host addresses.  Pages are touched only where there is
 * something to write. */
#include "spt.h"

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

void spt_memory_boot(const struct spt *spt, const char *command_line,
                     size_t size)
{
    const struct image_manifest *manifest = &spt->image.manifest;
    size_t manifest_size = sizeof(struct solo5_manifest) +
                           manifest->entries * sizeof manifest->device[0];
    struct solo5_spt_boot boot = {
        .memory_size = spt->memory_size,
        .kernel_end = spt->image.end,
        .manifest = SOLO5_SPT_BOOT + sizeof boot,
        .epoll = spt->epoll,
        .timer = spt->timer,
    };

    boot.command_line = boot.manifest + manifest_size;
    memcpy(at(SOLO5_SPT_BOOT), &boot, sizeof boot);
    memcpy(at(boot.manifest), manifest, manifest_size);
    memcpy(at(boot.command_line), command_line, size); /* NUL: fresh memory */
}

int spt_memory_protect(const struct spt *spt, struct message *why)
{
    for (size_t i = 0; i < spt->image.segment_count; i++) {
        const struct image_segment *s = &spt->image.segment[i];
        int protection = (s->read ? PROT_READ : 0) |
                         (s->write ? PROT_WRITE : 0) |
                         (s->execute ? PROT_EXEC : 0);

        if (!s->bare &&
            mprotect(at(s->start), s->end - s->start, protection) < 0)
            return fail(why, "cannot protect 0x%" PRIx64 ": %s", s->start,
                        strerror(errno));
    }
    return 0;
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
