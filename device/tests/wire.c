/* SPDX-License-Identifier: ISC */
/* What a wire and a faulty device do beyond the conformance suite. */
#include <fata/faulty.h>
#include <fata/platform.h>
#include <fata/test.h>
#include <fata/wire.h>
#include <string.h>

enum { SIZE = 8, BATCH = 16, BROKEN = -1000 };

static struct fata_wire wire;
static struct fata_wire_slot slots[2 * SIZE];
static struct fata_faulty faulty;
static int completions;

static void count(struct fata_request *r)
{
    (void)r;
    completions++;
}

/* Completes what is complete; nothing here waits for time. */
static void settle(void)
{
    fata_platform_wait(0);
}

/* Sends `n` frames whose 15th byte counts from `first`; returns the result, or
 * BROKEN where the request is not completed once, later. */
static int send_some(struct fata_net *net, int n, uint8_t first)
{
    static uint8_t data[BATCH][60];
    struct fata_frame f[BATCH];
    struct fata_net_request r = {.request = {.done = count},
                                 .frames = f,
                                 .count = (uint32_t)n};
    for (int i = 0; i < n; i++) {
        memset(data[i], 0, sizeof(data[i]));
        data[i][14] = (uint8_t)(first + i);
        f[i] = (struct fata_frame){.data = data[i], .length = 60};
    }
    completions = 0;
    if (fata_net_send(net, &r) != 0 || completions != 0)
        return BROKEN;
    settle();
    return completions < 1 ? BROKEN : r.request.result;
}

/* Takes what has arrived at the second end, at most BATCH; returns how many,
 * and in numbers[] their 15th bytes. */
static int take(uint8_t numbers[BATCH])
{
    static uint8_t data[BATCH][FATA_WIRE_MTU + FATA_NET_HEADER];
    struct fata_net *net = &wire.end[1].net;
    struct fata_frame f[BATCH];
    struct fata_net_request r = {.request = {.done = count},
                                 .frames = f,
                                 .count = BATCH};
    for (int i = 0; i < BATCH; i++)
        f[i] = (struct fata_frame){.data = data[i], .size = sizeof(data[i])};
    completions = 0;
    if (fata_net_receive(net, &r) != 0)
        return BROKEN;
    fata_net_cancel(net, &r); /* no more than what is there */
    settle();
    if (completions != 1)
        return BROKEN;
    for (int i = 0; i < r.request.result; i++)
        numbers[i] = data[i][14];
    return r.request.result == FATA_ECANCELED ? 0 : r.request.result;
}

FATA_TEST(a_wire_keeps_order_and_has_a_bound)
{
    uint8_t got[BATCH];
    fata_wire_init(&wire, slots, SIZE);
    for (int round = 0; round < 3; round++) { /* the ring goes round */
        fata_check_int(send_some(&wire.end[0].net, 5, 10), ==, 5);
        fata_check_int(send_some(&wire.end[0].net, 5, 20), ==, 5);
        fata_check_int(take(got), ==, SIZE);
        fata_check(memcmp(got, "\12\13\14\15\16\24\25\26", SIZE) == 0);
    }
    fata_check_int(wire.end[1].net.stats.rx_dropped, ==, 6);
    fata_check_int(wire.end[1].net.stats.rx_frames, ==, 24);
    fata_check_int(wire.end[0].net.stats.tx_frames, ==, 30);
    fata_check_int(take(got), ==, 0);
}

FATA_TEST(the_link_of_a_wire_that_is_cut_is_down)
{
    struct fata_request change = {.done = count}, second = {.done = count};
    uint8_t got[BATCH];
    fata_wire_init(&wire, slots, SIZE);
    fata_check_int(fata_net_wait_link(&wire.end[1].net, &change), ==, 0);
    fata_check_int(fata_net_wait_link(&wire.end[1].net, &second), ==,
                   FATA_EBUSY);
    fata_check_int(send_some(&wire.end[0].net, 1, 1), ==, 1);
    fata_wire_cut(&wire, false); /* no change */
    completions = 0;
    settle();
    fata_check_int(completions, ==, 0);
    fata_wire_cut(&wire, true);
    settle();
    fata_check_int(completions, ==, 1);
    fata_check(wire.end[0].net.down && wire.end[1].net.down);
    fata_check_int(send_some(&wire.end[0].net, 2, 2), ==, FATA_ENETDOWN);
    fata_check_int(wire.end[0].net.stats.tx_errors, ==, 2);
    fata_check_int(take(got), ==, 1);
    fata_wire_cut(&wire, false);
    fata_check_int(send_some(&wire.end[0].net, 1, 3), ==, 1);
    fata_check_int(take(got), ==, 1);
}

