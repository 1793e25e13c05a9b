/* SPDX-License-Identifier: ISC */
/* Net devices behind a ring, against a tender that does what a test says. */
#include "../../platform/ring.c"
#include "../../platform/ring_net.c"
#include "../../platform/vnet.c"
#include <fata/test.h>
#include <string.h>

enum { ENTRIES = 8, FRAMES = 20, BUFFER = 1514 };

static union {
    struct fata_ring ring;
    char bytes[FATA_RING_SIZE(ENTRIES)];
} shared;

static union {
    struct fata_ring ring;
    char bytes[FATA_RING_SIZE(32)];
} many; /* for those with offloads */

static uint32_t bell; /* the doorbell, as memory */
static struct ring_nets nets;
static struct ring_net first, second;
static uint8_t buffer[BUFFER];
static struct fata_frame frames[FRAMES];
static int completions;

static void count(struct fata_request *r)
{
    (void)r;
    completions++;
}

static void open_both(void)
{
    memset(&shared, 0, sizeof(shared));
    nets = (struct ring_nets){.ring = {.shared = &shared.ring,
                                       .entries = ENTRIES,
                                       .doorbell = (uint64_t)(uintptr_t)&bell},
                              .devices = 2};
    first = second = (struct ring_net){.net = {.mtu = 1500}};
    ring_net_init(&nets, &first, 1, false);
    ring_net_init(&nets, &second, 2, false);
    for (int i = 0; i < FRAMES; i++)
        frames[i] = (struct fata_frame){.data = buffer,
                                        .size = BUFFER,
                                        .length = 60 + (uint32_t)i};
    completions = 0;
    bell = 0;
}

static struct fata_net_request request(uint32_t n)
{
    return (struct fata_net_request){.request = {.done = count},
                                     .frames = frames,
                                     .count = n};
}

/* The tender takes the next entry, if there is one. */
static const struct fata_ring_entry *taken(void)
{
    if (shared.ring.head == shared.ring.tail)
        return NULL;
    return &shared.ring.entry[shared.ring.head++ & (ENTRIES - 1)];
}

static void complete(uint32_t id, int result, uint32_t length)
{
    FATA_RING_COMPLETIONS(&shared.ring, ENTRIES)
    [shared.ring.completion_tail++ & (ENTRIES - 1)] =
        (struct fata_ring_completion){id, result, length, 0};
}

/* Takes `n` entries and completes each with `result`; false if there are not
 * so many or one is of another kind. */
static bool serve(int operation, int n, int result)
{
    for (; n > 0; n--) {
        const struct fata_ring_entry *e = taken();
        if (e == NULL || e->operation != operation)
            return false;
        complete(e->id, result, e->length);
    }
    return true;
}

static void turn(bool sleep)
{
    ring_net_turn(&nets, sleep);
}

static void run(void)
{
    fata__complete_run();
}

/* More frames than the ring has room for; half of it is for sends. */
FATA_TEST(a_long_send_goes_in_parts)
{
    open_both();
    struct fata_net_request r = request(FRAMES);
    fata_check_int(fata_net_send(&first.net, &r), ==, 0);
    for (int i = 0; i < FRAMES / 4; i++) {
        fata_check(serve(FATA_RING_SEND, 4, FATA_RING_OK));
        fata_check(taken() == NULL);
        run();
        fata_check_int(completions, ==, 0);
        turn(false);
    }
    run();
    fata_check_int(completions, ==, 1);
    fata_check_int(r.request.result, ==, FRAMES);
    fata_check_int(first.net.stats.tx_frames, ==, FRAMES);
    fata_check_int(nets.sending, ==, 0);
}

FATA_TEST(entries_say_what_a_frame_is)
{
    open_both();
    struct fata_net_request s = request(2), r = request(2);
    fata_check_int(fata_net_send(&second.net, &s), ==, 0);
    fata_check_int(fata_net_receive(&first.net, &r), ==, 0);
    struct fata_ring_entry e = *taken();
    fata_check(e.operation == FATA_RING_SEND && e.flags == FATA_RING_MORE);
    fata_check(e.handle == 2 && e.length == 60 && e.offset == 0);
    fata_check(e.address == (uint64_t)(uintptr_t)buffer);
    e = *taken();
    fata_check(e.flags == 0 && e.length == 61);
    e = *taken();
    fata_check(e.operation == FATA_RING_RECEIVE && e.flags == FATA_RING_MORE);
    fata_check(e.handle == 1 && e.length == BUFFER);
}

