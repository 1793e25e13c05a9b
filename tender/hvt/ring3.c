/* SPDX-License-Identifier: ISC */
/* Ring 3: the descriptor tables around a guest that may use none of them, the
 * stubs by which a fault reaches us, and its report. */
#include "hvt.h"
#include "../report.h"

#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>

/* Page 0 of the system pages. */
#define GDT_AT   0x000u
#define TSS_AT   0x080u
#define IDT_AT   0x400u
#define VECTORS  32u
#define STUB     16u /* bytes of each */
#define PORTS    (SOLO5_HVT_PORT + 16)
#define TSS_SIZE (104u + PORTS / 8 + 1)

/* Selectors. */
#define CODE0 0x08u
#define DATA0 0x10u
#define DATA3 0x1bu
#define CODE3 0x23u
#define TSS   0x28u

#define CR0  UINT64_C(0x80010033) /* PG WP NE ET MP PE */
#define CR4  UINT64_C(0x50620)    /* PAE OSFXSR OSXMMEXCPT FSGSBASE OSXSAVE */
#define EFER UINT64_C(0xd00)      /* NXE LMA LME */

#define VECTOR_DIVIDE  0u
#define VECTOR_DEBUG   1u
#define VECTOR_BREAK   3u
#define VECTOR_ILLEGAL 6u
#define VECTOR_DOUBLE  8u
#define VECTOR_GENERAL 13u
#define VECTOR_PAGE    14u
#define VECTOR_FLOAT   16u
#define VECTOR_ALIGN   17u
#define VECTOR_SIMD    19u
#define ERROR_CODES    UINT64_C(0x60227d00) /* vectors with an error code */
#define PAGE_WRITE     2u
#define PAGE_EXECUTE   16u

_Static_assert(TSS_AT + TSS_SIZE <= IDT_AT, "the TSS ends before the IDT");
_Static_assert(IDT_AT + VECTORS * 16 <= HVT_PAGE, "the IDT fits");

/* What a stub has pushed: vector, error code; below, what the CPU has. */
struct frame {
    uint64_t vector, error, rip, cs, rflags, rsp, ss;
};

static void put64(uint8_t *to, uint64_t value)
{
    memcpy(to, &value, sizeof value);
}

/* push 0 (where the CPU pushes no error code); push VECTOR; out; hlt */
static void write_stub(uint8_t *to, unsigned vector)
{
    if ((ERROR_CODES >> vector & 1) == 0) {
        *to++ = 0x6a;
        *to++ = 0;
    }
    *to++ = 0x6a;
    *to++ = (uint8_t)vector;
    *to++ = 0xe6; /* out %al, $port: every register stays as it was */
    *to++ = HVT_FAULT_PORT;
    *to++ = 0xf4;
}

static void write_gate(uint8_t *to, unsigned vector)
{
    uint64_t stub = HVT_SYSTEM_CODE + vector * STUB;
    uint64_t level = vector == VECTOR_BREAK ? 3 : 0; /* who may use int3 */

    put64(to, (stub & 0xffff) | CODE0 << 16 | UINT64_C(0x8e00) << 32 |
                  level << 45 | (stub >> 16 & 0xffff) << 48);
    put64(to + 8, stub >> 32);
}

static void write_tss(uint8_t *page)
{
    uint64_t base = HVT_SYSTEM + TSS_AT, limit = TSS_SIZE - 1;
    uint8_t *tss = page + TSS_AT;
    uint16_t bitmap = 104;

    put64(page + GDT_AT + TSS, limit | (base & 0xffffff) << 16 |
                                   UINT64_C(0x8b) << 40 |
                                   (base >> 24 & 0xff) << 56);
    put64(page + GDT_AT + TSS + 8, base >> 32);
    put64(tss + 4, HVT_SYSTEM_STACK + HVT_PAGE); /* RSP0 */
    memcpy(tss + 102, &bitmap, sizeof bitmap);
    memset(tss + bitmap, 0xff, TSS_SIZE - bitmap);
    memset(tss + bitmap + SOLO5_HVT_PORT / 8, 0, 16 / 8);
}

void hvt_ring3_tables(struct hvt *h)
{
    static const uint64_t gdt[] = {
        0,
        0x00af9b000000ffff, /* code, ring 0 */
        0x00cf93000000ffff, /* data, ring 0 */
        0x00cff3000000ffff, /* data, ring 3 */
        0x00affb000000ffff, /* code, ring 3 */
    };
    uint8_t *page = h->system;

    memcpy(page + GDT_AT, gdt, sizeof gdt);
    write_tss(page);
    for (unsigned i = 0; i < VECTORS; i++) {
        write_gate(page + IDT_AT + (size_t)i * 16, i);
        write_stub(h->system + HVT_PAGE + (size_t)i * STUB, i);
    }
}

