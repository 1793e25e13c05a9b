/* SPDX-License-Identifier: ISC */
/* fata-hvt-debug: gdb at the other end of a socket.  The release tender has
 * nodebug.c instead.
 *
 * How the guest stops: in ring 3 by the tables that report faults.  A
 * breakpoint is int3 (vector 3), a step is RFLAGS.TF (vector 1), and the stub's
 * OUT brings us here; then the CPU is put back to where the exception was.
 * KVM's own means were tried on a nested (PVM) host, Linux 6.18: with
 * KVM_GUESTDBG_USE_SW_BP the int3 goes to the guest's IDT all the same;
 * debug registers never fire; KVM_GUESTDBG_SINGLESTEP stops only inside our
 * stubs, after the step has gone to vector 1.  int3 and TF by the IDT are plain
 * architecture and work there, so ring 3 needs nothing of KVM.  Plain images
 * have no IDT: they get KVM's step and debug registers, which do work in ring
 * 0 of that host.
 *
 * Ctrl-C: SIGIO ends KVM_RUN; the socket is also one of the events that end
 * POLL, so that the guest never stops in the middle of a hypercall. */
#include "gdb.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENT_DATA    UINT64_C(0xfffffffd)
#define TRAP_FLAG     UINT64_C(0x100)
#define VECTOR_DEBUG  1u
#define VECTOR_BREAK  3u
#define GDB_INTERRUPT 2u /* signals as gdb numbers them */
#define GDB_ILLEGAL   4u
#define GDB_TRAP      5u
#define GDB_ABORT     6u
#define GDB_FLOAT     8u
#define GDB_SEGMENT   11u

static struct {
    struct hvt *hvt;
    const char *where; /* --gdb */
    int fd;            /* -1: nobody is there */
    bool stepping;
    bool ending; /* what ends the guest has been told */
    bool swbreak;
    unsigned signal; /* why it has stopped */
    struct rsp_reader reader;
} g = {.fd = -1};

const struct option_flag hvt_debug_option = {
    .name = "--gdb=",
    .help = "PORT of 127.0.0.1, or @FD: wait for gdb there",
    .text = &g.where,
};

/* Ends the KVM_RUN that runs, or the next one. */
static void on_input(int number)
{
    (void)number;
    g.hvt->run->immediate_exit = 1;
}

int hvt_debug_open(struct hvt *h, struct message *why)
{
    struct sigaction input = {.sa_handler = on_input, .sa_flags = SA_RESTART};
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = EVENT_DATA};

    g.hvt = h;
    if (g.where == NULL)
        return 0;
    g.fd = gdb_connect(g.where, why);
    if (g.fd < 0)
        return -1;
    if (epoll_ctl(h->events.epoll, EPOLL_CTL_ADD, g.fd, &event) < 0 ||
        sigaction(SIGIO, &input, NULL) < 0 ||
        fcntl(g.fd, F_SETOWN, getpid()) < 0 ||
        fcntl(g.fd, F_SETFL, O_RDWR | O_ASYNC) < 0)
        return fail(why, "--gdb: %s", strerror(errno));
    return 0;
}

void hvt_debug_rules(const struct hvt *h, struct filter *f)
{
    static const uint64_t requests[] = {KVM_SET_REGS, KVM_SET_SREGS,
                                        KVM_GET_FPU, KVM_SET_FPU,
                                        KVM_SET_GUEST_DEBUG};

    if (g.fd < 0)
        return;
    for (size_t i = 0; i < FATA_COUNT(requests); i++)
        hvt_filter_vcpu(f, h, requests[i]);
    filter_fd(f, SCMP_SYS(recvfrom), g.fd);
    filter_fd(f, SCMP_SYS(sendto), g.fd);
    filter_fd(f, SCMP_SYS(close), g.fd);
}

_Noreturn static void lost(void)
{
    struct message why;

    g.fd = -1;
    (void)fail(&why, "gdb is gone");
    message_print(HVT_NAME, &why);
    hvt_exit(g.hvt, 1);
}

