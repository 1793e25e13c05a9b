/* SPDX-License-Identifier: ISC */
/* The virtual machine: memory slots, one CPU, its start registers. */
#include "hvt.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define API_VERSION 12
#define FLAGS       2u /* RFLAGS: nothing but the bit that is always set */
#define REAL_MODE   0xfffbc000u /* where KVM puts its first page for it */

static int open_kvm(struct hvt *h, struct message *why)
{
    static const struct {
        int number;
        const char *name;
    } needs[] = {{KVM_CAP_USER_MEMORY, "USER_MEMORY"},
                 {KVM_CAP_EXT_CPUID, "EXT_CPUID"},
                 {KVM_CAP_GET_TSC_KHZ, "GET_TSC_KHZ"},
                 {KVM_CAP_XCRS, "XCRS"},
                 {KVM_CAP_IMMEDIATE_EXIT, "IMMEDIATE_EXIT"},
                 {KVM_CAP_IOEVENTFD_ANY_LENGTH, "IOEVENTFD_ANY_LENGTH"}};

    h->kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    if (h->kvm < 0)
        return fail(why, "cannot open /dev/kvm: %s: %s", strerror(errno),
                    errno == EACCES || errno == EPERM
                        ? "join its group (often `kvm`), or run the image's "
                          "spt build"
                        : "load kvm_intel or kvm_amd and enable virtualisation "
                          "in the firmware, or run the image's spt build");
    if (ioctl(h->kvm, KVM_GET_API_VERSION, 0) != API_VERSION)
        return fail(why,
                    "/dev/kvm is not KVM of API version %d: run the "
                    "image's spt build",
                    API_VERSION);
    for (size_t i = 0; i < FATA_COUNT(needs); i++)
        if (ioctl(h->kvm, KVM_CHECK_EXTENSION, needs[i].number) <= 0)
            return fail(why,
                        "this kernel's KVM has no %s: update it, or run the "
                        "image's spt build",
                        needs[i].name);
    return 0;
}

/* Intel CPUs without "unrestricted guest" need four pages below 4 GiB to
 * emulate real mode, though no guest here is ever in it.  Where a guest has
 * that memory itself, such a CPU cannot run it. */
static int give_real_mode(const struct hvt *h, struct message *why)
{
    if (h->memory_size <= REAL_MODE &&
        ioctl(h->kvm, KVM_CHECK_EXTENSION, KVM_CAP_SET_TSS_ADDR) > 0 &&
        ioctl(h->vm, KVM_SET_TSS_ADDR, REAL_MODE + HVT_PAGE) < 0)
        return fail(why, "KVM_SET_TSS_ADDR: %s", strerror(errno));
    return 0;
}

int hvt_vm_create(struct hvt *h, struct message *why)
{
    int size, khz;
    void *run;

    if (open_kvm(h, why) < 0)
        return -1;
    do
        h->vm = ioctl(h->kvm, KVM_CREATE_VM, 0);
    while (h->vm < 0 && errno == EINTR);
    if (h->vm < 0)
        return fail(why,
                    "KVM makes no virtual machine: %s: is another "
                    "hypervisor in use?",
                    strerror(errno));
    if (give_real_mode(h, why) < 0)
        return -1;
    h->vcpu = ioctl(h->vm, KVM_CREATE_VCPU, 0);
    if (h->vcpu < 0)
        return fail(why, "KVM makes no CPU: %s", strerror(errno));
    size = ioctl(h->kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
    if (size < (int)sizeof *h->run)
        return fail(why, "KVM has no shared page: %s", strerror(errno));
    run = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, h->vcpu,
               0);
    if (run == MAP_FAILED)
        return fail(why, "cannot map KVM's page: %s", strerror(errno));
    h->run = run;
    h->run_size = (size_t)size;
    khz = ioctl(h->vcpu, KVM_GET_TSC_KHZ, 0);
    if (khz <= 0)
        return fail(why, "KVM does not know the cycle counter's frequency: %s",
                    strerror(errno));
    h->cycle_hz = (uint64_t)khz * 1000;
    return 0;
}

static int add_memory(const struct hvt *h, unsigned slot, uint64_t address,
                      uint8_t *memory, uint64_t size, struct message *why)
{
    struct kvm_userspace_memory_region region = {
        .slot = slot,
        .guest_phys_addr = address,
        .memory_size = size,
        .userspace_addr = (uintptr_t)memory,
    };

    if (ioctl(h->vm, KVM_SET_USER_MEMORY_REGION, &region) < 0)
        return fail(why, "KVM does not take guest memory: %s", strerror(errno));
    return 0;
}

void hvt_segments(struct kvm_sregs *s, uint16_t code, uint16_t data)
{
    struct kvm_segment flat = {.limit = 0xffffffff,
                               .selector = data,
                               .type = 3,
                               .present = 1,
                               .dpl = data & 3,
                               .db = 1,
                               .s = 1,
                               .g = 1};

    s->ds = s->es = s->fs = s->gs = s->ss = flat;
    s->cs = flat;
    s->cs.selector = code;
    s->cs.type = 11;
    s->cs.db = 0;
    s->cs.l = 1;
    s->ldt = (struct kvm_segment){.unusable = 1};
}

/* Section 4.1 of the ABI. */
static void plain_registers(struct kvm_sregs *s)
{
    hvt_segments(s, 0x08, 0x10);
    s->tr = (struct kvm_segment){.type = 11, .present = 1};
    s->gdt.base = 0x1000;
    s->gdt.limit = 3 * 8 - 1;
    s->idt.base = 0;
    s->idt.limit = 0;
    s->cr0 = 0x80010021;
    s->cr3 = 0x2000;
    s->cr4 = 0x620;
    s->efer = 0x500;
}

int hvt_vm_start(struct hvt *h, struct message *why)
{
    struct kvm_regs regs = {
        .rip = h->image.entry,
        .rdi = SOLO5_HVT_BOOT,
        .rsp = h->memory_size - 8,
        .rflags = FLAGS,
    };
    struct kvm_sregs special;

    if (add_memory(h, 0, 0, h->memory, h->memory_size + hvt_ring_above(h),
                   why) < 0 ||
        (h->ring3 &&
         add_memory(h, 1, HVT_SYSTEM, h->system, h->system_size, why) < 0) ||
        hvt_ring_connect(h, why) < 0 || hvt_cpuid_set(h, why) < 0)
        return -1;
    if (ioctl(h->vcpu, KVM_GET_SREGS, &special) < 0)
        return fail(why, "KVM_GET_SREGS: %s", strerror(errno));
    if (h->ring3)
        hvt_ring3_registers(&special);
    else
        plain_registers(&special);
    if (ioctl(h->vcpu, KVM_SET_SREGS, &special) < 0 ||
        ioctl(h->vcpu, KVM_SET_REGS, &regs) < 0)
        return fail(why,
                    "KVM refuses the start registers (%s): does this CPU have "
                    "FSGSBASE and XSAVE? Else run the image's spt build",
                    strerror(errno));
    return 0;
}
