/* SPDX-License-Identifier: ISC */
/* A target in one file: what fata/platform.h asks for, on plain POSIX.  It has
 * no host-attached devices, no guards and no shutdown event. */
#include <fata/block.h>
#include <fata/net.h>
#include <fata/platform.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Completed requests: first in, first out, run by the wait. */
static struct fata_request *first, **last = &first;

void fata_platform_complete(struct fata_request *request)
{
    request->next = NULL;
    *last = request;
    last = &request->next;
}

void fata_platform_wait(fata_time_t deadline)
{
    fata_time_t now = fata_now();
    if (first == NULL && deadline > now) {
        fata_time_t span = deadline - now;
        struct timespec t;
        if (span > FATA_S(3600)) /* an early return is allowed */
            span = FATA_S(3600);
        t.tv_sec = (time_t)(span / FATA_S(1));
        t.tv_nsec = (long)(span % FATA_S(1));
        nanosleep(&t, NULL);
    }
    struct fata_request *r = first;
    first = NULL;
    last = &first;
    while (r != NULL) {
        struct fata_request *next = r->next; /* `done` may submit r again */
        r->done(r);
        r = next;
    }
}

static fata_time_t read_clock(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return FATA_S(t.tv_sec) + (fata_time_t)t.tv_nsec;
}

fata_time_t fata_now(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

fata_time_t fata_wall_now(void)
{
    return read_clock(CLOCK_REALTIME);
}

void fata_console_write(const char *text, size_t size)
{
    fflush(stdout); /* what stdio holds was written before */
    while (size > 0) {
        ssize_t n = write(STDOUT_FILENO, text, size);
        if (n <= 0)
            return;
        text += n;
        size -= (size_t)n;
    }
}

FATA_NORETURN void fata_platform_exit(int status)
{
    fflush(NULL);
    _exit(status & 255);
}

FATA_NORETURN void fata_panic(const char *where, const char *what)
{
    fprintf(stderr, "fata: panic at %s: %s\n", where, what);
    fata_platform_exit(255);
}

int fata_platform_start(int *argc, char **argv)
{
    (void)argc, (void)argv; /* no options of its own */
    return 0;
}

void fata_platform_memory(struct fata_platform_memory *memory)
{
    memset(memory, 0, sizeof(*memory)); /* the host's libc allocates */
}

bool fata_platform_guards(void)
{
    return false; /* async then looks at canaries */
}

void fata_shutdown_submit(struct fata_request *request)
{
    (void)request; /* this target cannot tell: it never completes */
}

const char *fata_platform_entropy(unsigned source, void *buffer, size_t size,
                                  size_t *got)
{
    FILE *f;
    if (source > 0)
        return NULL;
    f = fopen("/dev/urandom", "rb");
    *got = f == NULL ? 0 : fread(buffer, 1, size, f);
    if (f != NULL)
        fclose(f);
    return "urandom";
}

int fata_block_open(struct fata_block **block, const char *name)
{
    (void)block, (void)name;
    return FATA_ENODEV;
}

int fata_net_open(struct fata_net **net, const char *name)
{
    (void)net, (void)name;
    return FATA_ENODEV;
}
