/* SPDX-License-Identifier: ISC */
/* KVM's registers in gdb's order, and back. */
#include "gdb.h"

#include <string.h>
#include <sys/ioctl.h>

enum { RAX = 0, RIP = 16, EFLAGS = 17, CS = 18, ST0 = 24, FCTRL = 32 };
enum { XMM0 = 40, MXCSR = 56, FS_BASE = 57, GS_BASE = 58 };

#define EMPTY 3u /* a tag of the FPU */

static void copy(uint8_t *state, uint64_t number, void *value, bool in)
{
    size_t offset, size;

    if (!rsp_register(number, &offset, &size))
        return;
    if (in)
        memcpy(value, state + offset, size);
    else
        memcpy(state + offset, value, size);
}

static void general(uint8_t *state, struct kvm_regs *r, bool in)
{
    __u64 *const order[] = {&r->rax, &r->rbx, &r->rcx,   &r->rdx, &r->rsi,
                            &r->rdi, &r->rbp, &r->rsp,   &r->r8,  &r->r9,
                            &r->r10, &r->r11, &r->r12,   &r->r13, &r->r14,
                            &r->r15, &r->rip, &r->rflags};

    for (size_t i = 0; i < FATA_COUNT(order); i++)
        copy(state, RAX + i, order[i], in);
}

/* Selectors are only shown. */
static void special(uint8_t *state, struct kvm_sregs *s, bool in)
{
    uint32_t selector[] = {s->cs.selector, s->ss.selector, s->ds.selector,
                           s->es.selector, s->fs.selector, s->gs.selector};
    uint64_t fs = s->fs.base, gs = s->gs.base;

    for (size_t i = 0; !in && i < FATA_COUNT(selector); i++)
        copy(state, CS + i, &selector[i], in);
    copy(state, FS_BASE, &fs, in);
    copy(state, GS_BASE, &gs, in);
    s->fs.base = fs;
    s->gs.base = gs;
}

static void vectors(uint8_t *state, struct kvm_fpu *f, bool in)
{
    uint32_t tags = 0;
    uint32_t control[] = {f->fcw,
                          f->fsw,
                          0,
                          (uint32_t)(f->last_ip >> 32),
                          (uint32_t)f->last_ip,
                          (uint32_t)(f->last_dp >> 32),
                          (uint32_t)f->last_dp,
                          f->last_opcode};

    for (unsigned i = 0; i < 8; i++) {
        copy(state, ST0 + i, f->fpr[i], in);
        if ((f->ftwx >> i & 1) == 0)
            tags |= EMPTY << 2 * i;
    }
    control[2] = tags;
    for (size_t i = 0; i < FATA_COUNT(control); i++)
        copy(state, FCTRL + i, &control[i], in);
    for (size_t i = 0; i < 16; i++)
        copy(state, XMM0 + i, f->xmm[i], in);
    copy(state, MXCSR, &f->mxcsr, in);
    if (!in)
        return;
    f->fcw = (uint16_t)control[0];
    f->fsw = (uint16_t)control[1];
    f->ftwx = 0;
    for (unsigned i = 0; i < 8; i++)
        if ((control[2] >> 2 * i & EMPTY) != EMPTY)
            f->ftwx = (uint8_t)(f->ftwx | 1u << i);
    f->mxcsr &= 0xffff; /* reserved bits are a fault */
}

/* Flags that a program cannot set itself stay as they are. */
#define OWN_FLAGS UINT64_C(0x240dd5)

static bool transfer(const struct hvt *h, uint8_t *state, bool in)
{
    struct kvm_regs r;
    struct kvm_sregs s;
    struct kvm_fpu f;
    uint64_t flags;

    if (ioctl(h->vcpu, KVM_GET_REGS, &r) < 0 ||
        ioctl(h->vcpu, KVM_GET_SREGS, &s) < 0 ||
        ioctl(h->vcpu, KVM_GET_FPU, &f) < 0)
        return false;
    flags = r.rflags;
    general(state, &r, in);
    special(state, &s, in);
    vectors(state, &f, in);
    if (!in)
        return true;
    r.rflags = (flags & ~OWN_FLAGS) | (r.rflags & OWN_FLAGS);
    return ioctl(h->vcpu, KVM_SET_SREGS, &s) == 0 &&
           ioctl(h->vcpu, KVM_SET_REGS, &r) == 0 &&
           ioctl(h->vcpu, KVM_SET_FPU, &f) == 0;
}

bool gdb_state_get(const struct hvt *h, uint8_t state[RSP_STATE_SIZE])
{
    memset(state, 0, RSP_STATE_SIZE);
    return transfer(h, state, false);
}

bool gdb_state_set(const struct hvt *h, const uint8_t state[RSP_STATE_SIZE])
{
    uint8_t own[RSP_STATE_SIZE];

    memcpy(own, state, sizeof own);
    return transfer(h, own, true);
}
