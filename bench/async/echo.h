/* SPDX-License-Identifier: ISC */
/* What the echo servers of W8 share.  They are called `SERVER PORT`, and serve
 * until they are killed. */
#ifndef ECHO_H
#define ECHO_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ECHO_CONNECTIONS = 64, ECHO_BUFFER = 4096 };

static inline void echo_fail(const char *what)
{
    perror(what);
    exit(1);
}

static inline struct sockaddr_in echo_address(const char *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((uint16_t)atoi(port));
    return address;
}

/* A listening socket; accept on it does not block. */
static inline int echo_listen(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s PORT\n", argv[0]);
        exit(2);
    }
    struct sockaddr_in address = echo_address(argv[1]);
    int one = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (bind(listener, (struct sockaddr *)&address, sizeof(address)) < 0 ||
        listen(listener, ECHO_CONNECTIONS) < 0)
        echo_fail("listen");
    return listener;
}

static inline void echo_no_delay(int socket)
{
    int one = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

#endif
