/* SPDX-License-Identifier: ISC */
/* CPUID: what KVM supports, without what makes no sense in a guest of one
 * program (virtualisation, interrupt controllers, paravirtual devices), and in
 * ring 3 consistent with the XCR0 that we set, which the guest cannot. */
#include "hvt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#define ENTRIES_MAX 256u /* KVM has no more */

#define XCR0_X87    UINT64_C(0x1)
#define XCR0_AVX    UINT64_C(0x6)  /* with SSE */
#define XCR0_AVX512 UINT64_C(0xe0) /* useful only as a whole */

static struct kvm_cpuid_entry2 *find(struct kvm_cpuid2 *t, uint32_t leaf,
                                     uint32_t index)
{
    for (uint32_t i = 0; i < t->nent; i++)
        if (t->entries[i].function == leaf && t->entries[i].index == index)
            return &t->entries[i];
    return NULL;
}

static void trim(struct kvm_cpuid_entry2 *e)
{
    const uint32_t bit = 1;

    switch (e->function) {
    case 1: /* MONITOR, VMX, x2APIC, TSC deadline; APIC */
        e->ecx &= ~(bit << 3 | bit << 5 | bit << 21 | bit << 24);
        e->edx &= ~(bit << 9);
        break;
    case 7: /* MPX; protection keys, shadow stacks; AMX, IBT: need XCR0, CR4 */
        if (e->index == 0) {
            e->ebx &= ~(bit << 14);
            e->ecx &= ~(bit << 3 | bit << 4 | bit << 7);
            e->edx &= ~(bit << 20 | bit << 22 | bit << 24 | bit << 25);
        }
        break;
    case 0x40000001: /* KVM's own: clocks and hypercalls of ring 0 */
        e->eax = e->edx = 0;
        break;
    case 0x80000001: /* SVM, SKINIT */
        e->ecx &= ~(bit << 2 | bit << 12);
        break;
    case 0x8000000a: /* SVM */
    case 0x8000001f: /* memory encryption */
    case 0x1d:       /* AMX */
    case 0x1e:
        e->eax = e->ebx = e->ecx = e->edx = 0;
        break;
    default:
        break;
    }
}

/* Leaf 0xd: the parts of the state that are on, and the room they take.
 * Returns XCR0. */
static uint64_t trim_state(struct kvm_cpuid2 *t)
{
    struct kvm_cpuid_entry2 *all = find(t, 0xd, 0), *more = find(t, 0xd, 1);
    uint64_t have, xcr0 = XCR0_X87;
    uint32_t size = 512 + 64; /* legacy area, header */

    if (all == NULL)
        return xcr0;
    have = all->eax | (uint64_t)all->edx << 32;
    if ((have & XCR0_AVX) == XCR0_AVX)
        xcr0 |= XCR0_AVX;
    else
        xcr0 |= have & 2;
    if ((have & XCR0_AVX512) == XCR0_AVX512 && (xcr0 & XCR0_AVX) == XCR0_AVX)
        xcr0 |= XCR0_AVX512;
    for (uint32_t i = 0; i < t->nent; i++) {
        struct kvm_cpuid_entry2 *e = &t->entries[i];

        if (e->function != 0xd || e->index < 2)
            continue;
        if (e->index < 64 && (xcr0 >> e->index & 1) != 0) {
            if (e->ebx + e->eax > size)
                size = e->ebx + e->eax;
        } else {
            e->eax = e->ebx = e->ecx = e->edx = 0;
        }
    }
    all->eax = (uint32_t)xcr0;
    all->edx = 0;
    all->ebx = all->ecx = size;
    if (more != NULL) { /* no XSAVES: it is ring 0's */
        more->eax &= ~UINT32_C(8);
        more->ebx = more->ecx = more->edx = 0;
    }
    return xcr0;
}

int hvt_cpuid_set(const struct hvt *h, struct message *why)
{
    static uint64_t room[(sizeof(struct kvm_cpuid2) +
                          ENTRIES_MAX * sizeof(struct kvm_cpuid_entry2)) /
                         sizeof(uint64_t)];
    struct kvm_cpuid2 *t = (struct kvm_cpuid2 *)(void *)room;
    struct kvm_xcrs xcrs = {.nr_xcrs = 1};

    t->nent = ENTRIES_MAX;
    if (ioctl(h->kvm, KVM_GET_SUPPORTED_CPUID, t) < 0)
        return fail(why, "KVM does not tell what CPU it has: %s",
                    strerror(errno));
    for (uint32_t i = 0; i < t->nent; i++)
        trim(&t->entries[i]);
    xcrs.xcrs[0].value = trim_state(t);
    if (ioctl(h->vcpu, KVM_SET_CPUID2, t) < 0)
        return fail(why, "KVM_SET_CPUID2: %s", strerror(errno));
    if (h->ring3 && ioctl(h->vcpu, KVM_SET_XCRS, &xcrs) < 0)
        return fail(why, "KVM_SET_XCRS: %s", strerror(errno));
    return 0;
}
