/* SPDX-License-Identifier: ISC */
/* The content of a core file: headers, notes with the registers, guest memory.
 * The guest's byte at address A lies at HVT_CORE_CONTENT + A; pages of zeros
 * are holes. */
#include "core.h"

#include <elf.h>
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/procfs.h>
#include <sys/user.h>
#include <unistd.h>

#define REGIONS (2 * IMAGE_HEADERS_MAX + 1)

/* What comes before guest memory. */
static struct {
    Elf64_Ehdr elf;
    Elf64_Phdr program[1 + REGIONS];
    uint8_t notes[2048];
} front;

_Static_assert(sizeof front <= HVT_CORE_CONTENT, "headers before content");

/* Header, name and descriptor, each a multiple of 4 bytes. */
static void add_note(uint32_t type, const void *data, uint32_t size)
{
    static const char name[8] = "CORE";
    Elf64_Nhdr head = {5, size, type};
    uint8_t *to = front.notes + front.program[0].p_filesz;

    memcpy(to, &head, sizeof head);
    memcpy(to + sizeof head, name, sizeof name);
    memcpy(to + sizeof head + sizeof name, data, size);
    front.program[0].p_filesz += sizeof head + sizeof name + size;
}

/* All general registers; memory below 4 GiB needs no selector. */
static void note_status(const struct hvt *h, const struct kvm_regs *r,
                        int signal)
{
    struct elf_prstatus status = {.pr_pid = 1,
                                  .pr_cursig = (short)signal,
                                  .pr_info.si_signo = signal};
    struct user_regs_struct to;
    struct kvm_sregs special = {0};

    _Static_assert(sizeof to == sizeof status.pr_reg, "registers");
    (void)ioctl(h->vcpu, KVM_GET_SREGS, &special);
    to = (struct user_regs_struct){
        .rax = r->rax,
        .rbx = r->rbx,
        .rcx = r->rcx,
        .rdx = r->rdx,
        .rsi = r->rsi,
        .rdi = r->rdi,
        .rbp = r->rbp,
        .rsp = r->rsp,
        .r8 = r->r8,
        .r9 = r->r9,
        .r10 = r->r10,
        .r11 = r->r11,
        .r12 = r->r12,
        .r13 = r->r13,
        .r14 = r->r14,
        .r15 = r->r15,
        .rip = r->rip,
        .eflags = r->rflags,
        .orig_rax = UINT64_MAX, /* not in a system call */
        .cs = special.cs.selector,
        .ss = special.ss.selector,
        .ds = special.ds.selector,
        .es = special.es.selector,
        .fs = special.fs.selector,
        .gs = special.gs.selector,
        .fs_base = special.fs.base,
        .gs_base = special.gs.base,
    };
    memcpy(&status.pr_reg, &to, sizeof to);
    add_note(NT_PRSTATUS, &status, sizeof status);
}

static void note_vectors(const struct hvt *h)
{
    struct user_fpregs_struct to = {0};
    struct kvm_fpu f = {0};

    (void)ioctl(h->vcpu, KVM_GET_FPU, &f);
    to.cwd = f.fcw;
    to.swd = f.fsw;
    to.ftw = f.ftwx;
    to.fop = f.last_opcode;
    to.rip = f.last_ip;
    to.rdp = f.last_dp;
    to.mxcsr = f.mxcsr;
    memcpy(to.st_space, f.fpr, sizeof to.st_space);
    memcpy(to.xmm_space, f.xmm, sizeof to.xmm_space);
    add_note(NT_FPREGSET, &to, sizeof to);
}

static bool put(int fd, const void *data, uint64_t size, uint64_t offset)
{
    const uint8_t *from = data;

    while (size > 0) {
        ssize_t done = pwrite(fd, from, size, (off_t)offset);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        from += done;
        size -= (uint64_t)done;
        offset += (uint64_t)done;
    }
    return true;
}

static void add_region(uint64_t start, uint64_t end, uint32_t flags)
{
    if (start < end)
        front.program[front.elf.e_phnum++] = (Elf64_Phdr){
            .p_type = PT_LOAD,
            .p_flags = flags,
            .p_offset = HVT_CORE_CONTENT + start,
            .p_vaddr = start,
            .p_filesz = end - start,
            .p_memsz = end - start,
            .p_align = HVT_PAGE,
        };
}

/* Writes the pages of [start, end) that are not zero. */
static bool put_pages(const struct hvt *h, int fd, uint64_t start, uint64_t end)
{
    static const uint8_t zeros[HVT_PAGE];
    uint64_t first = start; /* of those to write */

    for (uint64_t a = start; a <= end; a += HVT_PAGE) {
        if (a < end && memcmp(h->memory + a, zeros, HVT_PAGE) != 0)
            continue;
        if (!put(fd, h->memory + first, a - first, HVT_CORE_CONTENT + first))
            return false;
        first = a + HVT_PAGE;
    }
    return true;
}

/* Segments, and between them what is the guest's to read and write. */
static bool put_memory(const struct hvt *h, int fd)
{
    uint64_t done = 0;

    for (size_t i = 0; i < h->image.segment_count; i++) {
        const struct image_segment *s = &h->image.segment[i];

        if (s->bare)
            continue;
        add_region(done, s->start, PF_R | PF_W);
        if (!put_pages(h, fd, done, s->start))
            return false;
        done = s->end;
        if (!s->read && !s->write && !s->execute)
            continue; /* nobody can read it, nor we */
        add_region(s->start, s->end,
                   (s->read ? PF_R : 0u) | (s->write ? PF_W : 0u) |
                       (s->execute ? PF_X : 0u));
        if (!put_pages(h, fd, s->start, s->end))
            return false;
    }
    add_region(done, h->memory_size, PF_R | PF_W);
    return put_pages(h, fd, done, h->memory_size);
}

bool hvt_core_put(const struct hvt *h, const struct kvm_regs *regs, int signal,
                  int fd)
{
    static const unsigned char ident[EI_NIDENT] = {
        ELFMAG0,    ELFMAG1,     ELFMAG2,   ELFMAG3,
        ELFCLASS64, ELFDATA2LSB, EV_CURRENT};

    front.elf = (Elf64_Ehdr){
        .e_type = ET_CORE,
        .e_machine = EM_X86_64,
        .e_version = EV_CURRENT,
        .e_phoff = offsetof(__typeof__(front), program),
        .e_ehsize = sizeof(Elf64_Ehdr),
        .e_phentsize = sizeof(Elf64_Phdr),
        .e_phnum = 1,
    };
    memcpy(front.elf.e_ident, ident, sizeof ident);
    front.program[0] = (Elf64_Phdr){
        .p_type = PT_NOTE,
        .p_offset = offsetof(__typeof__(front), notes),
        .p_align = 4,
    };
    note_status(h, regs, signal);
    note_vectors(h);
    return put_memory(h, fd) && put(fd, &front, sizeof front, 0);
}
