/* SPDX-License-Identifier: ISC */
/* The network ring, served by a thread. */
#include "second.h"

#include <errno.h>
#include <linux/kvm.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define SLOTS     1024u
#define POLLS     4096
#define KICK_PORT 0x600

struct entry {
    uint32_t operation; /* 1: send, 2: receive */
    uint32_t handle;
    uint64_t address;
    uint32_t length, id;
    uint64_t zero;
};

struct completion {
    uint32_t id;
    int32_t result;
    uint32_t length, zero;
};

static struct ring {
    _Atomic uint32_t entry_tail, completion_head; /* the guest's */
    uint32_t pad0[14];
    _Atomic uint32_t entry_head, completion_tail, needs_kick; /* ours */
    uint32_t pad1[13];
    struct entry entry[SLOTS];
    struct completion completion[SLOTS];
} * ring;

_Static_assert(offsetof(struct ring, entry_head) == 64, "ring");
_Static_assert(offsetof(struct ring, entry) == 128, "ring");
_Static_assert(offsetof(struct ring, completion) == 32896, "ring");
_Static_assert(sizeof(struct ring) <= RING_SIZE, "ring");

static int kick;

/* Every receive gets a completion, a send none. */
static void serve(struct entry e)
{
    uint32_t tail = atomic_load(&ring->completion_tail);
    uint64_t length = e.length;
    int result;

    if (e.operation != 1 && e.operation != 2)
        return;
    result = frame(e.operation == 1, e.handle, e.address, &length);
    if (e.operation == 1)
        return;
    ring->completion[tail & (SLOTS - 1)] = (struct completion){
        .id = e.id,
        .result = result,
        .length = result == SOLO5_OK ? (uint32_t)length : 0,
    };
    atomic_store(&ring->completion_tail, tail + 1);
}

static bool serve_all(void)
{
    uint32_t head = atomic_load(&ring->entry_head), first = head;

    for (; head != atomic_load(&ring->entry_tail); head++) {
        serve(ring->entry[head & (SLOTS - 1)]);
        atomic_store(&ring->entry_head, head + 1);
    }
    return head != first;
}

static void *work(void *unused)
{
    uint64_t count;

    for (;;) {
        for (int i = 0; i < POLLS; i++)
            if (serve_all())
                i = 0;
        atomic_store(&ring->needs_kick, 1);
        atomic_thread_fence(memory_order_seq_cst);
        if (!serve_all() && read(kick, &count, sizeof count) < 0)
            die("kick: %s", strerror(errno));
        atomic_store(&ring->needs_kick, 0);
    }
    return unused;
}

void ring_start(void)
{
    struct kvm_ioeventfd event = {.addr = KICK_PORT,
                                  .len = 4,
                                  .flags = KVM_IOEVENTFD_FLAG_PIO};
    pthread_t thread;

    ring = (void *)(second.memory + second.size);
    kick = eventfd(0, EFD_CLOEXEC);
    event.fd = kick;
    if (kick < 0 || ioctl(second.vm, KVM_IOEVENTFD, &event) < 0 ||
        pthread_create(&thread, NULL, work, NULL) != 0)
        die("no ring: %s", strerror(errno));
}
