/* SPDX-License-Identifier: ISC */
/* What a signal does while the guest runs, for images with the Fata note: a
 * fault is reported and ends the process with 255, SIGINT and SIGTERM become
 * the shutdown event.  The guest owns the thread pointer and every register,
 * so nothing here may use thread-local data, the stack protector or the C
 * library; and the filter allows only write(1), exit_group and, for the event,
 * write(shutdown) and rt_sigreturn. */
#include "spt.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>

#define BARE         __attribute__((no_stack_protector))
#define PAGE         4096u
#define FRAMES_MAX   32
#define STACK_SIZE   16384u /* without the kernel's register frame */
#define FAULT_STATUS 255

#ifndef AT_MINSIGSTKSZ
#define AT_MINSIGSTKSZ 51
#endif

#if defined(__x86_64__)
/* Program counter, stack and frame pointer come first. */
static const struct {
    char name[4];
    int index;
} registers[] = {
    {"rip", REG_RIP}, {"rsp", REG_RSP}, {"rbp", REG_RBP}, {"rax", REG_RAX},
    {"rbx", REG_RBX}, {"rcx", REG_RCX}, {"rdx", REG_RDX}, {"rsi", REG_RSI},
    {"rdi", REG_RDI}, {"r8", REG_R8},   {"r9", REG_R9},   {"r10", REG_R10},
    {"r11", REG_R11}, {"r12", REG_R12}, {"r13", REG_R13}, {"r14", REG_R14},
    {"r15", REG_R15}, {"efl", REG_EFL},
};
#elif defined(__aarch64__)
static const struct {
    char name[4];
    int index; /* 31: sp, 32: pc */
} registers[] = {
    {"pc", 32},  {"sp", 31},  {"x29", 29}, {"x30", 30}, {"x0", 0},
    {"x1", 1},   {"x2", 2},   {"x3", 3},   {"x4", 4},   {"x5", 5},
    {"x6", 6},   {"x7", 7},   {"x8", 8},   {"x9", 9},   {"x10", 10},
    {"x11", 11}, {"x12", 12}, {"x13", 13}, {"x14", 14}, {"x15", 15},
    {"x16", 16}, {"x17", 17}, {"x18", 18}, {"x19", 19}, {"x20", 20},
    {"x21", 21}, {"x22", 22}, {"x23", 23}, {"x24", 24}, {"x25", 25},
    {"x26", 26}, {"x27", 27}, {"x28", 28},
};
#endif

static const struct spt *guest;
static volatile sig_atomic_t shutdown_asked;

/* The report, built here and written at once. */
static struct {
    size_t size;
    char text[4096];
} report;

BARE static long system_call(long number, long a, const void *b, size_t c)
{
#if defined(__x86_64__)
    long result;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c)
                     : "rcx", "r11", "memory");
    return result;
#elif defined(__aarch64__)
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register const void *x1 __asm__("x1") = b;
    register size_t x2 __asm__("x2") = c;

    __asm__ volatile("svc #0"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2)
                     : "memory");
    return x0;
#endif
}

BARE static uint64_t register_value(const ucontext_t *u, size_t i)
{
#if defined(__x86_64__)
    return (uint64_t)u->uc_mcontext.gregs[registers[i].index];
#elif defined(__aarch64__)
    if (registers[i].index == 32)
        return u->uc_mcontext.pc;
    if (registers[i].index == 31)
        return u->uc_mcontext.sp;
    return u->uc_mcontext.regs[registers[i].index];
#endif
}

BARE static void put(const char *text)
{
    while (*text != '\0' && report.size < sizeof report.text)
        report.text[report.size++] = *text++;
}

BARE static void put_hex(uint64_t value)
{
    char text[19] = "0x";

    for (int i = 0; i < 16; i++) {
        unsigned digit = (value >> (60 - 4 * i)) & 15;

        text[2 + i] = (char)(digit < 10 ? '0' + digit : 'a' + digit - 10);
    }
    text[18] = '\0';
    put(text);
}

BARE static void put_number(uint64_t value)
{
    char text[21];
    int i = 20;

    text[i] = '\0';
    do
        text[--i] = (char)('0' + value % 10);
    while ((value /= 10) != 0);
    put(text + i);
}

BARE static bool in_stack(uint64_t address, uint64_t *index, bool *guard)
{
    const struct fata_note *n = &guest->image.note;
    uint64_t offset = address - n->stacks;

    if ((guest->offer.features & FATA_FEATURE_GUARDS) == 0 ||
        address < n->stacks || offset / n->stack_size >= n->stack_count)
        return false;
    *index = offset / n->stack_size;
    *guard = offset % n->stack_size < PAGE;
    return true;
}

/* True if two words at `address` can be read without a fault: writable guest
 * memory, which is never execute-only, and no guard. */
BARE static bool readable(uint64_t address)
{
    uint64_t index;
    bool guard;

    if (address % 8 != 0 || address < SOLO5_GUEST_MIN ||
        address > guest->memory_size - 16)
        return false;
    if ((in_stack(address, &index, &guard) && guard) ||
        (in_stack(address + 8, &index, &guard) && guard))
        return false;
    for (size_t i = 0; i < guest->image.segment_count; i++) {
        const struct image_segment *s = &guest->image.segment[i];

        if (!s->bare && !s->write && address + 16 > s->start &&
            address < s->end)
            return false;
    }
    return true;
}

BARE static bool in_text(uint64_t address)
{
    for (size_t i = 0; i < guest->image.segment_count; i++) {
        const struct image_segment *s = &guest->image.segment[i];

        if (s->execute && !s->bare && address >= s->start && address < s->end)
            return true;
    }
    return false;
}

