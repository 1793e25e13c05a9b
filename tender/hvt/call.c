/* SPDX-License-Identifier: ISC */
/* Hypercalls (section 4.3 of the ABI).  The argument structure is copied once
 * and checked as a copy; results are written back field by field.  An error of
 * the host is the call's result. */
#include "hvt.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

static const char bad_argument[] = "hypercall with a bad argument address";
static const char bad_data[] = "hypercall with a bad data address or length";

static const char *walltime(struct hvt *h, void *at, unsigned number)
{
    struct solo5_hvt_walltime call;
    struct timespec t = {0};

    (void)h, (void)number;
    clock_gettime(CLOCK_REALTIME, &t);
    call.nanoseconds =
        (uint64_t)t.tv_sec * UINT64_C(1000000000) + (uint64_t)t.tv_nsec;
    memcpy(at, &call, sizeof call);
    return NULL;
}

void hvt_console(const void *data, size_t size)
{
    const uint8_t *from = data;

    while (size > 0) {
        ssize_t done = write(1, from, size);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            break;
        from += done;
        size -= (size_t)done;
    }
}

static const char *put_text(struct hvt *h, void *at, unsigned number)
{
    struct solo5_hvt_puts call;
    const void *data;

    (void)number;
    memcpy(&call, at, sizeof call);
    data = hvt_at(h, call.data, call.length, false);
    if (data == NULL)
        return bad_data;
    hvt_console(data, call.length);
    return NULL;
}

static const char *wait_ready(struct hvt *h, void *at, unsigned number)
{
    struct solo5_hvt_poll call;

    (void)number;
    memcpy(&call, at, sizeof call);
    hvt_events_wait(h, &call);
    memcpy((uint8_t *)at + offsetof(struct solo5_hvt_poll, ready), &call.ready,
           sizeof call.ready);
    memcpy((uint8_t *)at + offsetof(struct solo5_hvt_poll, count), &call.count,
           sizeof call.count);
    return NULL;
}

static enum solo5_result transfer(const struct solo5_device *d, uint8_t *data,
                                  uint64_t offset, uint64_t length, bool write)
{
    int fd = d->host.descriptor;

    while (length > 0) {
        ssize_t done = write ? pwrite(fd, data, length, (off_t)offset)
                             : pread(fd, data, length, (off_t)offset);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return SOLO5_EUNSPEC;
        data += done;
        offset += (uint64_t)done;
        length -= (uint64_t)done;
    }
    return SOLO5_OK;
}

static const char *block(struct hvt *h, void *at, unsigned number)
{
    bool write = number == SOLO5_HVT_BLOCK_WRITE;
    struct solo5_hvt_block call;
    const struct solo5_device *d;
    uint8_t *data;

    memcpy(&call, at, sizeof call);
    d = hvt_device(h, call.handle, SOLO5_DEVICE_BLOCK);
    data = hvt_at(h, call.data, call.length, !write);
    if (data == NULL)
        return bad_data;
    call.result = SOLO5_EINVAL;
    if (d != NULL) {
        uint64_t capacity = d->info.block.capacity;
        uint64_t size = d->info.block.block_size;

        if (call.offset % size == 0 && call.length % size == 0 &&
            call.length != 0 && call.offset < capacity &&
            call.length <= capacity - call.offset)
            call.result =
                (int32_t)transfer(d, data, call.offset, call.length, write);
    }
    memcpy((uint8_t *)at + offsetof(struct solo5_hvt_block, result),
           &call.result, sizeof call.result);
    return NULL;
}

static const char *net(struct hvt *h, void *at, unsigned number)
{
    bool send = number == SOLO5_HVT_NET_WRITE;
    struct solo5_hvt_net call;
    const struct solo5_device *d;
    uint8_t *data;

    memcpy(&call, at, sizeof call);
    d = hvt_device(h, call.handle, SOLO5_DEVICE_NET);
    data = hvt_at(h, call.data, call.length, !send);
    if (data == NULL)
        return bad_data;
    call.result = SOLO5_EINVAL;
    if (d != NULL && !hvt_has_offload(h, call.handle)) /* the ring's alone */
        call.result = (int32_t)hvt_frame(d, data, &call.length, send);
    if (!send && call.result == SOLO5_OK)
        memcpy((uint8_t *)at + offsetof(struct solo5_hvt_net, length),
               &call.length, sizeof call.length);
    memcpy((uint8_t *)at + offsetof(struct solo5_hvt_net, result), &call.result,
           sizeof call.result);
    return NULL;
}

/* Status 255: the registers are those of the call or, where upstream's bindings
 * have caught a trap, of the trap, which the cookie tells. */
static void aborted(struct hvt *h, uint64_t cookie)
{
    struct {
        uint64_t cr2, error, rip, cs, rflags, rsp, ss;
    } trap = {0};
    struct kvm_regs regs;

    hvt_debug_end(h);
    if (ioctl(h->vcpu, KVM_GET_REGS, &regs) < 0)
        return;
    if (cookie != 0)
        memcpy(&trap, h->memory + cookie, sizeof trap);
    if (trap.cs != 0 && trap.rip >= SOLO5_GUEST_MIN &&
        trap.rip < h->memory_size) {
        regs.rip = trap.rip;
        regs.rflags = trap.rflags;
        regs.rsp = trap.rsp;
    }
    hvt_core_write(h, &regs, SIGABRT);
}

static const char *halt(struct hvt *h, void *at, unsigned number)
{
    struct solo5_hvt_halt call;

    (void)number;
    memcpy(&call, at, sizeof call);
    if (call.cookie != 0 &&
        hvt_at(h, call.cookie, SOLO5_HVT_COOKIE_SIZE, false) == NULL)
        return "HALT with a bad cookie address";
    if ((call.status & 0xff) == 255)
        aborted(h, call.cookie);
    hvt_exit(h, call.status & 0xff);
}

const char *hvt_call(struct hvt *h, unsigned number, uint64_t argument)
{
    static const struct {
        const char *(*function)(struct hvt *h, void *at, unsigned number);
        size_t size;  /* of the argument */
        bool results; /* are written back */
    } calls[SOLO5_HVT_CALLS] = {
        [SOLO5_HVT_WALLTIME] = {walltime, sizeof(struct solo5_hvt_walltime),
                                true},
        [SOLO5_HVT_PUTS] = {put_text, sizeof(struct solo5_hvt_puts), false},
        [SOLO5_HVT_POLL] = {wait_ready, sizeof(struct solo5_hvt_poll), true},
        [SOLO5_HVT_BLOCK_WRITE] = {block, sizeof(struct solo5_hvt_block), true},
        [SOLO5_HVT_BLOCK_READ] = {block, sizeof(struct solo5_hvt_block), true},
        [SOLO5_HVT_NET_WRITE] = {net, sizeof(struct solo5_hvt_net), true},
        [SOLO5_HVT_NET_READ] = {net, sizeof(struct solo5_hvt_net), true},
        [SOLO5_HVT_HALT] = {halt, sizeof(struct solo5_hvt_halt), false},
    };
    void *at;

    if (number >= SOLO5_HVT_CALLS || calls[number].function == NULL)
        return "unknown hypercall";
    h->stats.call[number]++;
    at = hvt_at(h, argument, calls[number].size, calls[number].results);
    if (at == NULL)
        return bad_argument;
    return calls[number].function(h, at, number);
}
