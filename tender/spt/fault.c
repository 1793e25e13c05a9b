/* SPDX-License-Identifier: ISC */
/* What a signal does while the guest runs, for images with the Fata note: a
 * fault is reported and ends the process with 255, SIGINT and SIGTERM become
 * the shutdown event.  The guest owns the thread pointer and every register,
 * so nothing here may use thread-local data, the stack protector or the C
 * library; and the filter allows only write(1), exit_group and, for the event,
 * write(shutdown) and rt_sigreturn. */
#include "spt.h"
#include "../report.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>

#define BARE       REPORT_BARE
#define STACK_SIZE 16384u /* without the kernel's register frame */

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

static struct report report;
static struct report_register values[FATA_COUNT(registers)];

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

BARE static void fault_of(struct report_fault *fault, int number,
                          const siginfo_t *info, const ucontext_t *u)
{
    fault->address = (uint64_t)(uintptr_t)info->si_addr;
    fault->access = access_kind(u, fault->address, register_value(u, 0));
    fault->what = number == SIGILL    ? "illegal instruction"
                  : number == SIGFPE  ? "arithmetic fault (division by zero?)"
                  : number == SIGTRAP ? "breakpoint instruction"
                  : number == SIGBUS  ? "bus error"
                  : fault->access == NULL
                      ? "bad instruction or non-canonical address"
                      : NULL;
}

BARE static void on_fault(int number, siginfo_t *info, void *context)
{
    const ucontext_t *u = context;
    struct report_guest g;
    struct report_fault fault;

    g.image = &guest->image;
    g.memory_size = guest->memory_size;
    g.guards = (guest->offer.features & FATA_FEATURE_GUARDS) != 0;
    g.memory = 0;
    fault_of(&fault, number, info, u);
    for (size_t i = 0; i < FATA_COUNT(registers); i++) {
        values[i].name = registers[i].name;
        values[i].value = register_value(u, i);
    }
    report_make(&report, SPT_NAME, &g, &fault, values, FATA_COUNT(values));
    system_call(SYS_write, 1, report.text, report.size);
    for (;;)
        system_call(SYS_exit_group, REPORT_STATUS, NULL, 0);
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
    system_call(SYS_write, guest->events.shutdown, &one, sizeof one);
}

int spt_fault_install(const struct spt *spt, struct message *why)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP};
    size_t size = STACK_SIZE + getauxval(AT_MINSIGSTKSZ);
    stack_t stack = {.ss_size = size};
    struct sigaction fault = {.sa_flags = SA_SIGINFO | SA_ONSTACK};

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
    if (spt->events.shutdown < 0)
        return 0;
    return events_signals(on_shutdown, SA_ONSTACK, why);
}