FATA_TEST(a_send_ends_at_the_first_failure)
{
    open_both();
    struct fata_net_request r = request(FRAMES), next = request(1);
    fata_check_int(fata_net_send(&first.net, &r), ==, 0);
    fata_check_int(fata_net_send(&first.net, &next), ==, 0);
    fata_check(serve(FATA_RING_SEND, 1, FATA_RING_OK));
    fata_check(serve(FATA_RING_SEND, 1, FATA_RING_EUNSPEC));
    turn(false);
    fata_check(serve(FATA_RING_SEND, 2, FATA_RING_AGAIN));
    turn(false);
    run();
    fata_check_int(completions, ==, 1);
    fata_check_int(r.request.result, ==, 1);
    fata_check(serve(FATA_RING_SEND, 1, FATA_RING_EUNSPEC));
    turn(false);
    run();
    fata_check_int(next.request.result, ==, FATA_EIO);
    fata_check_int(first.net.stats.tx_errors, ==, 2);
}

/* A receive completes with the frames that have come; a share is two. */
FATA_TEST(a_receive_takes_what_has_come)
{
    open_both();
    struct fata_net_request r = request(4), next = request(1);
    fata_check_int(fata_net_receive(&first.net, &r), ==, 0);
    fata_check_int(fata_net_receive(&first.net, &next), ==, 0);
    fata_check(serve(FATA_RING_RECEIVE, 1, FATA_RING_OK));
    fata_check(serve(FATA_RING_RECEIVE, 1, FATA_RING_AGAIN));
    fata_check(taken() == NULL);
    turn(false);
    run();
    fata_check_int(completions, ==, 1);
    fata_check_int(r.request.result, ==, 1);
    fata_check_int(first.net.stats.rx_errors, ==, 0);
    fata_check(serve(FATA_RING_RECEIVE, 1, FATA_RING_OK));
    turn(false);
    run();
    fata_check_int(next.request.result, ==, 1);
}

/* What completes may be a part of a request only: then we still sleep, and have
 * to be woken. */
FATA_TEST(a_part_of_a_request_does_not_take_the_wish_to_be_woken_back)
{
    open_both();
    struct fata_net_request r = request(2);
    fata_check_int(fata_net_receive(&first.net, &r), ==, 0);
    fata_check(serve(FATA_RING_RECEIVE, 1, FATA_RING_OK));
    turn(true);
    fata_check_int(shared.ring.wake, ==, 1);
    fata_check(serve(FATA_RING_RECEIVE, 1, FATA_RING_AGAIN));
    turn(true);
    fata_check_int(shared.ring.wake, ==, 0);
    run();
    fata_check_int(completions, ==, 1);
}

FATA_TEST(the_doorbell_is_rung_once_where_it_is_wanted)
{
    open_both();
    struct fata_net_request r = request(1);
    fata_check_int(fata_net_send(&first.net, &r), ==, 0);
    fata_check_int(bell, ==, 0); /* not before the wait */
    turn(false);
    fata_check_int(bell, ==, 0); /* the tender looks by itself */
    shared.ring.doorbell = 1;
    turn(false);
    fata_check_int(bell, ==, 0); /* nothing is new */
    struct fata_net_request s = request(1);
    fata_check_int(fata_net_send(&first.net, &s), ==, 0);
    turn(true);
    fata_check_int(bell, ==, 1);
    fata_check(serve(FATA_RING_SEND, 2, FATA_RING_OK));
    turn(false);
    run();
}

FATA_TEST(a_receive_is_cancelled_by_its_own_id)
{
    open_both();
    struct fata_net_request a = request(1), b = request(1), c = request(1);
    fata_check_int(fata_net_receive(&first.net, &a), ==, 0);
    fata_check_int(fata_net_receive(&first.net, &b), ==, 0);
    fata_check_int(fata_net_receive(&first.net, &c), ==, 0); /* not posted */
    uint32_t id_a = taken()->id, id_b = taken()->id;
    fata_check(id_a != id_b && taken() == NULL);
    fata_net_cancel(&first.net, &c);
    fata_check(taken() == NULL); /* it is ours alone */
    run();
    fata_check_int(completions, ==, 1);
    fata_check_int(c.request.result, ==, FATA_ECANCELED);
    fata_net_cancel(&first.net, &b);
    const struct fata_ring_entry *e = taken();
    fata_check(e->operation == FATA_RING_CANCEL && e->id == id_b);
    fata_check(e->handle == 1);
    run();
    fata_check_int(completions, ==, 1); /* its buffer is still lent */
    fata_net_cancel(&second.net, &a);   /* not this device's */
    fata_check(taken() == NULL);
    complete(id_a, FATA_RING_OK, 60);
    complete(id_b, FATA_RING_CANCELED, 0);
    turn(false);
    run();
    fata_check_int(completions, ==, 3);
    fata_check_int(a.request.result, ==, 1);
    fata_check_int(b.request.result, ==, FATA_ECANCELED);
    fata_net_cancel(&first.net, &b); /* harmless */
    fata_check(taken() == NULL);
}

