/* SPDX-License-Identifier: ISC */
/* See forward.h. */
#include "forward.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

/* Parses all of [text, end) as a port. */
static bool parse_port(const char *text, const char *end, unsigned least,
                       uint16_t *port)
{
    unsigned n = 0;

    if (text == end || end - text > 5)
        return false;
    for (; text < end; text++) {
        if (*text < '0' || *text > '9')
            return false;
        n = n * 10 + (unsigned)(*text - '0');
    }
    *port = (uint16_t)n;
    return n >= least && n <= UINT16_MAX;
}

static bool parse_address(struct forward *f, const char *text, size_t size)
{
    char copy[INET6_ADDRSTRLEN];
    bool six = size >= 2 && text[0] == '[' && text[size - 1] == ']';

    if (six) {
        text++;
        size -= 2;
    }
    if (size >= sizeof copy)
        return false;
    memcpy(copy, text, size);
    copy[size] = '\0';
    if (six) {
        f->host.in6.sin6_family = AF_INET6;
        return inet_pton(AF_INET6, copy, &f->host.in6.sin6_addr) == 1;
    }
    f->host.in.sin_family = AF_INET;
    return inet_pton(AF_INET, copy, &f->host.in.sin_addr) == 1;
}

/* Finds the last colon in [text, end). */
static const char *last_colon(const char *text, const char *end)
{
    while (end > text && end[-1] != ':')
        end--;
    return end > text ? end - 1 : NULL;
}

static int no_port(const char *text, const char *which, struct message *why)
{
    return fail(why, "-p %.80s: the %s is a number from %d to 65535", text,
                which, which[0] == 'h' ? 0 : 1);
}

int forward_parse(struct forward *f, const char *text, struct message *why)
{
    const char *end = text + strcspn(text, "/");
    const char *guest = last_colon(text, end);
    const char *host = guest == NULL ? NULL : last_colon(text, guest);
    uint16_t port;

    memset(f, 0, sizeof *f);
    f->text = text;
    f->udp = strcmp(end, "/udp") == 0;
    if (guest == NULL || (*end != '\0' && !f->udp && strcmp(end, "/tcp") != 0))
        return fail(why,
                    "-p %.80s: the form is [ADDRESS:]HOST:GUEST[/udp], for "
                    "instance 8080:80",
                    text);
    if (!parse_address(f, host == NULL ? "127.0.0.1" : text,
                       host == NULL ? 9 : (size_t)(host - text)))
        return fail(why,
                    "-p %.80s: before the ports stands an address of this "
                    "host, 0.0.0.0 or [::1]",
                    text);
    if (!parse_port(host == NULL ? text : host + 1, guest, 0, &port))
        return no_port(text, "host's port", why);
    if (!parse_port(guest + 1, end, 1, &f->guest_port))
        return no_port(text, "image's port", why);
    /* Both kinds of address have it at the same place. */
    f->host.in.sin_port = htons(port);
    return 0;
}

uint16_t forward_port(const struct forward *f)
{
    return ntohs(f->host.in.sin_port);
}

socklen_t forward_size(const struct forward *f)
{
    return f->host.any.sa_family == AF_INET6 ? sizeof f->host.in6
                                             : sizeof f->host.in;
}

void forward_show(const struct forward *f, char *text, size_t size)
{
    char address[INET6_ADDRSTRLEN] = "?";
    bool six = f->host.any.sa_family == AF_INET6;

    inet_ntop(f->host.any.sa_family,
              six ? (const void *)&f->host.in6.sin6_addr
                  : (const void *)&f->host.in.sin_addr,
              address, sizeof address);
    snprintf(text, size, "%s%s%s%s:%u -> %u",
             f->udp                ? "udp "
             : f->guest_port == 80 ? "http://"
                                   : "tcp ",
             six ? "[" : "", address, six ? "]" : "", forward_port(f),
             f->guest_port);
}
