/* SPDX-License-Identifier: ISC */
/* One frame of a net device, for hypercalls and for the ring: an error of the
 * host is the result. */
#include "hvt.h"

#include <fata/ring.h>

#include <errno.h>
#include <unistd.h>

enum { ETHERNET = 14, TCP = 20, TCP_CHECKSUM = 16 }; /* bytes */

const struct solo5_device *hvt_device(const struct hvt *h, uint64_t handle,
                                      uint32_t type)
{
    const struct image_manifest *m = &h->image.manifest;

    if (handle == 0 || handle >= m->entries || m->device[handle].type != type)
        return NULL;
    return &m->device[handle];
}

bool hvt_has_offload(const struct hvt *h, uint64_t handle)
{
    return handle < SOLO5_MANIFEST_MAX &&
           (h->image.net_offload >> handle & 1) != 0;
}

/* Of a read or write of so many bytes. */
static enum solo5_result result(ssize_t done, uint64_t *length, bool send)
{
    if (done < 0 && errno == EAGAIN)
        return SOLO5_AGAIN;
    if (done < 0 || (send && (uint64_t)done != *length) || (!send && done == 0))
        return SOLO5_EUNSPEC;
    *length = (uint64_t)done;
    return SOLO5_OK;
}

enum solo5_result hvt_frame(const struct solo5_device *d, void *data,
                            uint64_t *length, bool send)
{
    int fd = d->host.descriptor;
    ssize_t done;

    do
        done = send ? write(fd, data, *length) : read(fd, data, *length);
    while (done < 0 && errno == EINTR);
    return result(done, length, send);
}

enum solo5_result hvt_frame_pieces(const struct solo5_device *d,
                                   const struct iovec *piece, unsigned pieces,
                                   uint64_t *length, bool send)
{
    int fd = d->host.descriptor;
    ssize_t done;

    do
        done = send ? writev(fd, piece, (int)pieces)
                    : readv(fd, piece, (int)pieces);
    while (done < 0 && errno == EINTR);
    if (done >= 0) {
        if (done < (ssize_t)sizeof(struct fata_vnet))
            return SOLO5_EUNSPEC;
        done -= (ssize_t)sizeof(struct fata_vnet);
    }
    return result(done, length, send);
}

bool hvt_vnet_sound(const struct fata_vnet *header, uint64_t mtu,
                    uint64_t length)
{
    uint64_t sum = (uint64_t)header->checksum_start + header->checksum_offset;
    bool checksum = header->flags == FATA_VNET_CHECKSUM;

    if (header->flags != 0 && !checksum)
        return false;
    if (checksum && (header->checksum_start < ETHERNET || sum + 2 > length))
        return false;
    if (header->gso == 0)
        return length >= ETHERNET && length <= mtu + ETHERNET &&
               header->gso_size == 0 && header->header_length == 0;
    /* TCP, whose checksum is at 16 of a header of 20 or more; and payload. */
    return (header->gso == FATA_VNET_TCP4 || header->gso == FATA_VNET_TCP6) &&
           checksum && header->checksum_offset == TCP_CHECKSUM &&
           header->gso_size > 0 &&
           header->header_length >= header->checksum_start + TCP &&
           header->header_length < length && length <= FATA_RING_LARGEST;
}
