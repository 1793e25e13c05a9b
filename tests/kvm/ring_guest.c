/* SPDX-License-Identifier: ISC */
/* A plain guest that uses the network ring (section 4.4 of the ABI) and nothing
 * else of its device, whose frames come back. */
#define GUEST_HVT
#include "guest.h"

GUEST_NOTES(1, {.name = "service", .type = SOLO5_DEVICE_NET});

#define SLOTS 1024u
#define SEND  1u
#define TAKE  2u

struct ring {
    volatile uint32_t entry_tail, completion_head;
    uint32_t pad0[14];
    volatile uint32_t entry_head, completion_tail, needs_kick;
    uint32_t pad1[13];
    struct {
        uint32_t operation, handle;
        uint64_t address;
        uint32_t length, id;
        uint64_t zero;
    } entry[SLOTS];
    volatile struct {
        uint32_t id;
        int32_t result;
        uint32_t length, zero;
    } completion[SLOTS];
};

static struct ring *ring;
static char frames[4][1514];
static uint32_t submitted;

static void submit(uint32_t operation, uint32_t handle, void *data,
                   uint32_t length)
{
    uint32_t slot = submitted & (SLOTS - 1);

    ring->entry[slot].operation = operation;
    ring->entry[slot].handle = handle;
    ring->entry[slot].address = (uint64_t)(uintptr_t)data;
    ring->entry[slot].length = length;
    ring->entry[slot].id = submitted;
    ring->entry[slot].zero = 0;
    __asm__ volatile("" ::: "memory");
    ring->entry_tail = ++submitted;
    __asm__ volatile("mfence" ::: "memory");
    if (ring->needs_kick)
        out32(0x600, 1);
}

/* Receives; returns the result, and checks that it is the last entry's. */
static int take(uint32_t handle, void *data, uint32_t *length)
{
    uint32_t slot = ring->completion_head & (SLOTS - 1);

    submit(TAKE, handle, data, *length);
    while (ring->completion_tail == ring->completion_head)
        __asm__ volatile("pause");
    CHECK(ring->completion[slot].id == submitted - 1);
    CHECK(ring->entry_head == submitted);
    *length = ring->completion[slot].length;
    ring->completion_head++;
    return ring->completion[slot].result;
}

void _start(const struct solo5_hvt_boot *boot);
void _start(const struct solo5_hvt_boot *boot)
{
    CHECK(boot->features == SOLO5_HVT_FEATURE_RING && boot->accepted == 0);
    CHECK(boot->ring == boot->memory_size);
    ring = (struct ring *)(uintptr_t)boot->ring;
    for (uint32_t round = 0; round < 1500; round++) { /* more than its slots */
        uint32_t size = 60 + round % 1400;

        frames[0][59] = (char)round;
        submit(SEND, 1, frames[0], size);
        uint32_t got = sizeof frames[1];
        CHECK(take(1, frames[1], &got) == SOLO5_OK && got == size);
        CHECK(frames[1][59] == (char)round);
        got = sizeof frames[1];
        if (round % 100 == 0)
            CHECK(take(1, frames[1], &got) == SOLO5_AGAIN);
        if (round % 500 == 0) { /* until the tender sleeps */
            while (!ring->needs_kick)
                __asm__ volatile("pause");
            CHECK(poll(0) == 0);
        }
    }
    uint32_t size = 64;
    CHECK(take(0, frames[1], &size) == SOLO5_EINVAL);
    submit(7, 1, frames[0], 64); /* unknown: skipped */
    size = 64;
    CHECK(take(1, frames[1], &size) == SOLO5_AGAIN);
    say("SUCCESS\n");
    quit(0);
}
