/* SPDX-License-Identifier: ISC */
/* One frame of a net device, for hypercalls and for the ring: an error of the
 * host is the result. */
#include "hvt.h"

#include <errno.h>
#include <unistd.h>

const struct solo5_device *hvt_device(const struct hvt *h, uint64_t handle,
                                      uint32_t type)
{
    const struct image_manifest *m = &h->image.manifest;

    if (handle == 0 || handle >= m->entries || m->device[handle].type != type)
        return NULL;
    return &m->device[handle];
}

enum solo5_result hvt_frame(const struct solo5_device *d, void *data,
                            uint64_t *length, bool send)
{
    int fd = d->host.descriptor;
    ssize_t done;

    do
        done = send ? write(fd, data, *length) : read(fd, data, *length);
    while (done < 0 && errno == EINTR);
    if (done < 0 && errno == EAGAIN)
        return SOLO5_AGAIN;
    if (done < 0 || (send && (uint64_t)done != *length) || (!send && done == 0))
        return SOLO5_EUNSPEC;
    *length = (uint64_t)done;
    return SOLO5_OK;
}