static void send_all(const char *data, size_t size)
{
    while (size > 0) {
        ssize_t n = send(g.fd, data, size, MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            lost();
        data += n;
        size -= (size_t)n;
    }
}

static void send_reply(const struct rsp_reply *r)
{
    static char framed[RSP_PACKET_MAX + 4];
    struct rsp_reply sum = {.size = 0};
    uint8_t total = 0;

    for (size_t i = 0; i < r->size; i++)
        total = (uint8_t)(total + (uint8_t)r->text[i]);
    rsp_put_hex(&sum, &total, 1);
    framed[0] = '$';
    memcpy(framed + 1, r->text, r->size);
    framed[r->size + 1] = '#';
    memcpy(framed + r->size + 2, sum.text, 2);
    send_all(framed, r->size + 4);
}

/* Returns false if there is nothing and `wait` is not set. */
static bool receive(uint8_t *byte, bool wait)
{
    for (;;) {
        ssize_t n = recv(g.fd, byte, 1, wait ? 0 : MSG_DONTWAIT);

        if (n == 1)
            return true;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN && !wait)
            return false;
        lost();
    }
}

static void tell_why(void *context, struct rsp_reply *reply)
{
    uint8_t number = (uint8_t)g.signal;

    (void)context;
    rsp_put(reply, "T");
    rsp_put_hex(reply, &number, 1);
    if (g.swbreak)
        rsp_put(reply, "swbreak:;");
}

static size_t read_memory(void *context, uint64_t address, uint8_t *to,
                          size_t size)
{
    return gdb_memory_read(context, address, to, size);
}

static bool get_state(void *context, uint8_t state[RSP_STATE_SIZE])
{
    return gdb_state_get(context, state);
}

static bool set_state(void *context, const uint8_t state[RSP_STATE_SIZE])
{
    return gdb_state_set(context, state);
}

static void set_trap_flag(bool on)
{
    struct kvm_regs r;

    if (ioctl(g.hvt->vcpu, KVM_GET_REGS, &r) < 0 ||
        ((r.rflags & TRAP_FLAG) != 0) == on)
        return;
    r.rflags ^= TRAP_FLAG;
    (void)ioctl(g.hvt->vcpu, KVM_SET_REGS, &r);
}

static void prepare_to_run(bool step)
{
    g.stepping = step;
    if (!g.hvt->ring3)
        gdb_breakpoints_load(g.hvt, step);
    else if (step)
        set_trap_flag(true);
}

static void leave(void)
{
    gdb_breakpoints_clear(g.hvt);
    prepare_to_run(false);
    close(g.fd); /* and out of the epoll set */
    g.fd = -1;
}

/* Answers gdb until it lets the guest go.  Returns the signal that the guest
 * is to get, which is why it has stopped, or 0. */
static unsigned serve(void)
{
    static struct rsp_reply reply;
    const struct rsp_target target = {
        .context = g.hvt,
        .read = read_memory,
        .write = gdb_memory_write,
        .get = get_state,
        .set = set_state,
        .breakpoint = gdb_breakpoint,
        .why = tell_why,
    };
    unsigned signal = 0;
    uint8_t byte;

    for (;;) {
        (void)receive(&byte, true);
        switch (rsp_feed(&g.reader, byte)) {
        case RSP_BAD:
            send_all("-", 1);
            continue;
        case RSP_AGAIN:
            send_reply(&reply);
            continue;
        case RSP_PACKET:
            break;
        case RSP_NOTHING:
        case RSP_INTERRUPT: /* it has stopped already */
        default:
            continue;
        }
        send_all("+", 1);
        switch (rsp_command(&target, g.reader.packet, g.reader.size, &reply,
                            &signal)) {
        case RSP_ANSWER:
            send_reply(&reply);
            break;
        case RSP_CONTINUE:
            prepare_to_run(false);
            return signal;
        case RSP_STEP:
            prepare_to_run(true);
            return signal;
        case RSP_DETACH:
            send_reply(&reply);
            leave();
            return g.signal;
        case RSP_KILL:
        default:
            g.fd = -1;
            hvt_exit(g.hvt, 1);
        }
    }
}

