/* SPDX-License-Identifier: ISC */
/* W8 on async, with io_uring: a fiber per connection and a main loop of its
 * own, one enter per batch.  A receive stays armed and takes buffers from a
 * ring; what comes in is queued for the connection's fiber.  The fiber sends
 * one message at a time, so that they stay in order, and waits for that only
 * when the next one is there. */
#include "../echo.h"
#include "world.h"

#include <liburing.h>

enum { BUFFERS = 256, ENTRIES = 256, GROUP = 1 };
enum kind { ACCEPT, RECEIVE, SEND };

struct message {
    int size; /* 0 or less: the end */
    unsigned buffer;
};

struct connection {
    int fd;
    unsigned sending; /* this buffer, unless `sent` */
    struct fata_event sent;
    struct fata_channel received;
    struct message queue[BUFFERS + 1]; /* all buffers, and the end */
};

static struct io_uring ring;
static struct io_uring_buf_ring *buffers;
static char memory[BUFFERS][ECHO_BUFFER];

/* A request that says what it is and whose: `kind` lies in the low bits of its
 * connection's address.  io_uring_prep_* do not touch that. */
static struct io_uring_sqe *request(enum kind kind, struct connection *owner)
{
    struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
    if (sqe == NULL) {
        io_uring_submit(&ring);
        sqe = io_uring_get_sqe(&ring);
    }
    memset(sqe, 0, sizeof(*sqe));
    io_uring_sqe_set_data64(sqe, (uintptr_t)owner | (uintptr_t)kind);
    return sqe;
}

static void receive(struct connection *self)
{
    struct io_uring_sqe *sqe = request(RECEIVE, self);
    io_uring_prep_recv_multishot(sqe, self->fd, NULL, 0, 0);
    sqe->flags |= IOSQE_BUFFER_SELECT;
    sqe->buf_group = GROUP;
}

static void give_back(unsigned buffer)
{
    io_uring_buf_ring_add(buffers, memory[buffer], ECHO_BUFFER,
                          (unsigned short)buffer,
                          io_uring_buf_ring_mask(BUFFERS), 0);
    io_uring_buf_ring_advance(buffers, 1);
}

/* Items are a message, or for the listener a socket. */
static void hand_over(struct connection *owner, int result, unsigned buffer)
{
    struct message message = {result, buffer};
    world_must(fata_channel_try_send(&owner->received, &message));
}

static void completed(struct connection *owner, enum kind kind, int result,
                      unsigned flags)
{
    switch (kind) {
    case ACCEPT:
        hand_over(owner, result, 0);
        break;
    case RECEIVE:
        if (result != -ENOBUFS)
            hand_over(owner, result, flags >> IORING_CQE_BUFFER_SHIFT);
        if (!(flags & IORING_CQE_F_MORE) && (result > 0 || result == -ENOBUFS))
            receive(owner);
        break;
    case SEND:
        give_back(owner->sending);
        fata_event_set(&owner->sent);
    }
}

static struct connection *new_connection(int fd)
{
    struct connection *self = malloc(sizeof(*self));
    if (self == NULL)
        echo_fail("malloc");
    self->fd = fd;
    fata_event_init(&self->sent);
    fata_channel_init(&self->received, self->queue, sizeof(self->queue[0]),
                      BUFFERS + 1);
    return self;
}

static int serve(void *arg)
{
    struct connection *self = arg;
    struct message message;

    receive(self);
    fata_event_set(&self->sent);
    for (;;) {
        world_must(fata_channel_recv(&self->received, &message, FATA_NEVER));
        world_must(fata_event_wait(&self->sent, FATA_NEVER));
        if (message.size <= 0)
            break;
        fata_event_init(&self->sent);
        self->sending = message.buffer;
        io_uring_prep_send(request(SEND, self), self->fd,
                           memory[message.buffer], (size_t)message.size,
                           MSG_NOSIGNAL | MSG_WAITALL);
    }
    close(self->fd);
    free(self);
    return 0;
}

static int accept_all(void *arg)
{
    struct connection *listener = arg;
    struct fata_scope scope;
    struct message accepted;

    fata_scope_open(&scope);
    do {
        io_uring_prep_accept(request(ACCEPT, listener), listener->fd, NULL,
                             NULL, 0);
        world_must(
            fata_channel_recv(&listener->received, &accepted, FATA_NEVER));
        if (accepted.size >= 0) {
            echo_no_delay(accepted.size);
            world_must(
                fata_scope_spawn(&scope, serve, new_connection(accepted.size)));
        }
    } while (accepted.size >= 0);
    errno = -accepted.size;
    echo_fail("accept");
    return fata_scope_close(&scope);
}

static void never_done(struct fata_root *root, int error)
{
    (void)root, (void)error;
}

static void open_ring(void)
{
    struct io_uring_params params = {.flags = IORING_SETUP_SINGLE_ISSUER |
                                              IORING_SETUP_DEFER_TASKRUN};
    struct io_uring_buf_reg reg = {.ring_entries = BUFFERS, .bgid = GROUP};

    errno = -io_uring_queue_init_params(ENTRIES, &ring, &params);
    if (errno != 0)
        echo_fail("io_uring_queue_init_params");
    buffers = aligned_alloc(4096, BUFFERS * sizeof(struct io_uring_buf));
    io_uring_buf_ring_init(buffers);
    reg.ring_addr = (uint64_t)(uintptr_t)buffers;
    errno = -io_uring_register_buf_ring(&ring, &reg, 0);
    if (errno != 0)
        echo_fail("io_uring_register_buf_ring");
    for (unsigned i = 0; i < BUFFERS; i++)
        give_back(i);
}

int main(int argc, char **argv)
{
    enum { STACK = 16384 };
    static struct fata_stacks stacks;
    static struct fata_fiber fibers[ECHO_CONNECTIONS + 1];
    static struct fata_root root;
    struct connection *listener = new_connection(echo_listen(argc, argv));

    open_ring();
    fata_stacks_init(&stacks, bench_memory(STACK * (ECHO_CONNECTIONS + 1), 0),
                     STACK, ECHO_CONNECTIONS + 1, fibers, true);
    fata_sched_init(&world_sched, &stacks);
    world_must(fata_root_start(&root, &world_sched, FATA_SPAWN("accept"),
                               accept_all, listener, never_done));
    for (;;) {
        struct io_uring_cqe *cqe;
        unsigned head, count = 0;
        fata_time_t now = bench_clock(CLOCK_MONOTONIC);
        fata_time_t next = fata_sched_turn(&world_sched, now);
        io_uring_submit_and_wait(&ring, next == FATA_NEVER); /* no timers */
        io_uring_for_each_cqe(&ring, head, cqe)
        {
            uint64_t data = cqe->user_data;
            completed((struct connection *)(uintptr_t)(data & ~UINT64_C(3)),
                      (enum kind)(data & 3), cqe->res, cqe->flags);
            count++;
        }
        io_uring_cq_advance(&ring, count);
    }
}
