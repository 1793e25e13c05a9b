/* SPDX-License-Identifier: ISC */
/* flood INTERFACE: frames into a TAP, through a packet socket, until killed. */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BATCH = 64, SIZE = 1514 };

int main(int argc, char **argv)
{
    static unsigned char frame[SIZE];
    static struct mmsghdr messages[BATCH];
    struct iovec data = {frame, sizeof frame};
    struct sockaddr_ll to = {.sll_family = AF_PACKET,
                             .sll_protocol = htons(0x88b5)};
    int fd = socket(AF_PACKET, SOCK_RAW, 0);

    if (argc != 2)
        return 2;
    to.sll_ifindex = (int)if_nametoindex(argv[1]);
    if (fd < 0 || bind(fd, (struct sockaddr *)&to, sizeof to) < 0) {
        perror(argv[1]);
        return 1;
    }
    memset(frame, 0xff, 6);
    frame[6] = 2;
    frame[12] = 0x88;
    frame[13] = 0xb5;
    for (int i = 0; i < BATCH; i++)
        messages[i].msg_hdr =
            (struct msghdr){.msg_iov = &data, .msg_iovlen = 1};
    for (;;) /* a full queue: let the image have the processor */
        if (sendmmsg(fd, messages, BATCH, 0) < BATCH)
            usleep(50);
}
