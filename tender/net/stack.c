/* SPDX-License-Identifier: ISC */
/* libslirp and its loop: 10.0.2.0/24 with the gateway 10.0.2.2, the name server
 * 10.0.2.3 and, by DHCP, the image as 10.0.2.15; fec0::/64 for IPv6.  One
 * instance a process. */
#include "net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <slirp/libslirp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH     64 /* frames of the image, before others have their turn */
#define MS        INT64_C(1000000)
#define TIMERS    4 /* libslirp has one, for router advertisements */
#define NO_EXPIRY INT64_MAX

struct timer {
    SlirpTimerCb run; /* NULL: free */
    void *argument;
    int64_t expires; /* ms of the clock below */
};

static struct net *net;
static Slirp *slirp;
static struct timer timers[TIMERS];
static struct {
    struct pollfd *entry;
    size_t count, size;
} polled;
static bool image_gone;

static int64_t now_ns(void *opaque)
{
    struct timespec t;

    (void)opaque;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 * MS + t.tv_nsec;
}

/* --- what libslirp asks of its user --- */

/* A frame to the image.  Its queue is the socket's buffer; what does not fit is
 * lost, as on any wire: TCP sends it again. */
static ssize_t to_image(const void *frame, size_t size, void *opaque)
{
    (void)opaque;
    capture_frame(net, frame, size);
    frame_to_image(&net->guard, frame, size);
    if (send(net->frames, frame, size, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
        if (errno == EAGAIN || errno == ENOBUFS)
            net->dropped.to_image++;
        else
            image_gone = true;
    }
    return (ssize_t)size;
}

/* What the image does wrong is its own affair; telling would let it flood the
 * terminal. */
static void guest_error(const char *text, void *opaque)
{
    (void)text;
    (void)opaque;
}

static void *timer_new(SlirpTimerCb run, void *argument, void *opaque)
{
    (void)opaque;
    for (size_t i = 0; i < TIMERS; i++)
        if (timers[i].run == NULL) {
            timers[i] = (struct timer){run, argument, NO_EXPIRY};
            return &timers[i];
        }
    abort(); /* a libslirp of another kind */
}

static void timer_free(void *timer, void *opaque)
{
    (void)opaque;
    ((struct timer *)timer)->run = NULL;
}

static void timer_mod(void *timer, int64_t expires, void *opaque)
{
    (void)opaque;
    ((struct timer *)timer)->expires = expires;
}

/* The set of descriptors is made anew before each wait. */
static void ignore_descriptor(int fd, void *opaque)
{
    (void)fd;
    (void)opaque;
}

static void ignore_notice(void *opaque)
{
    (void)opaque;
}

static const SlirpCb callbacks = {
    .send_packet = to_image,
    .guest_error = guest_error,
    .clock_get_ns = now_ns,
    .timer_new = timer_new,
    .timer_free = timer_free,
    .timer_mod = timer_mod,
    .register_poll_fd = ignore_descriptor,
    .unregister_poll_fd = ignore_descriptor,
    .notify = ignore_notice,
};

int stack_start(struct net *n, struct message *why)
{
    SlirpConfig config = {
        .version = 1,
        .in_enabled = true,
        .in6_enabled = true,
        .vprefix_len = 64,
        .if_mtu = NET_MTU,
        .if_mru = NET_MTU,
    };

    inet_pton(AF_INET, "10.0.2.0", &config.vnetwork);
    inet_pton(AF_INET, "255.255.255.0", &config.vnetmask);
    inet_pton(AF_INET, "10.0.2.2", &config.vhost);
    inet_pton(AF_INET, "10.0.2.3", &config.vnameserver);
    inet_pton(AF_INET, "10.0.2.15", &config.vdhcp_start);
    inet_pton(AF_INET6, "fec0::", &config.vprefix_addr6);
    inet_pton(AF_INET6, "fec0::2", &config.vhost6);
    inet_pton(AF_INET6, "fec0::3", &config.vnameserver6);
    net = n;
    slirp = slirp_new(&config, &callbacks, NULL);
    return slirp != NULL ? 0 : fail(why, "libslirp does not start");
}

int stack_forward(struct forward *f, struct message *why)
{
    /* Its family is the host's: libslirp does not translate. */
    union {
        struct sockaddr any;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
    } guest = {.in6 = {.sin6_family = f->host.any.sa_family}};
    socklen_t size = forward_size(f);
    int flags = (f->udp ? SLIRP_HOSTFWD_UDP : 0) | SLIRP_HOSTFWD_V6ONLY;
    int next = dup(0); /* the number of the socket to come: the lowest free */

    guest.in.sin_port = htons(f->guest_port);
    if (next >= 0)
        close(next);
    if (slirp_add_hostxfwd(slirp, &f->host.any, size, &guest.any, size, flags) <
        0)
        return fail(
            why, "-p %.80s: %s%s", f->text, strerror(errno),
            errno == EADDRINUSE ? "; choose another port, or 0 for any free one"
            : errno == EACCES   ? "; choose a port from 1024"
            : errno == EADDRNOTAVAIL ? "; the address must be one of this host"
                                     : "");
    if (getsockname(next, &f->host.any, &size) < 0)
        return fail(why, "-p %.80s: which port? %s", f->text, strerror(errno));
    return 0;
}

/* --- the loop --- */

/* What happens on a descriptor, in libslirp's words and poll's. */
static const struct {
    int slirp;
    short poll;
} events[] = {{SLIRP_POLL_IN, POLLIN},
              {SLIRP_POLL_OUT, POLLOUT},
              {SLIRP_POLL_PRI, POLLPRI},
              {SLIRP_POLL_ERR, POLLERR},
              {SLIRP_POLL_HUP, POLLHUP}};

static int poll_add(int fd, int wanted, void *opaque)
{
    struct pollfd entry = {.fd = fd};

    (void)opaque;
    for (size_t i = 0; i < FATA_COUNT(events); i++)
        if ((wanted & events[i].slirp) != 0)
            entry.events = (short)(entry.events | events[i].poll);
    if (polled.count == polled.size) {
        size_t size = polled.size == 0 ? 64 : polled.size * 2;
        struct pollfd *entries = realloc(polled.entry, size * sizeof *entries);

        if (entries == NULL)
            return -1;
        polled.entry = entries;
        polled.size = size;
    }
    polled.entry[polled.count] = entry;
    return (int)polled.count++;
}

static int poll_result(int index, void *opaque)
{
    int result = 0;

    (void)opaque;
    if (index < 0)
        return 0;
    for (size_t i = 0; i < FATA_COUNT(events); i++)
        if ((polled.entry[index].revents & events[i].poll) != 0)
            result |= events[i].slirp;
    return result;
}

/* Milliseconds until the first timer, at most `limit`. */
static int wait_time(uint32_t limit)
{
    int64_t now = now_ns(NULL) / MS;
    int64_t rest = limit <= INT32_MAX ? (int64_t)limit : INT32_MAX;

    for (size_t i = 0; i < TIMERS; i++)
        if (timers[i].run != NULL && timers[i].expires < now + rest)
            rest = timers[i].expires > now ? timers[i].expires - now : 0;
    return limit == UINT32_MAX && rest == INT32_MAX ? -1 : (int)rest;
}

static void run_timers(void)
{
    int64_t now = now_ns(NULL) / MS;

    for (size_t i = 0; i < TIMERS; i++) {
        if (timers[i].run == NULL || timers[i].expires > now)
            continue;
        timers[i].expires = NO_EXPIRY; /* it may set itself again */
        timers[i].run(timers[i].argument);
    }
}

static void take_frames(void)
{
    static uint8_t frame[NET_FRAME];

    for (int i = 0; i < BATCH; i++) {
        ssize_t size =
            recv(net->frames, frame, sizeof frame, MSG_DONTWAIT | MSG_TRUNC);

        if (size < 0) {
            if (errno != EAGAIN && errno != EINTR)
                image_gone = true;
            return;
        }
        if (!frame_allowed(&net->guard, frame, (size_t)size)) {
            net->dropped.refused++;
            continue;
        }
        capture_frame(net, frame, (size_t)size);
        slirp_input(slirp, frame, (int)size);
    }
}

/* True when whoever started us has gone. */
static bool control_ended(void)
{
    char ignored[64];
    ssize_t got = read(net->control, ignored, sizeof ignored);

    return got == 0 || (got < 0 && errno != EINTR);
}

bool stack_turn(bool wait)
{
    uint32_t limit = wait ? UINT32_MAX : 0;
    int ready;

    polled.count = 0;
    if (poll_add(net->frames, SLIRP_POLL_IN, NULL) < 0 ||
        poll_add(net->control, SLIRP_POLL_IN, NULL) < 0)
        return false;
    slirp_pollfds_fill(slirp, &limit, poll_add, NULL);
    ready = poll(polled.entry, polled.count, wait_time(limit));
    if (ready < 0 && errno != EINTR)
        return false;
    /* Frames first: what waits for one, an answer to ARP for instance, goes out
     * in the same turn. */
    if (ready > 0 && (polled.entry[0].revents & POLLIN) != 0)
        take_frames();
    else if (ready > 0 && polled.entry[0].revents != 0)
        return false;
    slirp_pollfds_poll(slirp, ready < 0, poll_result, NULL);
    run_timers();
    return !image_gone &&
           (ready <= 0 || polled.entry[1].revents == 0 || !control_ended());
}

void stack_stop(void)
{
    slirp_cleanup(slirp);
    slirp = NULL;
}