/* Two devices share the ring; neither takes all. */
FATA_TEST(receives_leave_room_for_others)
{
    open_both();
    struct fata_net_request a[4], b = request(4), s = request(8);
    for (int i = 0; i < 4; i++) {
        a[i] = request(1);
        fata_check_int(fata_net_receive(&first.net, &a[i]), ==, 0);
    }
    fata_check_int(fata_net_receive(&second.net, &b), ==, 0);
    fata_check_int(fata_net_send(&first.net, &s), ==, 0);
    int n[3] = {0};
    for (const struct fata_ring_entry *e; (e = taken()) != NULL;)
        n[e->operation == FATA_RING_SEND ? 0 : e->handle]++;
    fata_check(n[0] == 4 && n[1] == 2 && n[2] == 2);
}

/* --- offloads --- */

enum { LARGE_BUFFER = 9000 };
static uint8_t large_buffer[LARGE_BUFFER];

static struct fata_net_request large_request(uint32_t n)
{
    for (int i = 0; i < FRAMES; i++)
        frames[i] = (struct fata_frame){.data = large_buffer,
                                        .size = LARGE_BUFFER,
                                        .length = 60};
    return request(n);
}

/* A ring of so many entries; one device, with offloads. */
static void open_large(uint32_t entries)
{
    open_both();
    memset(&many, 0, sizeof(many));
    nets = (struct ring_nets){.ring = {.shared = &many.ring,
                                       .entries = entries,
                                       .doorbell = (uint64_t)(uintptr_t)&bell},
                              .devices = 1};
    first = (struct ring_net){.net = {.mtu = 1500}};
    ring_net_init(&nets, &first, 1, true);
}

static struct fata_ring_entry entry_of(uint32_t number)
{
    fata_expect(number < many.ring.tail);
    many.ring.head = many.ring.tail;
    return many.ring.entry[number];
}

static struct fata_vnet *header_at(const struct fata_ring_entry *e)
{
    return (struct fata_vnet *)(uintptr_t)e->offset;
}

static void complete_many(uint32_t id, int result, uint32_t length)
{
    FATA_RING_COMPLETIONS(&many.ring, nets.ring.entries)
    [many.ring.completion_tail++ & (nets.ring.entries - 1)] =
        (struct fata_ring_completion){id, result, length, 0};
}

FATA_TEST(a_frame_in_pieces_has_one_header_and_one_completion)
{
    open_large(32);
    struct fata_net_request r = large_request(4);
    fata_check_int(first.net.features, ==, VNET_FEATURES);
    frames[0] =
        (struct fata_frame){.data = large_buffer,
                            .length = 54,
                            .flags = FATA_FRAME_MORE | FATA_FRAME_CHECKSUM,
                            .cut = FATA_FRAME_TCP4,
                            .header = 54,
                            .segment = 1400,
                            .checksum_start = 34,
                            .checksum_offset = 16};
    frames[1].flags = FATA_FRAME_MORE;
    frames[1].length = 3000;
    fata_check_int(fata_net_send(&first.net, &r), ==, 0);
    fata_check_int(many.ring.tail, ==, 4);
    struct fata_ring_entry e = entry_of(0), last = entry_of(2);
    fata_check_int(e.flags, ==, FATA_RING_PIECE);
    fata_check_int(entry_of(1).flags, ==, FATA_RING_PIECE);
    fata_check_int(entry_of(1).length, ==, 3000);
    fata_check(entry_of(1).offset == 0);
    fata_check_int(last.flags, ==, FATA_RING_MORE); /* one more frame */
    fata_check_int(entry_of(3).flags, ==, 0);
    fata_check_int(header_at(&e)->flags, ==, FATA_VNET_CHECKSUM);
    fata_check_int(header_at(&e)->gso, ==, FATA_VNET_TCP4);
    fata_check_int(header_at(&e)->gso_size, ==, 1400);
    fata_check_int(header_at(&e)->header_length, ==, 54);
    fata_check_int(frames[0].flags, ==, FATA_FRAME_MORE | FATA_FRAME_CHECKSUM);
    e = entry_of(3);
    fata_check(header_at(&e)->flags == 0 && header_at(&e)->gso == 0);
    complete_many(last.id, FATA_RING_OK, 3114);
    turn(false);
    run();
    fata_check_int(completions, ==, 0);
    complete_many(e.id, FATA_RING_OK, 60);
    turn(false);
    run();
    fata_check_int(completions, ==, 1);
    fata_check_int(r.request.result, ==, 4);
    fata_check_int(nets.sending, ==, 0);
    fata_check_int(first.net.stats.tx_frames, ==, 2);
    fata_check_int(first.net.stats.tx_bytes, ==, 3174);
}

