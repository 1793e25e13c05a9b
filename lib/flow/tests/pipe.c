/* SPDX-License-Identifier: ISC */
/* Pipes keep the contract of flows; and what is special to them. */
#include <fata/flow_suite.h>
#include <fata/pipe.h>
#include <fata/run.h>
#include <fata/test.h>
#include <string.h>

static struct fata_pipe joined;
static char there[5000], back[777];

static bool join(struct fata_flow **a, struct fata_flow **b)
{
    fata_pipe_init(&joined, there, sizeof(there), back, sizeof(back));
    *a = &joined.end[0].flow;
    *b = &joined.end[1].flow;
    return true;
}

FATA_FLOW_SUITE(pipe, join)

/* The ring wraps: what is read is one piece, then the other. */
FATA_TEST(a_ring_is_read_in_two_pieces)
{
    char room[8], other[1];
    const void *data;
    struct fata_flow *a = &joined.end[0].flow, *b = &joined.end[1].flow;
    fata_pipe_init(&joined, room, sizeof(room), other, sizeof(other));
    fata_check_int(fata_flow_send(a, "abcdef", 6, 0), ==, 0);
    fata_check_int(fata_flow_read(b, &data, 0), ==, 6);
    fata_flow_ack(b, 5);
    fata_check_int(fata_flow_send(a, "ghijklm", 7, 0), ==, 0);
    fata_check_int(fata_flow_read(b, &data, 0), ==, 3);
    fata_check(memcmp(data, "fgh", 3) == 0);
    fata_flow_ack(b, 3);
    fata_check_int(fata_flow_read(b, &data, 0), ==, 5);
    fata_check(memcmp(data, "ijklm", 5) == 0);
    fata_flow_ack(b, 5);
    fata_flow_close(a);
    fata_flow_close(b);
}
