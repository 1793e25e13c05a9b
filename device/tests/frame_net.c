/* SPDX-License-Identifier: ISC */
/* Net devices of one frame a call, on a host's end that a test fills. */
#include "../../platform/frame_net.c"
#include <fata/test.h>

static struct frame_net host_end;
static struct fata_net_request request;
static struct fata_frame frame;
static uint8_t buffer[1514];
static int there; /* frames to be read */
static int got, lend_up_to;

static long read_one(struct frame_net *d, void *data, size_t size)
{
    (void)d;
    (void)data;
    if (there == 0)
        return FATA_EAGAIN;
    there--;
    return size < 60 ? (long)size : 60;
}

static long write_one(struct frame_net *d, const void *data, size_t size)
{
    (void)d;
    (void)data;
    return (long)size;
}

static void lend(void)
{
    fata_expect(fata_net_receive(&host_end.net, &request) == 0);
}

static void done(struct fata_request *r)
{
    got += r->result;
    if (got < lend_up_to)
        lend();
}

static void open_with(int frames)
{
    host_end = (struct frame_net){.net = {.mtu = 1500},
                                  .read = read_one,
                                  .write = write_one};
    frame_net_init(&host_end);
    frame = (struct fata_frame){.data = buffer, .size = sizeof(buffer)};
    request = (struct fata_net_request){.request = {.done = done},
                                        .frames = &frame,
                                        .count = 1};
    there = frames;
    got = 0;
}

/* Readiness may be told again before `done` has run: somebody may be about to
 * wait for the frames that are left. */
FATA_TEST(a_receive_lent_again_when_done_loses_no_frame)
{
    lend_up_to = 5;
    open_with(0);
    lend();
    there = lend_up_to;
    for (int i = 0; i < 20 && got < lend_up_to; i++) {
        frame_net_ready(&host_end);
        frame_net_ready(&host_end);
        fata_platform_wait(0);
    }
    fata_check_int(got, ==, lend_up_to);
    fata_check_int(host_end.net.stats.rx_dropped, ==, 0);
}

FATA_TEST(a_frame_that_nobody_waits_for_is_dropped)
{
    open_with(2);
    frame_net_ready(&host_end);
    frame_net_ready(&host_end);
    fata_check_int(there, ==, 0);
    fata_check_int(host_end.net.stats.rx_dropped, ==, 2);
}
