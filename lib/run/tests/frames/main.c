/* SPDX-License-Identifier: ISC */
/* One fiber receives while another sends; deadlines and cancellation give the
 * buffers back. */
#include <fata/run.h>
#include <fata/test.h>
#include <string.h>
#include "app.h"

enum { BATCH = 4, BUFFER = 2048 };

static uint8_t buffers[BATCH][BUFFER];

static struct fata_net *net(void)
{
    return ((struct app *)fata_test_app)->service;
}

static int receive(fata_time_t deadline, struct fata_frame *frames)
{
    for (int i = 0; i < BATCH; i++)
        frames[i] = (struct fata_frame){.data = buffers[i], .size = BUFFER};
    return fata_net_read(net(), frames, BATCH, deadline);
}

/* Reads until the kernel's ARP reply (RFC 826) is there. */
static int wait_for_reply(void *arg)
{
    bool *seen = arg;
    fata_time_t deadline = fata_now() + FATA_S(5);
    while (!*seen) {
        struct fata_frame frames[BATCH];
        int n = receive(deadline, frames);
        if (n < 0)
            return n;
        for (int i = 0; i < n; i++) {
            const uint8_t *p = frames[i].data;
            if (frames[i].length >= 42 && p[12] == 8 && p[13] == 6 &&
                p[21] == 2)
                *seen = true;
        }
    }
    return 0;
}

static int ask(void *arg)
{
    static const uint8_t head[] = {0x08, 0x06, 0, 1, 8, 0, 6, 4, 0, 1};
    static const uint8_t from[] = {10, 99, 0, 2}, to[] = {10, 99, 0, 1};
    const bool *seen = arg;
    uint8_t frame[42] = {0};
    struct fata_frame f = {.data = frame, .length = sizeof(frame)};
    memset(frame, 0xff, 6);
    memcpy(frame + 6, net()->mac, 6);
    memcpy(frame + 12, head, sizeof(head));
    memcpy(frame + 22, net()->mac, 6);
    memcpy(frame + 28, from, 4);
    memcpy(frame + 38, to, 4);
    while (!*seen) {
        int n = fata_net_write(net(), &f, 1);
        if (n != 1)
            return n < 0 ? n : FATA_EIO;
        int err = fata_sleep(FATA_MS(100));
        if (err < 0)
            return err;
    }
    return 0;
}

FATA_TEST(a_fiber_receives_while_another_sends)
{
    bool seen = false;
    struct fata_scope scope;
    fata_scope_open(&scope);
    int err = fata_scope_spawn(&scope, wait_for_reply, &seen);
    if (err == 0)
        err = fata_scope_spawn(&scope, ask, &seen);
    int first = fata_scope_close(&scope);
    fata_check_int(err, ==, 0);
    fata_check_int(first, ==, 0);
    fata_check(seen);
}

FATA_TEST(a_deadline_ends_a_receive)
{
    /* Frames that the kernel sends by itself may come first. */
    for (int i = 0; i < 50; i++) {
        struct fata_frame frames[BATCH];
        int n = receive(fata_now() + FATA_MS(5), frames);
        if (n == FATA_ETIMEDOUT)
            return;
        fata_check_int(n, >, 0);
    }
    fata_check(false);
}

static int receive_for_ever(void *arg)
{
    (void)arg;
    for (;;) {
        struct fata_frame frames[BATCH];
        int n = receive(FATA_NEVER, frames);
        if (n < 0)
            return n;
    }
}

FATA_TEST(cancellation_ends_a_receive)
{
    struct fata_scope scope;
    fata_scope_open(&scope);
    int err = fata_scope_spawn(&scope, receive_for_ever, NULL);
    int slept = fata_sleep(FATA_MS(5));
    fata_scope_cancel(&scope);
    int first = fata_scope_close(&scope);
    fata_check_int(err, ==, 0);
    fata_check_int(slept, ==, 0);
    fata_check_int(first, ==, 0);
}