/* Tells gdb, if it is not about to ask, and serves it. */
static unsigned stop(unsigned signal, bool swbreak, bool tell)
{
    static struct rsp_reply reply;

    if (g.hvt->ring3 && g.stepping)
        set_trap_flag(false);
    g.signal = signal;
    g.swbreak = swbreak;
    reply.size = 0;
    tell_why(NULL, &reply);
    if (tell)
        send_reply(&reply);
    return serve();
}

void hvt_debug_start(struct hvt *h)
{
    (void)h;
    if (g.fd >= 0)
        (void)stop(GDB_TRAP, false, false);
}

/* Back from the stub to where the exception was.  The stub's OUT has to end
 * first: its end moves the instruction pointer. */
static void leave_stub(struct hvt *h, struct kvm_regs *regs)
{
    struct kvm_sregs now, ring3;

    h->run->immediate_exit = 1;
    (void)ioctl(h->vcpu, KVM_RUN, 0);
    h->run->immediate_exit = 0;
    if (ioctl(h->vcpu, KVM_GET_SREGS, &now) < 0)
        return;
    ring3 = now;
    hvt_ring3_registers(&ring3);
    now.cs = ring3.cs;
    now.ss = ring3.ss;
    (void)ioctl(h->vcpu, KVM_SET_SREGS, &now);
    (void)ioctl(h->vcpu, KVM_SET_REGS, regs);
}

static unsigned signal_of(uint64_t vector)
{
    switch (vector) {
    case VECTOR_DEBUG:
    case VECTOR_BREAK:
        return GDB_TRAP;
    case 6:
        return GDB_ILLEGAL;
    case 0:
    case 16:
    case 19:
        return GDB_FLOAT;
    default:
        return GDB_SEGMENT;
    }
}

bool hvt_debug_trap(struct hvt *h, const struct hvt_trap *trap)
{
    struct kvm_regs regs = trap->regs;
    bool fault = true, ours = false;

    if (g.fd < 0)
        return false;
    if (trap->vector == VECTOR_BREAK && gdb_breakpoint_at(regs.rip - 1)) {
        regs.rip--;
        ours = true;
        fault = false;
    } else if (trap->vector == VECTOR_DEBUG && g.stepping) {
        fault = false;
    }
    leave_stub(h, &regs);
    if (stop(signal_of(trap->vector), ours, true) == 0 || !fault)
        return true;
    /* gdb gives the guest its signal, which is its end; a core file has its
     * memory as it was. */
    g.ending = true;
    gdb_breakpoints_clear(h);
    return false;
}

bool hvt_debug_exit(struct hvt *h)
{
    (void)h;
    if (g.fd < 0)
        return false;
    (void)stop(GDB_TRAP, false, true);
    return true;
}

void hvt_debug_interrupted(struct hvt *h)
{
    struct kvm_regs regs;
    uint8_t byte;

    if (g.fd < 0)
        return;
    h->run->immediate_exit = 0;
    /* Not inside a stub: a trap comes next, and it stops anyway. */
    if (ioctl(h->vcpu, KVM_GET_REGS, &regs) < 0 || regs.rip >= HVT_SYSTEM)
        return;
    while (g.fd >= 0 && receive(&byte, false))
        if (rsp_feed(&g.reader, byte) == RSP_INTERRUPT)
            (void)stop(GDB_INTERRUPT, false, true);
}

void hvt_debug_end(struct hvt *h)
{
    if (g.fd < 0 || g.ending)
        return;
    g.ending = true;
    (void)stop(GDB_ABORT, false, true);
    gdb_breakpoints_clear(h);
}

void hvt_debug_exited(int status)
{
    static struct rsp_reply reply;
    uint8_t byte = (uint8_t)status;

    if (g.fd < 0)
        return;
    reply.size = 0;
    rsp_put(&reply, "W");
    rsp_put_hex(&reply, &byte, 1);
    send_reply(&reply);
    /* gdb, whose answer finds nobody, would not look at what we have said. */
    do
        (void)receive(&byte, true);
    while (byte != '+');
}
