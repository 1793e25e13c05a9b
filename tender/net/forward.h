/* SPDX-License-Identifier: ISC */
/* A forwarded port: a text on the command line. */
#ifndef TENDER_NET_FORWARD_H
#define TENDER_NET_FORWARD_H

#include "../message.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct forward {
    const char *text; /* as it was given, borrowed */
    bool udp;
    uint16_t guest_port;
    union {
        struct sockaddr any;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
    } host; /* IPv6: reaches the image's IPv6 address */
};

/* Parses [ADDRESS:]HOST:GUEST[/udp|/tcp].  ADDRESS is the host's, numeric, IPv6
 * in brackets; 127.0.0.1 without one.  HOST may be 0: any free port.  Pure. */
FATA_NODISCARD int forward_parse(struct forward *f, const char *text,
                                 struct message *why);

/* The port of the host's end. */
uint16_t forward_port(const struct forward *f);
socklen_t forward_size(const struct forward *f);

/* Writes `http://127.0.0.1:8080 -> 80`, `udp 127.0.0.1:5353 -> 53`. */
void forward_show(const struct forward *f, char *text, size_t size);

#endif
