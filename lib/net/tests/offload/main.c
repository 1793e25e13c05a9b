/* SPDX-License-Identifier: ISC */
/* One peer, 10.0.0.1, of an echo server, by hand. */
#include "../fake.h"
#include "../packet.h"

#include <fata/run.h>
#include <fata/stack.h>
#include <fata/test.h>
#include <string.h>

enum { PORT = 7, SILENT = 9, PEER = 0x0a000001, OWN = 0x0a000002, OPTIONS = 8 };
enum { SYN = 2, PSH = 8, ACK = 16, MSS = 1460 };
enum { LARGE = 50000 };

static uint8_t frame[FATA_NET_LARGEST];

/* What the stack has said; of its data what comes after number `base`. */
static struct {
    uint32_t base, next, ack;       /* next: the first that has not come */
    unsigned frames, cut, segments; /* with data; of these the large ones */
    uint8_t data[LARGE];
    bool has[LARGE];
    bool wrong; /* in what is told of a frame, or a checksum */
} heard;

static uint32_t port = PORT;
static unsigned lose; /* of the frames with data each so many-th; 0: none */

static uint8_t byte_at(size_t at)
{
    return (uint8_t)((at * 2654435761u) >> 13);
}

static void check_checksum(const uint8_t *f, size_t length)
{
    static uint8_t copy[FATA_NET_LARGEST];
    uint32_t sum = 0;
    memcpy(copy, f, length);
    if ((fake_last.flags & FATA_FRAME_CHECKSUM) != 0) {
        for (size_t i = L4; i < length; i++)
            sum += (i & 1) == 0 ? (uint32_t)f[i] << 8 : f[i];
        while (sum >> 16 != 0)
            sum = (sum & 0xffff) + (sum >> 16);
        put16(copy + L4 + 16, ~sum & 0xffff);
    }
    uint32_t is = get16(copy + L4 + 16);
    packet_mend(copy, length);
    heard.wrong = heard.wrong || is != get16(copy + L4 + 16);
}

static void sent(const uint8_t *f, size_t length)
{
    if (length < L4 + 20 || get16(f + 12) != 0x0800 || f[IP + 9] != 6)
        return;
    size_t end = IP + get16(f + IP + 2), head = L4 + (f[L4 + 12] >> 4) * 4u;
    heard.wrong = heard.wrong || end > length ||
                  (fake_last.flags & FATA_FRAME_CHECKSUM) == 0;
    check_checksum(f, end);
    heard.ack = get32(f + L4 + 8);
    if ((f[L4 + 13] & SYN) != 0)
        heard.next = get32(f + L4 + 4) + 1;
    if (head >= end)
        return;
    heard.frames++;
    heard.segments +=
        fake_last.cut == 0
            ? 1u
            : (unsigned)((end - head + MSS - 1) / fake_last.segment);
    heard.cut += fake_last.cut != 0;
    heard.wrong =
        heard.wrong || (fake_last.cut != 0 &&
                        (fake_last.header != head || fake_last.segment != MSS));
    if (lose != 0 && heard.frames % lose == 0)
        return;
    uint32_t at = get32(f + L4 + 4) - heard.base;
    for (size_t i = head; i < end; i++, at++)
        if (at < LARGE) {
            heard.data[at] = f[i];
            heard.has[at] = true;
        }
    while (heard.next - heard.base < LARGE &&
           heard.has[heard.next - heard.base])
        heard.next++;
}

/* The peer's next number: that which the stack acknowledged. */
static size_t make(uint8_t flags, size_t payload)
{
    bool syn = (flags & SYN) != 0;
    size_t head = L4 + 20 + (syn ? OPTIONS : 0), length = head + payload;
    static const uint8_t options[OPTIONS] = {2, 4, MSS >> 8, MSS & 255,
                                             1, 3, 3,        7};
    memset(frame, 0, head);
    memcpy(frame, fake_net.mac, 6);
    frame[6] = 2;
    frame[11] = 1;
    put16(frame + 12, 0x0800);
    frame[IP] = 0x45;
    put16(frame + IP + 2, (uint32_t)length - IP);
    frame[IP + 8] = 64;
    frame[IP + 9] = 6;
    put32(frame + IP + 12, PEER);
    put32(frame + IP + 16, OWN);
    put16(frame + L4, 2000 + port);
    put16(frame + L4 + 2, port);
    put32(frame + L4 + 4, syn ? 999 : heard.ack);
    put32(frame + L4 + 8, syn ? 0 : heard.next);
    frame[L4 + 12] = (uint8_t)((head - L4) / 4 << 4);
    frame[L4 + 13] = flags;
    put16(frame + L4 + 14, syn ? 65535 : 4096);
    memcpy(frame + L4 + 20, options, syn ? OPTIONS : 0);
    for (size_t i = 0; i < payload; i++)
        frame[head + i] = byte_at(i);
    packet_mend(frame, length);
    return length;
}

/* Delivers `frame` and gives the answer some turns. */
static int speak(size_t length, uint8_t flags)
{
    int err = fake_deliver_frame(frame, length, flags);
    for (int i = 0; i < 8 && err == 0; i++)
        err = fata_sleep(FATA_US(1));
    return err;
}