BARE static void put_frame(unsigned index, uint64_t address)
{
    put("  #");
    put_number(index);
    put(" ");
    put_hex(address);
    put("\n");
}

BARE static uint64_t word_at(uint64_t address)
{
    return *(const uint64_t *)(uintptr_t)address;
}

/* Saved frame pointer and return address, up the stack.  Frames only go up, so
 * that a loop ends.  After a jump to nowhere the first return address is still
 * where the call has pushed it. */
BARE static void put_backtrace(uint64_t pc, uint64_t stack, uint64_t frame)
{
    unsigned i = 1;

    put_frame(0, pc);
    if (!in_text(pc) && readable(stack) && in_text(word_at(stack)))
        put_frame(i++, word_at(stack));
    for (; i < FRAMES_MAX && readable(frame); i++) {
        uint64_t next = word_at(frame);
        uint64_t back = word_at(frame + 8);

        if (!in_text(back))
            break;
        put_frame(i, back);
        if (next <= frame)
            break;
        frame = next;
    }
}

/* What the memory access was, as far as the CPU tells. */
BARE static const char *access_kind(const ucontext_t *u, uint64_t address,
                                    uint64_t pc)
{
#if defined(__x86_64__)
    uint64_t error = (uint64_t)u->uc_mcontext.gregs[REG_ERR];

    if (u->uc_mcontext.gregs[REG_TRAPNO] != 14)
        return NULL; /* general protection: no address either */
    if ((error & 16) != 0 || address == pc)
        return "execute";
    return (error & 2) != 0 ? "write" : "read";
#else
    (void)u;
    return address == pc ? "execute" : "access";
#endif
}

BARE static void put_kind(int number, const siginfo_t *info,
                          const ucontext_t *u)
{
    uint64_t pc = register_value(u, 0);
    uint64_t address = (uint64_t)(uintptr_t)info->si_addr;
    const char *kind = access_kind(u, address, pc);
    uint64_t stack;
    bool guard;

    if (number == SIGILL) {
        put("illegal instruction");
    } else if (number == SIGFPE) {
        put("arithmetic fault (division by zero?)");
    } else if (number == SIGTRAP) {
        put("breakpoint instruction");
    } else if (kind == NULL) {
        put("bad instruction or non-canonical address");
    } else if (in_stack(address, &stack, &guard) && guard) {
        put("stack overflow: stack ");
        put_number(stack);
        put(" is full: ");
        put(kind);
        put(" at ");
        put_hex(address);
    } else {
        put(number == SIGBUS ? "bus error: " : "bad ");
        put(kind);
        put(" at ");
        put_hex(address);
    }
    put(", instruction at ");
    put_hex(pc);
    put("\n");
}

BARE static void on_fault(int number, siginfo_t *info, void *context)
{
    const ucontext_t *u = context;

    put("\n" SPT_NAME ": fault: ");
    put_kind(number, info, u);
    for (size_t i = 0; i < FATA_COUNT(registers); i++) {
        put(i % 3 == 0 ? "  " : " ");
        put(registers[i].name);
        put(registers[i].name[2] == '\0' ? "  " : " ");
        put_hex(register_value(u, i));
        if (i % 3 == 2)
            put("\n");
    }
    put("  backtrace:\n");
    put_backtrace(register_value(u, 0), register_value(u, 1),
                  register_value(u, 2));
    system_call(SYS_write, 1, report.text, report.size);
    for (;;)
        system_call(SYS_exit_group, FAULT_STATUS, NULL, 0);
}

/* The first signal is the event.  The second ends the process: by default
 * action if it is the same (SA_RESETHAND), here if it is the other. */
BARE static void on_shutdown(int number)
{
    static const uint64_t one = 1;

    if (shutdown_asked)
        for (;;)
            system_call(SYS_exit_group, 128 + number, NULL, 0);
    shutdown_asked = 1;
    system_call(SYS_write, guest->shutdown, &one, sizeof one);
}

int spt_fault_install(const struct spt *spt, struct message *why)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP};
    static const int stops[] = {SIGINT, SIGTERM};
    size_t size = STACK_SIZE + getauxval(AT_MINSIGSTKSZ);
    stack_t stack = {.ss_size = size};
    struct sigaction fault = {.sa_flags = SA_SIGINFO | SA_ONSTACK};
    struct sigaction stop = {.sa_flags =
                                 SA_ONSTACK | SA_RESTART | (int)SA_RESETHAND};

    guest = spt;
    stack.ss_sp = mmap(NULL, size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (stack.ss_sp == MAP_FAILED || sigaltstack(&stack, NULL) < 0)
        return fail(why, "no stack for signals: %s", strerror(errno));
    fault.sa_sigaction = on_fault;
    sigfillset(&fault.sa_mask);
    for (size_t i = 0; i < FATA_COUNT(faults); i++)
        if (sigaction(faults[i], &fault, NULL) < 0)
            return fail(why, "cannot handle faults: %s", strerror(errno));
    if (spt->shutdown < 0)
        return 0;
    stop.sa_handler = on_shutdown;
    sigaddset(&stop.sa_mask, SIGINT);
    sigaddset(&stop.sa_mask, SIGTERM);
    for (size_t i = 0; i < FATA_COUNT(stops); i++) {
        struct sigaction old;

        /* A background job of a shell ignores SIGINT: so do we. */
        if (sigaction(stops[i], NULL, &old) < 0 ||
            (old.sa_handler != SIG_IGN && sigaction(stops[i], &stop, NULL) < 0))
            return fail(why, "cannot handle signals: %s", strerror(errno));
    }
    return 0;
}
