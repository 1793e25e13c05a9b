/* SPDX-License-Identifier: ISC */
/* Runs the guest until it halts, faults or does what makes no sense. */
#include "hvt.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

uint64_t hvt_now(void)
{
    struct timespec t = {0};

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * UINT64_C(1000000000) + (uint64_t)t.tv_nsec;
}

/* Exits to this process: all calls but HALT. */
static int ring_stats(const struct hvt *h, char *text, size_t size)
{
    const struct hvt_ring_stats *r = h->ring_stats;
    uint64_t exits = h->stats.interrupted, frames;

    if (r == NULL)
        return 0;
    for (unsigned i = 1; i < SOLO5_HVT_HALT; i++)
        exits += h->stats.call[i];
    frames = r->sent + r->received;
    return snprintf(
        text, size,
        HVT_NAME ": ring: frames out %" PRIu64 " in %" PRIu64
                 "; bytes out %" PRIu64 " in %" PRIu64 "; doorbells %" PRIu64
                 ", woken %" PRIu64 "; exits per frame %.4f\n",
        r->sent, r->received, r->sent_bytes, r->received_bytes, r->rung,
        r->woke, frames == 0 ? 0. : (double)exits / (double)frames);
}

static void print_stats(const struct hvt *h)
{
    const struct hvt_stats *s = &h->stats;
    static const char *const names[SOLO5_HVT_CALLS] = {
        NULL,         "walltime",  "puts",     "poll", "block-write",
        "block-read", "net-write", "net-read", "halt"};
    char text[1024];
    int used = snprintf(text, sizeof text,
                        HVT_NAME ": start %" PRIu64 " us, of it VM %" PRIu64
                                 " us; run %" PRIu64 " us; exits:",
                        s->entered / 1000, s->created / 1000,
                        (hvt_now() - s->started - s->entered) / 1000);

    for (unsigned i = 1; i < SOLO5_HVT_CALLS; i++)
        if (s->call[i] != 0)
            used += snprintf(text + used, sizeof text - (size_t)used,
                             " %s %" PRIu64, names[i], s->call[i]);
    used += snprintf(text + used, sizeof text - (size_t)used,
                     " interrupted %" PRIu64 "\n", s->interrupted);
    used += ring_stats(h, text + used, sizeof text - (size_t)used);
    if (write(2, text, (size_t)used) < 0)
        return; /* nobody to tell */
}

void hvt_exit(const struct hvt *h, int status)
{
    hvt_worker_stop(h);
    if (h->print_stats)
        print_stats(h);
    hvt_debug_exited(status);
    _exit(status);
}

/* The guest has done what it cannot do.  Ours get a report, plain images end
 * with status 1, as the ABI says. */
_Noreturn static void end(struct hvt *h, const char *what)
{
    struct message why;
    struct kvm_regs regs = {0};

    hvt_debug_end(h);
    if (h->ring3)
        hvt_ring3_report(h, what);
    if (ioctl(h->vcpu, KVM_GET_REGS, &regs) < 0)
        regs.rip = 0;
    (void)fail(&why, "the guest ends: %s, instruction at 0x%" PRIx64, what,
               (uint64_t)regs.rip);
    message_print(HVT_NAME, &why);
    hvt_core_write(h, &regs, SIGSEGV);
    hvt_exit(h, 1);
}

/* KVM's page is not the guest's, but what it says of the guest's port access
 * is copied and checked all the same. */
static void port(struct hvt *h)
{
    uint16_t number = h->run->io.port;
    uint64_t offset = h->run->io.data_offset;
    const char *mistake;
    uint32_t value;

    if (h->ring3 && number == HVT_FAULT_PORT) {
        hvt_ring3_fault(h);
        return;
    }
    if (h->run->io.direction != KVM_EXIT_IO_OUT || h->run->io.size != 4 ||
        h->run->io.count != 1 || number < SOLO5_HVT_PORT ||
        number >= SOLO5_HVT_PORT + SOLO5_HVT_CALLS ||
        offset > h->run_size - sizeof value)
        end(h, "bad port access");
    memcpy(&value, (const uint8_t *)h->run + offset, sizeof value);
    mistake = hvt_call(h, number - SOLO5_HVT_PORT, value);
    if (mistake != NULL)
        end(h, mistake);
}

void hvt_loop(struct hvt *h)
{
    const char *mistake;

    hvt_debug_start(h);
    for (;;) {
        if ((mistake = hvt_worker_ended(h)) != NULL)
            end(h, mistake);
        if (ioctl(h->vcpu, KVM_RUN, 0) < 0) {
            if (errno == EINTR || errno == EAGAIN) {
                h->stats.interrupted++;
                hvt_debug_interrupted(h);
                continue;
            }
            end(h, errno == EFAULT ? "access to memory that it does not have"
                                   : "KVM cannot run it");
        }
        switch (h->run->exit_reason) {
        case KVM_EXIT_IO:
            port(h);
            break;
        case KVM_EXIT_INTR:
            break;
        case KVM_EXIT_DEBUG:
            if (!hvt_debug_exit(h))
                end(h, "unexpected exit of the virtual machine");
            break;
        case KVM_EXIT_HLT:
            end(h, "hlt: there are no interrupts to wait for");
        case KVM_EXIT_MMIO:
            end(h, "access to memory that it does not have");
        case KVM_EXIT_SHUTDOWN:
            end(h, "triple fault");
        case KVM_EXIT_INTERNAL_ERROR:
            end(h, "KVM cannot emulate this instruction");
        default:
            end(h, "unexpected exit of the virtual machine");
        }
    }
}
