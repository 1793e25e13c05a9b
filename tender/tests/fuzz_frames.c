/* SPDX-License-Identifier: ISC */
/* Fuzz harness of the user-mode network: frames of any bytes and length from
 * the image, through our guard and into libslirp, which is the parser.  An
 * input is frames one after the other, each after two bytes of length.  It runs
 * in a network of its own that leads nowhere: what libslirp then wants to send
 * stays here.  With -DREPLAY: a program that replays files. */
#include "../net/net.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int ends[2];

static int leave_network(void)
{
    if (unshare(CLONE_NEWNET) == 0)
        return 0;
    return unshare(CLONE_NEWUSER | CLONE_NEWNET);
}

static int start(void)
{
    return leave_network() < 0 ||
                   socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, ends) < 0
               ? -1
               : 0;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    if (start() == 0)
        return 0;
    fprintf(stderr, "fuzz_frames: no network namespace can be made here\n");
    exit(1);
}

/* A frame does what it does, and what comes back is read. */
static void exchange(const uint8_t *frame, size_t size)
{
    uint8_t answer[NET_FRAME];

    if (send(ends[1], frame, size, 0) < 0)
        abort();
    if (!stack_turn(false) || !stack_turn(false))
        abort(); /* nobody has gone */
    while (recv(ends[1], answer, sizeof answer, 0) >= 0)
        ;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct net net = {.frames = ends[0], .control = -1, .capture = -1};
    struct message why;

    if (stack_start(&net, &why) < 0)
        abort();
    while (size >= 2) {
        size_t length = (size_t)data[0] << 8 | data[1];

        data += 2;
        size -= 2;
        if (length > size)
            length = size;
        exchange(data, length);
        data += length;
        size -= length;
    }
    stack_stop();
    return 0;
}

#ifdef REPLAY
int main(int argc, char **argv)
{
    static uint8_t data[1 << 17];

    if (start() < 0) {
        printf("skip frames-corpus: no network namespace can be made here\n");
        return 0;
    }
    for (int i = 1; i < argc; i++) {
        FILE *f = fopen(argv[i], "rb");
        size_t size;

        if (f == NULL) {
            perror(argv[i]);
            return 1;
        }
        size = fread(data, 1, sizeof data, f);
        fclose(f);
        LLVMFuzzerTestOneInput(data, size);
    }
    printf("ok frames-corpus (%d inputs)\n", argc - 1);
    return 0;
}
#endif