void hvt_ring3_registers(struct kvm_sregs *s)
{
    hvt_segments(s, CODE3, DATA3);
    s->tr = (struct kvm_segment){.base = HVT_SYSTEM + TSS_AT,
                                 .limit = TSS_SIZE - 1,
                                 .selector = TSS,
                                 .type = 11,
                                 .present = 1};
    s->gdt.base = HVT_SYSTEM + GDT_AT;
    s->gdt.limit = TSS + 16 - 1;
    s->idt.base = HVT_SYSTEM + IDT_AT;
    s->idt.limit = VECTORS * 16 - 1;
    s->cr0 = CR0;
    s->cr3 = HVT_SYSTEM_ROOT;
    s->cr4 = CR4;
    s->efer = EFER;
}

static const char *what_of(uint64_t vector)
{
    switch (vector) {
    case VECTOR_DIVIDE:
    case VECTOR_FLOAT:
    case VECTOR_SIMD:
        return "arithmetic fault (division by zero?)";
    case VECTOR_DEBUG:
    case VECTOR_BREAK:
        return "breakpoint instruction";
    case VECTOR_ILLEGAL:
        return "illegal instruction";
    case VECTOR_GENERAL:
        return "bad instruction or non-canonical address";
    case VECTOR_PAGE:
        return NULL;
    case VECTOR_ALIGN:
        return "bad alignment";
    default:
        return "exception";
    }
}

static const char *access_of(uint64_t error)
{
    return (error & PAGE_EXECUTE) != 0 ? "execute"
           : (error & PAGE_WRITE) != 0 ? "write"
                                       : "read";
}

_Noreturn static void print(struct hvt *h, const struct report_fault *fault,
                            const struct kvm_regs *r)
{
    static struct report report;
    const struct report_guest g = {
        .image = &h->image,
        .memory_size = h->memory_size,
        .guards = (h->offer.features & FATA_FEATURE_GUARDS) != 0,
        .memory = (uintptr_t)h->memory,
    };
    const struct report_register registers[] = {
        {"rip", r->rip}, {"rsp", r->rsp},    {"rbp", r->rbp}, {"rax", r->rax},
        {"rbx", r->rbx}, {"rcx", r->rcx},    {"rdx", r->rdx}, {"rsi", r->rsi},
        {"rdi", r->rdi}, {"r8", r->r8},      {"r9", r->r9},   {"r10", r->r10},
        {"r11", r->r11}, {"r12", r->r12},    {"r13", r->r13}, {"r14", r->r14},
        {"r15", r->r15}, {"efl", r->rflags},
    };

    report_make(&report, HVT_NAME, &g, fault, registers, FATA_COUNT(registers));
    hvt_console(report.text, report.size);
    hvt_core_write(h, r, SIGSEGV);
    hvt_exit(h, REPORT_STATUS);
}

void hvt_ring3_report(struct hvt *h, const char *what)
{
    struct report_fault fault = {.what = what};
    struct kvm_regs regs = {0};

    if (ioctl(h->vcpu, KVM_GET_REGS, &regs) < 0)
        fault.what = "lost registers";
    print(h, &fault, &regs);
}

/* The stack pointer is ring 0's, on which only the CPU and stubs have
 * written. */
void hvt_ring3_fault(struct hvt *h)
{
    struct hvt_trap trap = {0};
    struct kvm_regs *regs = &trap.regs;
    struct kvm_sregs special = {0};
    struct report_fault fault;
    struct frame frame;
    uint64_t at;

    if (ioctl(h->vcpu, KVM_GET_REGS, regs) < 0 ||
        ioctl(h->vcpu, KVM_GET_SREGS, &special) < 0 ||
        regs->rsp < HVT_SYSTEM_STACK ||
        regs->rsp > HVT_SYSTEM_STACK + HVT_PAGE - sizeof frame)
        hvt_ring3_report(h, "exception without a frame");
    at = regs->rsp - HVT_SYSTEM;
    memcpy(&frame, h->system + at, sizeof frame);
    regs->rip = frame.rip;
    regs->rsp = frame.rsp;
    regs->rflags = frame.rflags;
    trap.vector = frame.vector;
    trap.error = frame.error;
    trap.address = special.cr2;
    if (hvt_debug_trap(h, &trap))
        return;
    fault.what = what_of(frame.vector);
    fault.access = access_of(frame.error);
    fault.address = special.cr2;
    print(h, &fault, regs);
}
