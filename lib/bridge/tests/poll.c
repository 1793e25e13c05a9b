/* SPDX-License-Identifier: ISC */
/* Fibers that talk through pipes and sockets of the host. */
#define _GNU_SOURCE 1 /* pipe2 */
#include <fata/poll.h>
#include <fata/test.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { STACK_SIZE = 65536, STACKS = 6 };

static char memory[STACKS][STACK_SIZE] FATA_ALIGNED(16);
static struct fata_fiber descriptors[STACKS];
static struct fata_stacks stacks;
static struct fata_sched sched;
static struct fata_poll loop;
static bool ended;
static int error;

static void done(struct fata_root *root, int result)
{
    (void)root;
    error = result;
    ended = true;
}

static int run(fata_fiber_fn *fn, void *arg)
{
    struct fata_root root;
    ended = false;
    error = 1;
    fata_stacks_init(&stacks, memory, STACK_SIZE, STACKS, descriptors, false);
    fata_sched_init(&sched, &stacks);
    fata_expect(fata_poll_init(&loop, &sched) == 0);
    fata_expect(
        fata_root_start(&root, &sched, FATA_SPAWN("root"), fn, arg, done) == 0);
    (void)fata_loop(&sched, &loop.source, &ended);
    fata_poll_fini(&loop);
    return error;
}

/* All of it, as a blocking call would. */
static int send_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t n = write(fd, data, size);
        if (n < 0 && errno != EAGAIN)
            return FATA_EIO;
        if (n > 0) {
            data += n;
            size -= (size_t)n;
            continue;
        }
        int err = fata_poll_wait(&loop, fd, POLLOUT, FATA_NEVER);
        if (err < 0)
            return err;
    }
    return 0;
}

/* Returns how much there was, 0 at the end. */
static int receive(int fd, char *data, size_t size)
{
    for (;;) {
        ssize_t n = read(fd, data, size);
        if (n >= 0)
            return (int)n;
        if (errno != EAGAIN)
            return FATA_EIO;
        int err = fata_poll_wait(&loop, fd, POLLIN, FATA_NEVER);
        if (err < 0)
            return err;
    }
}

static int echoes(void *arg)
{
    int fd = *(int *)arg, n;
    char data[4096];
    while ((n = receive(fd, data, sizeof(data))) > 0) {
        int err = send_all(fd, data, (size_t)n);
        if (err < 0)
            return err;
    }
    close(fd);
    return n;
}

enum { MUCH = 1 << 20 }; /* more than a socket holds */

static int sends(void *arg)
{
    char data[1000];
    int err = 0;
    for (unsigned sent = 0; sent < MUCH && err == 0; sent += sizeof(data)) {
        for (unsigned i = 0; i < sizeof(data); i++)
            data[i] = (char)((sent + i) % 251);
        err = send_all(*(int *)arg, data, sizeof(data));
    }
    shutdown(*(int *)arg, SHUT_WR);
    return err;
}

static int talks(void *arg)
{
    struct fata_scope scope;
    char data[3000];
    int pair[2], n;
    unsigned got = 0;
    bool same = true;
    (void)arg;
    fata_expect(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0);
    fata_scope_open(&scope);
    fata_expect(fata_scope_spawn(&scope, echoes, &pair[0]) == 0);
    fata_expect(fata_scope_spawn(&scope, sends, &pair[1]) == 0);
    while ((n = receive(pair[1], data, sizeof(data))) > 0)
        for (int i = 0; i < n; i++, got++)
            same &= data[i] == (char)(got % 251);
    fata_expect(n == 0 && same && got >= MUCH);
    close(pair[1]);
    return fata_scope_close(&scope);
}

FATA_TEST(fibers_talk_through_a_socket)
{
    fata_check_int(run(talks, NULL), ==, 0);
}

static int waits_in_vain(void *arg)
{
    struct fata_scope scope;
    fata_time_t begin = fata_sched_now(&sched);
    int fd = *(int *)arg;
    fata_expect(fata_poll_wait(&loop, fd, POLLIN, begin + FATA_MS(5)) ==
                FATA_ETIMEDOUT);
    fata_expect(fata_sched_now(&sched) >= begin + FATA_MS(5));
    fata_scope_open_deadline(&scope, begin + FATA_MS(8));
    fata_expect(fata_poll_wait(&loop, fd, POLLIN, FATA_NEVER) ==
                FATA_ECANCELED);
    return fata_scope_close(&scope);
}

FATA_TEST(a_wait_has_a_deadline_and_can_be_cancelled)
{
    int ends[2];
    fata_check(pipe2(ends, O_NONBLOCK) == 0);
    fata_check_int(run(waits_in_vain, &ends[0]), ==, FATA_ETIMEDOUT);
    close(ends[0]);
    close(ends[1]);
}

static struct fata_event posted;

static void set_posted(struct fata_job *job)
{
    (void)job;
    fata_event_set(&posted);
}

static void *posts(void *arg)
{
    fata_sched_post(&sched, arg);
    return NULL;
}

static int waits_for_a_post(void *arg)
{
    struct fata_job job;
    pthread_t thread;
    (void)arg;
    fata_event_init(&posted);
    fata_job_init(&job, set_posted);
    fata_expect(pthread_create(&thread, NULL, posts, &job) == 0);
    int err = fata_event_wait(&posted, FATA_NEVER);
    pthread_join(thread, NULL);
    return err;
}

FATA_TEST(a_post_from_a_thread_ends_the_wait)
{
    fata_check_int(run(waits_for_a_post, NULL), ==, 0);
}
