/* SPDX-License-Identifier: ISC */
/* The virtual machine as the guest finds it. */
#include "second.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#define MIB2      (2u << 20)
#define CPUID_MAX 256u

void machine_memory(uint64_t mib)
{
    void *memory;

    if (mib < 2 || mib > 4094)
        die("--mem: from 2 to 4094 MiB");
    second.size = (mib & ~UINT64_C(1)) << 20;
    memory = mmap(NULL, second.size + RING_SIZE, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        die("no memory: %s", strerror(errno));
    second.memory = memory;
}

static void put(uint64_t address, uint64_t value)
{
    memcpy(second.memory + address, &value, sizeof value);
}

/* 4.1: descriptor table and page tables, over all memory and the ring. */
static void write_tables(void)
{
    uint64_t all = second.size + RING_SIZE;

    put(0x1008, 0x00af9b000000ffff); /* code */
    put(0x1010, 0x00cf93000000ffff); /* data */
    put(0x2000, 0x3000 | 3);         /* present, writable */
    for (uint64_t i = 0; i < 4; i++)
        put(0x3000 + 8 * i, (0x4000 + 0x1000 * i) | 3);
    put(0x4000, 0x8000 | 3);
    for (uint64_t a = MIB2; a < all; a += MIB2)
        put(0x4000 + a / MIB2 * 8, a | 0x83); /* large */
    for (uint64_t a = 0x10000; a < MIB2; a += 0x1000)
        put(0x8000 + a / 0x1000 * 8, a | (a < 0x100000 ? 1 : 3));
}

/* 4.2.  Guest memory is zero, so what is not written is too. */
static void write_boot(void)
{
    uint64_t manifest = 0x10000 + (second.boot == BOOT_40 ? 40 : 56);
    uint64_t words = manifest + 8 + 104 * second.entries;
    uint64_t head = (uint64_t)second.entries << 32 | 1;
    bool ring = second.boot == BOOT_ADDRESS || second.ring;

    put(0x10000, second.size);
    put(0x10008, second.end);
    put(0x10010, second.cycle_hz);
    put(0x10018, words);
    put(0x10020, manifest);
    if (second.boot != BOOT_40) {
        put(0x10028, second.boot == BOOT_BIT || second.ring ? 1
                     : second.boot == BOOT_UNKNOWN          ? 0xfffffffe
                                                            : 0);
        put(0x10030, ring ? second.size : 0);
    }
    put(manifest, head);
    memcpy(second.memory + manifest + 8, second.device, 104 * second.entries);
    memcpy(second.memory + words, second.command_line,
           strlen(second.command_line));
}

static void open_vm(void)
{
    struct kvm_userspace_memory_region region = {.memory_size =
                                                     second.size + RING_SIZE};
    static uint64_t room[(sizeof(struct kvm_cpuid2) +
                          CPUID_MAX * sizeof(struct kvm_cpuid_entry2)) /
                         8];
    struct kvm_cpuid2 *cpuid = (struct kvm_cpuid2 *)(void *)room;
    int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    int size;

    cpuid->nent = CPUID_MAX;
    if (kvm < 0)
        die("/dev/kvm: %s", strerror(errno));
    second.vm = ioctl(kvm, KVM_CREATE_VM, 0);
    second.vcpu = ioctl(second.vm, KVM_CREATE_VCPU, 0);
    size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
    if (second.vm < 0 || second.vcpu < 0 || size < 0)
        die("no virtual machine: %s", strerror(errno));
    second.run = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED,
                      second.vcpu, 0);
    region.userspace_addr = (uintptr_t)second.memory;
    if (second.run == MAP_FAILED ||
        ioctl(second.vm, KVM_SET_USER_MEMORY_REGION, &region) < 0 ||
        ioctl(kvm, KVM_GET_SUPPORTED_CPUID, cpuid) < 0 ||
        ioctl(second.vcpu, KVM_SET_CPUID2, cpuid) < 0)
        die("KVM: %s", strerror(errno));
    second.cycle_hz = (uint64_t)ioctl(second.vcpu, KVM_GET_TSC_KHZ, 0) * 1000;
}

/* 4.1: what the guest starts with. */
static void set_registers(void)
{
    struct kvm_regs regs;
    struct kvm_segment code = {.limit = 0xffffffff,
                               .selector = 8,
                               .type = 11,
                               .present = 1,
                               .s = 1,
                               .l = 1,
                               .g = 1};
    struct kvm_segment data = {.limit = 0xffffffff,
                               .selector = 16,
                               .type = 3,
                               .present = 1,
                               .db = 1,
                               .s = 1,
                               .g = 1};
    struct kvm_sregs s;

    memset(&regs, 0xa5, sizeof regs); /* what is not promised is anything */
    regs.rip = second.entry;
    regs.rsp = second.size - 8;
    regs.rdi = 0x10000;
    regs.rflags = 2;
    if (ioctl(second.vcpu, KVM_GET_SREGS, &s) < 0)
        die("KVM_GET_SREGS: %s", strerror(errno));
    s.cs = code;
    s.ds = s.es = s.fs = s.gs = s.ss = data;
    s.tr = (struct kvm_segment){.type = 11, .present = 1};
    s.ldt = (struct kvm_segment){.unusable = 1};
    s.gdt.base = 0x1000;
    s.gdt.limit = 23;
    s.idt.limit = 0;
    s.cr0 = 0x80010021;
    s.cr3 = 0x2000;
    s.cr4 = 0x620;
    s.efer = 0x500;
    if (ioctl(second.vcpu, KVM_SET_SREGS, &s) < 0 ||
        ioctl(second.vcpu, KVM_SET_REGS, &regs) < 0)
        die("registers: %s", strerror(errno));
}

void machine_start(void)
{
    bool net = false;

    for (uint32_t i = 1; i < second.entries; i++)
        net = net || second.device[i].type == SOLO5_DEVICE_NET;
    second.ring =
        second.boot == BOOT_RING && net && second.size >= 2 * RING_SIZE;
    open_vm();
    write_tables();
    write_boot();
    set_registers();
    if (second.ring)
        ring_start();
}
