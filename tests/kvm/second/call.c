/* SPDX-License-Identifier: ISC */
/* Hypercalls, as the reference tender does them: strict about addresses, and
 * ended by any error of the host. */
#include "second.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* A range that ends where memory ends is refused, too. */
void *at(uint64_t address, uint64_t length)
{
    uint64_t end = address + length;

    if (address >= second.size || end < address || end >= second.size)
        die("bad guest address 0x%llx", (unsigned long long)address);
    return second.memory + address;
}

static const struct solo5_device *device(uint64_t handle, uint32_t type)
{
    return handle < second.entries && second.device[handle].type == type
               ? &second.device[handle]
               : NULL;
}

static bool has(uint32_t type)
{
    for (uint32_t i = 1; i < second.entries; i++)
        if (second.device[i].type == type)
            return true;
    return false;
}

static void wait_ready(struct solo5_hvt_poll *call)
{
    uint64_t ns = call->timeout == 0 ? 1 : call->timeout;
    struct timespec limit = {(time_t)(ns / 1000000000),
                             (long)(ns % 1000000000)};
    struct pollfd p[SOLO5_MANIFEST_MAX];

    for (uint32_t i = 0; i < second.entries; i++) {
        bool net = device(i, SOLO5_DEVICE_NET) != NULL;

        p[i] = (struct pollfd){.fd = net ? second.receive[i] : -1,
                               .events = POLLIN};
    }
    call->ready = 0;
    call->count = 0;
    if (ppoll(p, second.entries, &limit, NULL) < 0)
        die("ppoll: %s", strerror(errno));
    for (uint32_t i = 0; i < second.entries; i++)
        if (p[i].revents != 0) {
            call->ready |= UINT64_C(1) << i;
            call->count++;
        }
}

static void block(struct solo5_hvt_block *call, bool write)
{
    const struct solo5_device *d = device(call->handle, SOLO5_DEVICE_BLOCK);
    uint64_t length = call->length, offset = call->offset, capacity;
    void *data = at(call->data, length);
    ssize_t done;

    call->result = SOLO5_EINVAL;
    if (d == NULL)
        return;
    capacity = d->info.block.capacity;
    if (offset >= capacity || length > capacity - offset)
        return;
    done = write ? pwrite(d->host.descriptor, data, length, (off_t)offset)
                 : pread(d->host.descriptor, data, length, (off_t)offset);
    if (done != (ssize_t)length)
        die("disk: %s", strerror(errno));
    call->result = SOLO5_OK;
}

int frame(bool send, uint64_t handle, uint64_t address, uint64_t *length)
{
    const struct solo5_device *d = device(handle, SOLO5_DEVICE_NET);
    void *data = at(address, *length);
    ssize_t done;

    if (d == NULL)
        return SOLO5_EINVAL;
    if (send) {
        if (write(d->host.descriptor, data, *length) != (ssize_t)*length)
            die("network: %s", strerror(errno));
        return SOLO5_OK;
    }
    done = read(second.receive[handle], data, *length);
    if (done < 0 && errno == EAGAIN)
        return SOLO5_AGAIN;
    if (done <= 0)
        die("network: %s", strerror(errno));
    *length = (uint64_t)done;
    return SOLO5_OK;
}

static void walltime(struct solo5_hvt_walltime *call)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    call->nanoseconds = (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

void hypercall(unsigned number, uint64_t argument)
{
    bool disk =
             number == SOLO5_HVT_BLOCK_READ || number == SOLO5_HVT_BLOCK_WRITE,
         net = number == SOLO5_HVT_NET_READ || number == SOLO5_HVT_NET_WRITE;

    /* These exist only where there is such a device. */
    if ((disk && !has(SOLO5_DEVICE_BLOCK)) || (net && !has(SOLO5_DEVICE_NET)))
        die("invalid hypercall %u", number);
    if (disk) {
        block(at(argument, sizeof(struct solo5_hvt_block)),
              number == SOLO5_HVT_BLOCK_WRITE);
    } else if (net) {
        struct solo5_hvt_net *call = at(argument, sizeof *call);

        call->result = frame(number == SOLO5_HVT_NET_WRITE, call->handle,
                             call->data, &call->length);
    } else if (number == SOLO5_HVT_WALLTIME) {
        walltime(at(argument, sizeof(struct solo5_hvt_walltime)));
    } else if (number == SOLO5_HVT_PUTS) {
        struct solo5_hvt_puts *call = at(argument, sizeof *call);

        if (write(1, at(call->data, call->length), call->length) < 0)
            die("console: %s", strerror(errno));
    } else if (number == SOLO5_HVT_POLL) {
        wait_ready(at(argument, sizeof(struct solo5_hvt_poll)));
    } else if (number == SOLO5_HVT_HALT) {
        struct solo5_hvt_halt *call = at(argument, sizeof *call);

        if (call->cookie != 0)
            (void)at(call->cookie, SOLO5_HVT_COOKIE_SIZE);
        _exit(call->status & 0xff);
    } else {
        die("invalid hypercall %u", number);
    }
}
