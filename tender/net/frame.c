/* SPDX-License-Identifier: ISC */
/* Which frames of the image the worker takes.  libslirp guards its own name
 * for this host, 10.0.2.2, but sends to any other address as told, and of those
 * some mean the loopback too: whoever listens only there does not expect an
 * image. */
#include "net.h"

#include <string.h>

#define HEADER 14u

enum { TYPE_IPV4 = 0x0800, TYPE_IPV6 = 0x86dd };

/* "This network" and loopback: Linux connects both to itself. */
static bool local4(const uint8_t *address)
{
    return address[0] == 0 ? memcmp(address, "\0\0\0", 4) == 0
                           : address[0] == 127;
}

/* ::, ::1, and IPv4 in IPv6 (mapped, compatible). */
static bool local6(const uint8_t *address)
{
    static const uint8_t zeros[15];

    if (memcmp(address, zeros, 15) == 0)
        return address[15] <= 1;
    if (memcmp(address, zeros, 10) == 0 &&
        ((address[10] == 0xff && address[11] == 0xff) ||
         (address[10] == 0 && address[11] == 0)))
        return local4(address + 12);
    return false;
}

bool frame_allowed(const uint8_t *frame, size_t size)
{
    unsigned type;

    if (size < HEADER || size > NET_FRAME)
        return false;
    type = (unsigned)frame[12] << 8 | frame[13];
    /* A header that is cut short is dropped by libslirp. */
    if (type == TYPE_IPV4 && size >= HEADER + 20)
        return !local4(frame + HEADER + 16);
    if (type == TYPE_IPV6 && size >= HEADER + 40)
        return !local6(frame + HEADER + 24);
    return true;
}