/* Half of the ring is eight: frames of three pieces go by two. */
FATA_TEST(a_frame_is_never_posted_in_part)
{
    open_large(16);
    struct fata_net_request r = large_request(9);
    for (int i = 0; i < 9; i++)
        frames[i].flags = i % 3 < 2 ? FATA_FRAME_MORE : 0;
    fata_check_int(fata_net_send(&first.net, &r), ==, 0);
    fata_check_int(many.ring.tail, ==, 6);
    complete_many(entry_of(2).id, FATA_RING_OK, 180);
    turn(false);
    fata_check_int(many.ring.tail, ==, 9);
    complete_many(entry_of(5).id, FATA_RING_EUNSPEC, 0);
    complete_many(entry_of(8).id, FATA_RING_OK, 180);
    turn(false);
    run();
    fata_check_int(completions, ==, 1);
    fata_check_int(r.request.result, ==, 3); /* the first ones, whole */
    fata_check_int(nets.sending, ==, 0);
}

FATA_TEST(large_frames_fill_a_chain)
{
    open_large(32);
    struct fata_net_request r = large_request(12);
    fata_check_int(fata_net_receive(&first.net, &r), ==, 0);
    fata_check_int(many.ring.tail, ==, 12);
    struct fata_ring_entry e = entry_of(0), second_one = entry_of(1);
    fata_check_int(e.length, ==, LARGE_BUFFER);
    *header_at(&e) = (struct fata_vnet){.flags = FATA_VNET_VALID};
    complete_many(e.id, FATA_RING_OK, 60);
    *header_at(&second_one) = (struct fata_vnet){.flags = FATA_VNET_CHECKSUM,
                                                 .gso = FATA_VNET_TCP6,
                                                 .gso_size = 1400,
                                                 .checksum_start = 54,
                                                 .checksum_offset = 16};
    complete_many(second_one.id, FATA_RING_OK, 2 * LARGE_BUFFER + 5);
    complete_many(entry_of(4).id, FATA_RING_AGAIN, 0);
    turn(false);
    run();
    fata_check_int(completions, ==, 1);
    fata_check_int(r.request.result, ==, 4);
    fata_check_int(frames[0].flags, ==, FATA_FRAME_CHECKED);
    fata_check_int(frames[0].length, ==, 60);
    fata_check_int(frames[1].flags, ==, FATA_FRAME_MORE | FATA_FRAME_CHECKSUM);
    fata_check_int(frames[1].cut, ==, FATA_FRAME_TCP6);
    fata_check_int(frames[1].segment, ==, 1400);
    fata_check_int(frames[2].flags, ==, FATA_FRAME_MORE);
    fata_check_int(frames[3].flags, ==, 0);
    fata_check_int(frames[3].length, ==, 5);
    fata_check_int(first.receive.posted, ==, 0);
    fata_check_int(first.net.stats.rx_frames, ==, 2);
    fata_check_int(first.net.stats.rx_bytes, ==, 65 + 2 * LARGE_BUFFER);
}

/* The whole chain is used: there is no completion that ends it. */
FATA_TEST(a_largest_frame_fills_all)
{
    open_large(32);
    struct fata_net_request r = large_request(8);
    fata_check_int(fata_net_receive(&first.net, &r), ==, 0);
    struct fata_ring_entry e = entry_of(0);
    *header_at(&e) = (struct fata_vnet){0};
    complete_many(e.id, FATA_RING_OK, FATA_NET_LARGEST);
    turn(false);
    run();
    fata_check_int(r.request.result, ==, 8);
}

FATA_TEST(a_request_waits_until_a_largest_frame_has_room)
{
    open_large(32);
    struct fata_net_request a = large_request(9), b = request(9);
    b.frames = frames + 9;
    fata_check_int(fata_net_receive(&first.net, &a), ==, 0);
    fata_check_int(fata_net_receive(&first.net, &b), ==, 0);
    fata_check_int(many.ring.tail, ==, 9); /* seven are left of the share */
    fata_net_cancel(&first.net, &a);
    complete_many(entry_of(0).id, FATA_RING_CANCELED, 0);
    turn(false);
    run();
    fata_check_int(completions, ==, 1);
    fata_check_int(a.request.result, ==, FATA_ECANCELED);
    fata_check_int(first.receive.posted, ==, 9);
}

FATA_TEST(headers_without_sense_end_a_receive)
{
    open_large(32);
    struct fata_net_request r = large_request(9);
    fata_check_int(fata_net_receive(&first.net, &r), ==, 0);
    for (uint32_t i = 0; i < 2; i++) {
        struct fata_ring_entry e = entry_of(i);
        *header_at(&e) = (struct fata_vnet){.gso = i == 0 ? 0 : 77};
        complete_many(e.id, FATA_RING_OK, 60);
    }
    complete_many(entry_of(2).id, FATA_RING_OK, UINT32_MAX);
    turn(false);
    run();
    fata_check_int(r.request.result, ==, 1);
    fata_check_int(first.net.stats.rx_errors, ==, 2);
}
