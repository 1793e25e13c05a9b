/* SPDX-License-Identifier: ISC */
/* Channels: batches, counters, flushing, waiting for the end. */
#include "actors.h"

static struct fata_channel channel;
static uint64_t items[4];

enum { SEND, RECV, FLUSH, ACK, CLOSE, CLOSE_RECV, WAIT_CLOSED };

static int enter(struct actor *a, fata_time_t deadline)
{
    uint64_t item = 7, batch[3] = {0};
    int got;

    switch (a->n) {
    case SEND:
        return fata_channel_send(&channel, &item, deadline);
    case RECV:
        got = fata_channel_recv_many(&channel, batch, 3, deadline);
        for (int i = 0; i < got; i++)
            fata_expect(batch[i] == 7);
        return got;
    case FLUSH:
        return fata_channel_flush(&channel, deadline);
    case ACK:
        fata_channel_ack(&channel, 2);
        return 0;
    case CLOSE:
        fata_channel_close(&channel);
        return 0;
    case CLOSE_RECV:
        fata_channel_close_recv(&channel);
        return 0;
    default:
        return fata_channel_wait_closed(&channel, deadline);
    }
}

static void begin(size_t capacity)
{
    world();
    fata_channel_init(&channel, items, sizeof(items[0]), capacity);
}

static bool counted(uint64_t sent, uint64_t received, size_t count)
{
    return fata_channel_sent(&channel) == sent &&
           fata_channel_received(&channel) == received &&
           fata_channel_count(&channel) == count;
}

FATA_TEST(a_batch_is_what_there_is)
{
    struct actor actors[] = {
        {.name = 'a', .n = SEND},
        {.name = 'b', .n = SEND},
        {.name = 'c', .n = SEND}, /* waits for room, and is taken along */
        {.name = 'd', .n = SEND},
        {.name = '3', .n = RECV, .begins = 5},
        {.name = '1', .n = RECV, .begins = 6},
        {.name = 'T', .n = RECV, .begins = 7, .deadline = 8},
        {.name = '2', .n = RECV, .begins = 9}, /* waits: one is handed over, */
        {.name = 'e', .n = SEND, .begins = 10},
        {.name = 'f', .n = SEND, .begins = 10}, /* and one more comes in time */
        {.name = 'X', .n = CLOSE, .begins = 11},
        {.name = '0', .n = RECV, .begins = 12},
    };
    begin(2);
    run_actors(actors, FATA_COUNT(actors), enter, NULL);
    fata_check(strcmp(trace, "ab3cd1tef2X|") == 0);
    fata_check_int(actors[4].result, ==, 3);
    fata_check_int(actors[5].result, ==, 1);
    fata_check_int(actors[7].result, ==, 2);
    fata_check(counted(6, 6, 0));
}

FATA_TEST(a_flush_ends_when_what_was_sent_is_received)
{
    struct actor actors[] = {
        {.name = 'F', .n = FLUSH}, /* nothing to flush */
        {.name = 'a', .n = SEND, .begins = 1},
        {.name = 'b', .n = SEND, .begins = 1},
        {.name = 'G', .n = FLUSH, .begins = 2},
        {.name = 'T', .n = FLUSH, .begins = 2, .deadline = 3},
        {.name = 'U', .n = FLUSH, .begins = 2, .cancelled = 4},
        {.name = 'c', .n = SEND, .begins = 5},
        {.name = 'd', .n = SEND, .begins = 5},
        {.name = 'H', .n = FLUSH, .begins = 6},
        {.name = 'X', .n = CLOSE, .begins = 7},
        {.name = '3', .n = RECV, .begins = 8},
        {.name = '1', .n = RECV, .begins = 9},
    };
    begin(4);
    run_actors(actors, FATA_COUNT(actors), enter, NULL);
    fata_check(strcmp(trace, "FabtccdX3G1H") == 0);
    fata_check_int(actors[3].at, ==, 8);
    fata_check_int(actors[8].at, ==, 9);
}

