/* SPDX-License-Identifier: ISC */
/* The file: segments, the two notes that count, and devices. */
#include "second.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define PAGE 4096u

static int file;

static void read_at(uint64_t offset, void *to, uint64_t size)
{
    if (pread(file, to, size, (off_t)offset) != (ssize_t)size)
        die("the file is too short");
}

/* Section 2: a segment without content is skipped as a whole. */
static void load_segment(const Elf64_Phdr *p)
{
    uint64_t mask = p->p_align - 1, start = p->p_vaddr & ~mask,
             stop = (p->p_vaddr + p->p_memsz + mask) & ~mask;
    int protection = (p->p_flags & (PF_R | PF_X) ? PROT_READ : 0) |
                     (p->p_flags & PF_W ? PROT_READ | PROT_WRITE : 0);

    if (p->p_filesz == 0)
        return;
    if (p->p_align == 0 || (p->p_align & mask) != 0 || start % PAGE != 0 ||
        stop % PAGE != 0 || start < SOLO5_GUEST_MIN || start < second.end ||
        stop > second.size || p->p_filesz > p->p_memsz ||
        (p->p_flags & (PF_W | PF_X)) == (PF_W | PF_X))
        die("a segment breaks the rules");
    read_at(p->p_offset, second.memory + p->p_vaddr, p->p_filesz);
    if (mprotect(second.memory + start, stop - start, protection) < 0)
        die("mprotect: %s", strerror(errno));
    second.end = stop;
}

/* Only the first note of a PT_NOTE counts. */
static void load_note(const Elf64_Phdr *p)
{
    struct solo5_note_header h;
    struct solo5_abi abi;
    struct solo5_manifest manifest;

    if (p->p_filesz < sizeof h)
        return;
    read_at(p->p_offset, &h, sizeof h);
    if (h.name_size != 6 || memcmp(h.name, "Solo5\0\0", 8) != 0)
        return;
    if (h.type == SOLO5_NOTE_ABI) {
        read_at(p->p_offset + 20, &abi, sizeof abi);
        if (abi.target != SOLO5_TARGET_HVT || abi.version != 2)
            die("target %u, version %u", abi.target, abi.version);
    } else if (h.type == SOLO5_NOTE_MANIFEST) {
        read_at(p->p_offset + 24, &manifest, sizeof manifest);
        if (manifest.version != 1 || manifest.entries == 0 ||
            manifest.entries > SOLO5_MANIFEST_MAX ||
            h.size != 12 + 104 * manifest.entries)
            die("bad manifest");
        second.entries = manifest.entries;
        read_at(p->p_offset + 32, second.device, 104 * manifest.entries);
    }
}

void load(const char *path)
{
    Elf64_Ehdr e;
    Elf64_Phdr p;

    file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        die("%s: %s", path, strerror(errno));
    read_at(0, &e, sizeof e);
    if (memcmp(e.e_ident, ELFMAG, SELFMAG) != 0 || e.e_type != ET_EXEC ||
        e.e_machine != EM_X86_64 || e.e_entry < SOLO5_GUEST_MIN ||
        e.e_entry >= second.size)
        die("%s: no image", path);
    for (unsigned i = 0; i < e.e_phnum; i++) {
        read_at(e.e_phoff + i * sizeof p, &p, sizeof p);
        if (p.p_type == PT_LOAD)
            load_segment(&p);
        else if (p.p_type == PT_NOTE)
            load_note(&p);
    }
    if (second.entries == 0)
        die("%s: no manifest", path);
    second.entry = e.e_entry;
}

/* The entry for `NAME=WHAT`, which is attached now, and WHAT. */
static struct solo5_device *entry(const char *option, uint32_t type,
                                  const char **what)
{
    size_t size = strcspn(option, "=");

    *what = option + size + 1;
    for (uint32_t i = 1; option[size] == '=' && i < second.entries; i++) {
        struct solo5_device *d = &second.device[i];

        if (d->type == type && strncmp(d->name, option, size) == 0 &&
            d->name[size] == '\0') {
            d->attached = 1;
            return d;
        }
    }
    die("%s: no such device", option);
}

void attach_block(const char *option)
{
    const char *path;
    struct solo5_device *d = entry(option, SOLO5_DEVICE_BLOCK, &path);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);

    if (size <= 0 || size % 512 != 0)
        die("%s: no disk", path);
    d->info.block.capacity = (uint64_t)size;
    d->info.block.block_size = 512;
    d->host.descriptor = fd;
}

static int open_tap(const char *name)
{
    struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
    int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

    strncpy(request.ifr_name, name, sizeof request.ifr_name - 1);
    if (fd < 0 || ioctl(fd, TUNSETIFF, &request) < 0)
        die("%s: %s", name, strerror(errno));
    return fd;
}

void attach_net(const char *option)
{
    static const uint8_t mac[6] = {0x02, 0x53, 0x65, 0x63, 0x6f, 0x6e};
    const char *name;
    struct solo5_device *d = entry(option, SOLO5_DEVICE_NET, &name);
    int ends[2];

    if (strcmp(name, "loop") != 0)
        ends[0] = ends[1] = open_tap(name);
    else if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, ends) < 0)
        die("socketpair: %s", strerror(errno));
    memcpy(d->info.net.mac, mac, sizeof mac);
    d->info.net.mtu = 1500;
    d->host.descriptor = ends[0];
    second.receive[d - second.device] = ends[1];
}
