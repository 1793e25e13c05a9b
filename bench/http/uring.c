/* SPDX-License-Identifier: ISC */
/* control.c on io_uring: multishot accept and receive, buffers that the kernel
 * picks, one io_uring_enter for all that a round has to say.
 *     uring ADDRESS PORT */
#define _GNU_SOURCE 1
#include <arpa/inet.h>
#include <errno.h>
#include <liburing.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUFFERS = 256, SIZE = 4096, ENTRIES = 256 };
enum { ACCEPT, RECEIVE, SEND }; /* with the descriptor in user_data */

static const char reply[] = "HTTP/1.1 200 OK\r\n"
                            "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                            "Content-Type: text/plain\r\n"
                            "Content-Length: 13\r\n\r\nHello, World!";

static struct io_uring ring;
static struct io_uring_buf_ring *pool;
static char memory[BUFFERS][SIZE];

static struct io_uring_sqe *next(int kind, int fd)
{
    struct io_uring_sqe *e = io_uring_get_sqe(&ring);
    if (e == NULL) {
        io_uring_submit(&ring);
        e = io_uring_get_sqe(&ring);
    }
    e->user_data = (uint64_t)fd << 2 | (unsigned)kind;
    return e;
}

static void give_back(int buffer)
{
    io_uring_buf_ring_add(pool, memory[buffer], SIZE, (unsigned short)buffer,
                          BUFFERS - 1, 0);
    io_uring_buf_ring_advance(pool, 1);
}

static void receive(int fd)
{
    struct io_uring_sqe *e = next(RECEIVE, fd);
    uint64_t data = e->user_data;
    io_uring_prep_recv_multishot(e, fd, NULL, 0, 0);
    e->user_data = data;
    e->flags |= IOSQE_BUFFER_SELECT;
    e->buf_group = 0;
}

static void accept_all(int listener)
{
    struct io_uring_sqe *e = next(ACCEPT, listener);
    uint64_t data = e->user_data;
    io_uring_prep_multishot_accept(e, listener, NULL, NULL, 0);
    e->user_data = data;
}

static void answer(int fd)
{
    struct io_uring_sqe *e = next(SEND, fd);
    uint64_t data = e->user_data;
    io_uring_prep_send(e, fd, reply, sizeof(reply) - 1, MSG_NOSIGNAL);
    e->user_data = data;
    e->flags |= IOSQE_CQE_SKIP_SUCCESS;
}

static void completed(const struct io_uring_cqe *c)
{
    int fd = (int)(c->user_data >> 2), kind = (int)(c->user_data & 3), yes = 1;
    if (kind == ACCEPT) {
        if (c->res >= 0) {
            setsockopt(c->res, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
            receive(c->res);
        }
        if ((c->flags & IORING_CQE_F_MORE) == 0)
            accept_all(fd);
    } else if (kind == RECEIVE) {
        if (c->res > 0) {
            int buffer = (int)(c->flags >> IORING_CQE_BUFFER_SHIFT);
            const char *end = memory[buffer] + c->res;
            if (c->res >= 4 && memcmp(end - 4, "\r\n\r\n", 4) == 0)
                answer(fd);
            give_back(buffer);
        }
        if (c->res <= 0 && c->res != -ENOBUFS)
            close(fd);
        else if ((c->flags & IORING_CQE_F_MORE) == 0)
            receive(fd);
    }
}

int main(int argc, char **argv)
{
    struct io_uring_params p = {.flags = IORING_SETUP_SINGLE_ISSUER |
                                         IORING_SETUP_DEFER_TASKRUN |
                                         IORING_SETUP_CQSIZE,
                                .cq_entries = 4 * ENTRIES};
    struct sockaddr_in at = {.sin_family = AF_INET};
    int yes = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
    struct io_uring_buf_reg group = {.ring_entries = BUFFERS};

    if (argc != 3 || inet_pton(AF_INET, argv[1], &at.sin_addr) != 1)
        return 2;
    at.sin_port = htons((uint16_t)atoi(argv[2]));
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    if (bind(listener, (struct sockaddr *)&at, sizeof(at)) != 0 ||
        listen(listener, 512) != 0 ||
        io_uring_queue_init_params(ENTRIES, &ring, &p) < 0 ||
        posix_memalign((void **)&pool, 4096, BUFFERS * sizeof(pool->bufs[0])) !=
            0)
        return 1;
    group.ring_addr = (uint64_t)(uintptr_t)pool;
    if (io_uring_register_buf_ring(&ring, &group, 0) < 0)
        return 1;
    io_uring_buf_ring_init(pool);
    for (int i = 0; i < BUFFERS; i++)
        give_back(i);
    accept_all(listener);
    for (;;) {
        struct io_uring_cqe *c;
        unsigned head, n = 0;
        io_uring_submit_and_wait(&ring, 1);
        io_uring_for_each_cqe(&ring, head, c)
        {
            completed(c);
            n++;
        }
        io_uring_cq_advance(&ring, n);
    }
}