FATA_TEST(a_capture_is_a_pcap_file)
{
    /* A file header, two frames of 60 bytes, no room for a third. */
    static unsigned char memory[24 + 2 * (16 + 60) + 75];
    struct fata_pcap p;
    uint32_t magic, length;
    fata_wire_init(&wire, slots, SIZE);
    fata_pcap_init(&p, memory, sizeof(memory));
    fata_wire_capture(&wire, &p);
    fata_check_int(send_some(&wire.end[0].net, 1, 7), ==, 1);
    fata_check_int(send_some(&wire.end[1].net, 2, 8), ==, 2);
    fata_check_int(p.used, ==, 24 + 2 * (16 + 60));
    fata_check_int(p.missed, ==, 1);
    memcpy(&magic, memory, 4);
    memcpy(&length, memory + 24 + 12, 4);
    fata_check(magic == 0xa1b23c4d);
    fata_check_int(length, ==, 60);
    fata_check_int(memory[24 + 16 + 14], ==, 7);
    fata_check_int(memory[24 + 2 * 16 + 60 + 14], ==, 8);
}

static void with_faults(const struct fata_faulty_plan *plan)
{
    fata_wire_init(&wire, slots, SIZE);
    fata_faulty_init(&faulty, &wire.end[0].net, plan);
}

FATA_TEST(a_faulty_device_loses_and_repeats)
{
    uint8_t got[BATCH];
    with_faults(&(struct fata_faulty_plan){.lose = 1000});
    fata_check_int(send_some(&faulty.net, 4, 0), ==, 4);
    fata_check_int(take(got), ==, 0);
    fata_check_int(faulty.lost, ==, 4);
    with_faults(&(struct fata_faulty_plan){.duplicate = 1000});
    fata_check_int(send_some(&faulty.net, 2, 5), ==, 2);
    fata_check_int(take(got), ==, 4);
    fata_check(memcmp(got, "\5\5\6\6", 4) == 0);
    fata_check_int(faulty.duplicated, ==, 2);
}

FATA_TEST(a_faulty_device_damages_one_bit)
{
    static uint8_t sent[60], got[FATA_WIRE_MTU + FATA_NET_HEADER];
    struct fata_frame f = {.data = sent, .length = sizeof(sent)};
    struct fata_frame in = {.data = got, .size = sizeof(got)};
    struct fata_net_request s = {.request = {.done = count},
                                 .frames = &f,
                                 .count = 1};
    struct fata_net_request r = {.request = {.done = count},
                                 .frames = &in,
                                 .count = 1};
    int bits = 0;
    with_faults(&(struct fata_faulty_plan){.corrupt = 1000, .seed = 3});
    fata_check_int(fata_net_receive(&wire.end[1].net, &r), ==, 0);
    fata_check_int(fata_net_send(&faulty.net, &s), ==, 0);
    settle();
    fata_check_int(r.request.result, ==, 1);
    fata_check_int(in.length, ==, sizeof(sent));
    for (size_t i = 0; i < sizeof(sent); i++) {
        bits += __builtin_popcount(got[i]);
        fata_check_int(sent[i], ==, 0); /* the sender's is untouched */
    }
    fata_check_int(bits, ==, 1);
}

FATA_TEST(a_faulty_device_changes_the_order)
{
    uint8_t got[BATCH], all[BATCH];
    int n = 0, late = 0;
    with_faults(&(struct fata_faulty_plan){.delay = 300, .seed = 42});
    for (int i = 0; i < BATCH; i++) {
        fata_check_int(send_some(&faulty.net, 1, (uint8_t)i), ==, 1);
        int some = take(got);
        for (int k = 0; k < some && n < BATCH; k++)
            all[n++] = got[k];
    }
    fata_check(faulty.delayed > 0 && n < BATCH + 1);
    for (int i = 1; i < n; i++)
        late += all[i] < all[i - 1];
    fata_check(late > 0);
}

FATA_TEST(the_same_seed_gives_the_same_faults)
{
    uint64_t first[4];
    for (int round = 0; round < 2; round++) {
        with_faults(&(struct fata_faulty_plan){.seed = 7,
                                               .lose = 200,
                                               .duplicate = 200,
                                               .corrupt = 200,
                                               .delay = 200});
        for (int i = 0; i < 50; i++) {
            uint8_t got[BATCH];
            fata_check_int(send_some(&faulty.net, 1, 0), ==, 1);
            (void)take(got);
        }
        const uint64_t now[4] = {faulty.lost, faulty.duplicated,
                                 faulty.corrupted, faulty.delayed};
        if (round == 0)
            memcpy(first, now, sizeof(first));
        fata_check(memcmp(first, now, sizeof(first)) == 0);
        fata_check(now[0] > 0 && now[1] > 0 && now[2] > 0 && now[3] > 0);
    }
}

/* Fails the Nth operation, N = 1.. until nothing fails any more. */
FATA_TEST(a_faulty_device_fails_each_operation_once)
{
    for (uint64_t n = 1;; n++) {
        int failed = 0;
        with_faults(&(struct fata_faulty_plan){.fail = n});
        for (int i = 0; i < 3; i++)
            failed += send_some(&faulty.net, 1, 0) == FATA_EIO;
        fata_check_int(failed, ==, n <= 3);
        fata_check_int(faulty.failed, ==, n <= 3);
        if (failed == 0)
            return;
    }
}
