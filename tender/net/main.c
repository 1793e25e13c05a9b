/* SPDX-License-Identifier: ISC */
/* fata-net: gives one image a network without privilege.  This file is the
 * order of things; each step is a call. */
#include "net.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef FATA_VERSION
#define FATA_VERSION "0.1"
#endif

#define FORWARDS_MAX    64
#define DESCRIPTORS_MAX 65536 /* each connection is one */

enum { STATUS_FAILED = 1, STATUS_MISTAKE = 2 };

static const char help[] =
    "usage: " NET_NAME " [OPTION]... @FD\n"
    "Serves frames on a datagram socket, one Ethernet frame a message.\n"
    "  -p [ADDRESS:]HOST:GUEST[/udp]  forward a port of this host\n"
    "  --host                         10.0.2.2 is this host's 127.0.0.1\n"
    "  --pcap=FILE                    capture frames\n"
    "  --control=FD                   report there; end when it closes\n"
    "  --help, --version\n";

static struct net net = {.frames = -1, .control = -1, .capture = -1};
static struct forward forwards[FORWARDS_MAX];
static size_t forward_count;
static const char *capture;

/* A socket that was inherited, of this type or another. */
static int parse_socket(const char *text, int type, int other, int *fd,
                        struct message *why)
{
    int is = 0, used = 0;
    socklen_t size = sizeof is;

    if (sscanf(text, "%9d%n", fd, &used) != 1 || text[used] != '\0' ||
        getsockopt(*fd, SOL_SOCKET, SO_TYPE, &is, &size) < 0 ||
        (is != type && is != other))
        return fail(why, "%.80s: not a descriptor of such a socket", text);
    return 0;
}

static int parse(char **word, struct message *why)
{
    for (; *word != NULL; word++) {
        const char *w = *word;
        int result = 0;

        if (strcmp(w, "-p") == 0 && word[1] != NULL) {
            if (forward_count == FORWARDS_MAX)
                return fail(why, "-p: more than %d forwards", FORWARDS_MAX);
            result = forward_parse(&forwards[forward_count++], *++word, why);
        } else if (strcmp(w, "--host") == 0) {
            net.guard.reach_host = true;
        } else if (strncmp(w, "--pcap=", 7) == 0) {
            capture = w + 7;
        } else if (strncmp(w, "--control=", 10) == 0) {
            result = parse_socket(w + 10, SOCK_STREAM, SOCK_STREAM,
                                  &net.control, why);
        } else if (w[0] == '@') {
            result = parse_socket(w + 1, SOCK_DGRAM, SOCK_SEQPACKET,
                                  &net.frames, why);
        } else {
            return fail(why, "%.80s: unknown option (--help lists them)", w);
        }
        if (result < 0)
            return -1;
    }
    return net.frames >= 0 ? 0 : fail(why, "no @FD given (--help tells how)");
}

/* Everything up to the first frame. */
static int prepare(struct message *why)
{
    struct rlimit limit;

    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
        limit.rlim_cur < DESCRIPTORS_MAX) {
        limit.rlim_cur =
            limit.rlim_max < DESCRIPTORS_MAX ? limit.rlim_max : DESCRIPTORS_MAX;
        setrlimit(RLIMIT_NOFILE, &limit); /* fewer connections otherwise */
    }
    if ((capture != NULL && capture_open(&net, capture, why) < 0) ||
        stack_start(&net, why) < 0)
        return -1;
    for (size_t i = 0; i < forward_count; i++)
        if (stack_forward(&forwards[i], why) < 0)
            return -1;
    files_keep();
    return filter_install(&net, why);
}

/* One line that says what there is now. */
static void report(void)
{
    char line[FORWARDS_MAX * 80] = "10.0.2.15 by DHCP";
    int to = net.control >= 0 ? net.control : 2;
    size_t used = strlen(line);

    for (size_t i = 0; i < forward_count; i++) {
        char text[72];

        forward_show(&forwards[i], text, sizeof text);
        used += (size_t)snprintf(line + used, sizeof line - used, "; %s", text);
    }
    line[used++] = '\n';
    if (write(to, line, used) < 0)
        return; /* nobody asks */
}

static void summary(void)
{
    struct message text;
    const struct {
        uint64_t count;
        const char *what;
    } drops[] = {
        {net.dropped.to_image, "to the image: it did not read fast enough"},
        {net.dropped.refused,
         "of the image: not for it to send, or to this host"},
        {net.dropped.capture, "not captured: the file could not be written"}};

    for (size_t i = 0; i < FATA_COUNT(drops); i++) {
        if (drops[i].count == 0)
            continue;
        fail(&text, "%" PRIu64 " frames dropped %s", drops[i].count,
             drops[i].what);
        message_print(NET_NAME, &text);
    }
}

int main(int argc, char **argv)
{
    struct message why;

    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return fputs(help, stdout) < 0 || fflush(stdout) != 0;
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        fprintf(stderr, NET_NAME " " FATA_VERSION "\n");
        return 0;
    }
    if (parse(argc > 0 ? argv + 1 : argv, &why) < 0) {
        message_print(NET_NAME, &why);
        return STATUS_MISTAKE;
    }
    if (prepare(&why) < 0) {
        message_print(NET_NAME, &why);
        return STATUS_FAILED;
    }
    report();
    while (stack_turn(true))
        ;
    stack_stop();
    summary();
    return 0;
}