static int echo(struct fata_flow *flow, void *arg)
{
    const void *data;
    (void)arg;
    int n = fata_flow_read(flow, &data, FATA_NEVER);
    if (n <= 0)
        return n;
    int err = fata_flow_send(flow, data, (size_t)n, FATA_NEVER);
    if (err != 0)
        return err;
    fata_flow_ack(flow, (size_t)n);
    return FATA_FLOW_IDLE;
}

static int serve(void *arg)
{
    return fata_stack_serve(arg, PORT, echo, NULL);
}

/* --- the promises; each returns what is wrong, or NULL --- */

/* A large frame goes in, and comes back. */
static const char *large(void)
{
    heard.base = heard.next;
    heard.frames = heard.cut = heard.segments = 0;
    memset(heard.has, 0, sizeof(heard.has));
    uint32_t before = heard.ack;
    size_t length = make(ACK | PSH, LARGE);
    frame[L4 + 16] ^= 0x55; /* its checksum is unfinished */
    if (speak(length, FATA_FRAME_CHECKSUM) != 0)
        return "delivery";
    if (heard.ack != before + LARGE)
        return "a large frame is not acknowledged";
    /* The congestion window of a new connection is opened by acknowledging; it
     * is also said again what is missed. */
    fata_time_t end = fata_now() + FATA_S(20);
    while (heard.next != heard.base + LARGE && fata_now() < end)
        if (speak(make(ACK, 0), 0) != 0)
            return "delivery";
    if (heard.next != heard.base + LARGE)
        return "it does not come back";
    for (size_t i = 0; i < LARGE; i++)
        if (heard.data[i] != byte_at(i))
            return "what comes back is not what was sent";
    return speak(make(ACK, 0), 0) == 0 ? NULL : "delivery";
}

static const char *together(void)
{
    const char *bad = NULL;
    for (int i = 0; i < 8 && bad == NULL; i++) /* the window opens */
        bad = large();
    if (bad == NULL && heard.cut == 0)
        return "segments do not go out together";
    if (bad == NULL && heard.frames > heard.segments / 4)
        return "too few segments go out together";
    return bad;
}

/* What was lost with a large frame comes again, segment by segment or not. */
static const char *losses(void)
{
    const char *bad = NULL;
    for (lose = 2; lose < 6 && bad == NULL; lose++)
        bad = large();
    lose = 0;
    return bad;
}

static const char *checksums(void)
{
    uint32_t before = heard.ack;
    size_t length = make(ACK | PSH, 1);
    frame[L4 + 16] ^= 0x55;
    if (speak(length, 0) != 0 || heard.ack != before)
        return "a wrong checksum is believed";
    if (speak(length, FATA_FRAME_CHECKED) != 0 || heard.ack != before + 1)
        return "the device's word is not believed";
    length =
        make(ACK | PSH, LARGE); /* over several buffers, and nobody's word */
    frame[L4 + 16] ^= 0x55;
    if (speak(length, 0) != 0 || heard.ack != before + 1)
        return "a wrong checksum of a large frame is believed";
    if (speak(make(ACK | PSH, LARGE), 0) != 0 ||
        heard.ack != before + 1 + LARGE)
        return "a right checksum of a large frame is not believed";
    return NULL;
}

/* Where nobody reads, let alone answers: lwIP's own acknowledgement would come
 * 50 ms later at the earliest. */
static const char *acknowledgement(void)
{
    port = SILENT;
    if (speak(make(SYN, 0), 0) != 0 || speak(make(ACK, 0), 0) != 0)
        return "delivery";
    for (int i = 0; i < 3; i++) {
        uint32_t before = heard.ack;
        size_t length = make(ACK | PSH, LARGE);
        fata_time_t then = fata_now();
        if (speak(length, FATA_FRAME_CHECKSUM) != 0)
            return "delivery";
        if (heard.ack != before + LARGE && fata_now() - then < FATA_MS(40))
            return "a large frame is not acknowledged at once";
    }
    return NULL;
}

FATA_TEST(offloads_are_used)
{
    struct fata_listener *silent;
    struct fata_stack *stack;
    struct fata_scope scope;
    const char *bad = NULL;

    fake_net.features = FATA_NET_PIECES | FATA_NET_SEND_CHECKSUM |
                        FATA_NET_SEND_TCP4 | FATA_NET_SEND_TCP6 |
                        FATA_NET_RECEIVE_FEATURES;
    fake_open(sent);
    fata_check_int(fata_stack_open(&stack, "device", &fake_net), ==, 0);
    fata_check_int(fata_stack_listen(stack, SILENT, 4, &silent), ==, 0);
    fata_scope_open(&scope);
    int err = fata_scope_spawn(&scope, serve, stack);
    if (err == 0)
        err = fake_deliver(packet_arp, 1);
    if (err == 0)
        err = speak(make(SYN, 0), 0);
    if (err == 0)
        err = speak(make(ACK, 0), 0);
    if (err == 0)
        bad = together();
    if (err == 0 && bad == NULL)
        bad = losses();
    if (err == 0 && bad == NULL)
        bad = checksums();
    if (err == 0 && bad == NULL)
        bad = acknowledgement();
    if (bad == NULL && heard.wrong)
        bad = "a frame says the wrong things";
    if (bad != NULL)
        fata_test_fail("offload", bad);
    fata_listener_close(silent);
    fata_scope_cancel(&scope);
    int first = fata_scope_close(&scope);
    fata_check_int(err, ==, 0);
    fata_check_int(first, ==, 0);
}
