/* SPDX-License-Identifier: ISC */
/* Net devices behind a ring, against a tender that does what a test says. */
#include "../../platform/ring.c"
#include "../../platform/ring_net.c"
#include <fata/test.h>
#include <string.h>

enum { ENTRIES = 8, FRAMES = 20, BUFFER = 1514 };

static union {
    struct fata_ring ring;
    char bytes[FATA_RING_SIZE(ENTRIES)];
} shared;

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
    ring_net_init(&nets, &first, 1);
    ring_net_init(&nets, &second, 2);
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
