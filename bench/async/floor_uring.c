/* SPDX-License-Identifier: ISC */
/* W8 on the floor, with io_uring: one receive per connection that stays armed
 * and takes buffers from a ring; one enter per batch. */
#include "echo.h"

#include <liburing.h>
#include <string.h>

enum { BUFFERS = 256, ENTRIES = 256, GROUP = 1 };
enum kind { ACCEPT, RECEIVE, SEND };

static struct io_uring ring;
static struct io_uring_buf_ring *buffers;
static char memory[BUFFERS][ECHO_BUFFER];

static struct io_uring_sqe *request(enum kind kind, int fd, unsigned buffer)
{
    struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
    if (sqe == NULL) {
        io_uring_submit(&ring);
        sqe = io_uring_get_sqe(&ring);
    }
    memset(sqe, 0, sizeof(*sqe));
    io_uring_sqe_set_data64(sqe, (uint64_t)kind | (uint64_t)buffer << 8 |
                                     (uint64_t)(unsigned)fd << 32);
    return sqe;
}

/* io_uring_prep_* do not touch user_data. */
static void receive(int fd)
{
    struct io_uring_sqe *sqe = request(RECEIVE, fd, 0);
    io_uring_prep_recv_multishot(sqe, fd, NULL, 0, 0);
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

static void completed(int listener, uint64_t data, int result, unsigned flags)
{
    int fd = (int)(data >> 32);
    unsigned buffer = (unsigned)(data >> 8 & 0xffff);

    switch ((enum kind)(data & 0xff)) {
    case ACCEPT:
        if (result >= 0) {
            echo_no_delay(result);
            receive(result);
        }
        io_uring_prep_accept(request(ACCEPT, listener, 0), listener, NULL, NULL,
                             0);
        break;
    case RECEIVE:
        if (result > 0) {
            buffer = flags >> IORING_CQE_BUFFER_SHIFT;
            io_uring_prep_send(request(SEND, fd, buffer), fd, memory[buffer],
                               (size_t)result, MSG_NOSIGNAL);
        }
        if (flags & IORING_CQE_F_MORE)
            break;
        if (result > 0 || result == -ENOBUFS)
            receive(fd);
        else
            close(fd);
        break;
    case SEND:
        give_back(buffer);
    }
}

int main(int argc, char **argv)
{
    int listener = echo_listen(argc, argv);
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
    io_uring_prep_accept(request(ACCEPT, listener, 0), listener, NULL, NULL, 0);

    for (;;) {
        struct io_uring_cqe *cqe;
        unsigned head, count = 0;
        io_uring_submit_and_wait(&ring, 1);
        io_uring_for_each_cqe(&ring, head, cqe)
        {
            completed(listener, cqe->user_data, cqe->res, cqe->flags);
            count++;
        }
        io_uring_cq_advance(&ring, count);
    }
}
