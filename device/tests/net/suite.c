/* SPDX-License-Identifier: ISC */
/* See suite.h. */
#include "suite.h"
#include <fata/platform.h>
#include <fata/test.h>
#include <string.h>

enum { BATCH = 4, BUFFER = 2048 };

static int completions;

static void count(struct fata_request *r)
{
    (void)r;
    completions++;
}

/* Waits until `n` requests have completed, at most about two seconds. */
static bool wait_for(int n)
{
    fata_time_t end = fata_now() + FATA_S(2);
    while (completions < n && fata_now() < end)
        fata_platform_wait(end);
    return completions == n;
}

static void make_arp_request(uint8_t frame[42], const struct suite_net *n,
                             uint8_t last)
{
    static const uint8_t arp[] = {0x08, 0x06, 0, 1, 8, 0, 6, 4, 0, 1};
    memset(frame, 0xff, 6);
    memcpy(frame + 6, n->net->mac, 6);
    memcpy(frame + 12, arp, sizeof(arp));
    memcpy(frame + 22, n->net->mac, 6);
    memcpy(frame + 28, n->own, 4);
    memset(frame + 32, 0, 6);
    memcpy(frame + 38, n->peer, 3);
    frame[41] = last;
}

static bool is_arp_reply(const struct suite_net *n, const struct fata_frame *f)
{
    const uint8_t *p = f->data;
    return f->length >= 42 && p[12] == 8 && p[13] == 6 && p[21] == 2 &&
           memcmp(p + 28, n->peer, 4) == 0 && memcmp(p, n->net->mac, 6) == 0;
}

static uint8_t buffers[BATCH][BUFFER];
static struct fata_frame frames[BATCH];
static struct fata_net_request receive;

static void lend_buffers(void)
{
    for (int i = 0; i < BATCH; i++)
        frames[i] = (struct fata_frame){.data = buffers[i], .size = BUFFER};
    receive = (struct fata_net_request){.request = {.done = count},
                                        .frames = frames,
                                        .count = BATCH};
}

void suite_net_info(const struct suite_net *n)
{
    fata_check(n->net->mtu >= 576);
    fata_check((n->net->mac[0] & 1) == 0); /* unicast */
}

void suite_net_refusals(const struct suite_net *n)
{
    struct fata_frame f = {.data = buffers[0], .size = BUFFER};
    struct fata_net_request r = {.request = {.done = count}, .frames = &f};
    completions = 0;
    fata_check_int(fata_net_send(n->net, &r), ==, FATA_EMSGSIZE);
    fata_check_int(fata_net_receive(n->net, &r), ==, FATA_EMSGSIZE);
    r.count = 1;
    f.length = 13;
    fata_check_int(fata_net_send(n->net, &r), ==, FATA_EMSGSIZE);
    f.length = n->net->mtu + 15u;
    fata_check_int(fata_net_send(n->net, &r), ==, FATA_EMSGSIZE);
    f.size = n->net->mtu + 13u;
    fata_check_int(fata_net_receive(n->net, &r), ==, FATA_EMSGSIZE);
    fata_platform_wait(0);
    fata_check_int(completions, ==, 0);
}

/* Asks until the kernel answers: other frames (neighbour discovery) may come
 * first. */
void suite_net_answer(const struct suite_net *n)
{
    uint8_t request[42];
    struct fata_frame f = {.data = request, .length = sizeof(request)};
    struct fata_net_request send = {.request = {.done = count},
                                    .frames = &f,
                                    .count = 1};
    bool answered = false;
    make_arp_request(request, n, n->peer[3]);
    for (int i = 0; i < 20 && !answered; i++) {
        lend_buffers();
        completions = 0;
        fata_check_int(fata_net_receive(n->net, &receive), ==, 0);
        fata_check_int(fata_net_send(n->net, &send), ==, 0);
        if (!wait_for(2)) {
            fata_net_cancel(n->net, &receive);
            fata_check(wait_for(2));
        }
        fata_check_int(send.request.result, ==, 1);
        for (int k = 0; k < receive.request.result; k++)
            answered = answered || is_arp_reply(n, &frames[k]);
    }
    fata_check(answered);
    fata_check(n->net->stats.tx_frames >= 1);
    fata_check(n->counts_nothing_received || n->net->stats.rx_frames >= 1);
}

void suite_net_batch(const struct suite_net *n)
{
    uint8_t request[BATCH][42];
    struct fata_frame f[BATCH];
    struct fata_net_request send = {.request = {.done = count},
                                    .frames = f,
                                    .count = BATCH};
    for (uint8_t i = 0; i < BATCH; i++) {
        make_arp_request(request[i], n, (uint8_t)(100 + i));
        f[i] = (struct fata_frame){.data = request[i], .length = 42};
    }
    uint64_t before = n->net->stats.tx_frames;
    completions = 0;
    fata_check_int(fata_net_send(n->net, &send), ==, 0);
    fata_check(wait_for(1));
    fata_check_int(send.request.result, ==, BATCH);
    fata_check_int(n->net->stats.tx_frames - before, ==, BATCH);
}

void suite_net_cancel(const struct suite_net *n)
{
    /* Frames that the kernel sends by itself may come first. */
    for (int i = 0; i < 50; i++) {
        lend_buffers();
        completions = 0;
        fata_check_int(fata_net_receive(n->net, &receive), ==, 0);
        fata_net_cancel(n->net, &receive);
        fata_check_int(completions, ==, 0); /* not before the wait */
        fata_check(wait_for(1));
        if (receive.request.result == FATA_ECANCELED)
            return;
        fata_check_int(receive.request.result, >, 0);
    }
    fata_check(false);
}

void suite_net_idle(const struct suite_net *n)
{
    uint8_t request[42];
    struct fata_frame f = {.data = request, .length = sizeof(request)};
    struct fata_net_request send = {.request = {.done = count},
                                    .frames = &f,
                                    .count = 1};
    make_arp_request(request, n, n->peer[3]); /* its answer is not received */
    completions = 0;
    fata_check_int(fata_net_send(n->net, &send), ==, 0);
    fata_check(wait_for(1));
    fata_time_t end = fata_now() + FATA_MS(50);
    int waits = 0;
    while (fata_now() < end && waits < 1000) {
        fata_platform_wait(end);
        waits++;
    }
    fata_check_int(waits, <, 100);
}