FATA_TEST(a_flush_fails_when_the_receiving_end_closes)
{
    struct actor actors[] = {
        {.name = 'a', .n = SEND},
        {.name = 'F', .n = FLUSH, .begins = 1},
        {.name = 'X', .n = CLOSE_RECV, .begins = 2},
        {.name = 'G', .n = FLUSH, .begins = 3},
    };
    begin(4);
    run_actors(actors, FATA_COUNT(actors), enter, NULL);
    fata_check(strcmp(trace, "aX||") == 0);
    fata_check(counted(1, 0, 0));
    /* but not if it got everything */
    actors[1] = (struct actor){.name = 'R', .n = RECV, .begins = 1};
    begin(4);
    run_actors(actors, FATA_COUNT(actors), enter, NULL);
    fata_check(strcmp(trace, "aRXG") == 0);
}

FATA_TEST(a_flush_waits_for_acknowledgement)
{
    struct actor actors[] = {
        {.name = 'a', .n = SEND},
        {.name = 'b', .n = SEND},
        {.name = 'F', .n = FLUSH, .begins = 1},
        {.name = 'c', .n = SEND, .begins = 2},
        {.name = 'G', .n = FLUSH, .begins = 3},
        {.name = 'R', .n = RECV, .begins = 4},
        {.name = 'A', .n = ACK, .begins = 5},
        {.name = 'X', .n = CLOSE_RECV, .begins = 6},
    };
    begin(4);
    fata_channel_want_acks(&channel);
    run_actors(actors, FATA_COUNT(actors), enter, NULL);
    fata_check(strcmp(trace, "abcRAFX|") == 0);
    fata_check_int(actors[2].at, ==, 5);
    /* also where items go straight to a receiver that waits */
    struct actor straight[] = {
        {.name = '1', .n = RECV},
        {.name = '2', .n = RECV},
        {.name = 'a', .n = SEND, .begins = 1},
        {.name = 'b', .n = SEND, .begins = 1},
        {.name = 'F', .n = FLUSH, .begins = 2},
        {.name = 'A', .n = ACK, .begins = 3},
    };
    begin(4);
    fata_channel_want_acks(&channel);
    run_actors(straight, FATA_COUNT(straight), enter, NULL);
    fata_check(strcmp(trace, "ab12AF") == 0);
}

FATA_TEST(who_waits_for_the_end_is_told)
{
    for (uint64_t closes = CLOSE; closes <= CLOSE_RECV; closes++) {
        struct actor actors[] = {
            {.name = 'W', .n = WAIT_CLOSED},
            {.name = 'T', .n = WAIT_CLOSED, .deadline = 3},
            {.name = 'C', .n = WAIT_CLOSED, .cancelled = 4},
            {.name = 'X', .n = closes, .begins = 5},
            {.name = 'V', .n = WAIT_CLOSED, .begins = 6, .deadline = 6},
            {.name = 'D', .n = WAIT_CLOSED, .begins = 7, .cancelled = 7},
        };
        begin(closes == CLOSE ? 4 : 0);
        run_actors(actors, FATA_COUNT(actors), enter, NULL);
        fata_check(strcmp(trace, "tcXWVc") == 0);
    }
}

/* Without deadlines, where a channel with room has a faster way. */
FATA_TEST(sender_and_receiver_meet_whoever_comes_first)
{
    struct actor actors[] = {
        {.name = 'a', .n = SEND},
        {.name = '1', .n = RECV, .begins = 1},
        {.name = '2', .n = RECV, .begins = 2},
        {.name = 'b', .n = SEND, .begins = 3},
        {.name = 'F', .n = FLUSH, .begins = 4},
    };
    begin(0);
    run_actors(actors, FATA_COUNT(actors), enter, NULL);
    fata_check(strcmp(trace, "1ab2F") == 0);
    fata_check_int(actors[1].at, ==, 1);
    fata_check_int(actors[3].at, ==, 3);
    fata_check(counted(2, 2, 0));
}

static void too_many_acks(void)
{
    begin(4);
    fata_channel_want_acks(&channel);
    (void)!fata_channel_try_send(&channel, items);
    fata_channel_ack(&channel, 1);
}

static void acks_too_late(void)
{
    begin(4);
    (void)!fata_channel_try_send(&channel, items);
    fata_channel_want_acks(&channel);
}

FATA_TEST(misuse_of_acknowledgement_panics)
{
    if (!CAN_FORK)
        fata_skip("needs a process of its own");
    fata_check(panics(too_many_acks));
    fata_check(panics(acks_too_late));
}
