/* SPDX-License-Identifier: ISC */
/* The filter: every system call by number, and those it allows with every
 * argument it must not allow.  KILLED is what the guest should get; a call that
 * returns ends the guest with 77. */
#include "spt_hostile.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define KILLED     159
#define FAULTED    139 /* the image of these cases asks for no fault report */
#define RETURNED   77
#define LAST       470 /* system calls of Linux 6.18 end at 469 */
#define X32        0x40000000
#define EXIT_GROUP 231
#define URETPROBE  335
#define UPROBE     336
#define OPTIONS    "--mem=4 --block:disk=$/disk --net:service=@9"

static const struct {
    const char *name, *call; /* number and six arguments */
    int status;
    const char *output;
} cases[] = {
    {"write-console", "1 1 buffer 0 0 0 0", RETURNED, "returned 0"},
    {"write-console-fault", "1 1 8 100 0 0 0", RETURNED, "returned -14"},
    {"write-console-beyond", "1 1 0x3fffff 2 0 0 0", RETURNED, NULL},
    {"write-stdin", "1 0 buffer 1 0 0 0", KILLED, NULL},
    {"write-stderr", "1 2 buffer 1 0 0 0", KILLED, NULL},
    {"write-high-one", "1 high-one buffer 1 0 0 0", KILLED, NULL},
    {"write-minus-one", "1 -1 buffer 1 0 0 0", KILLED, NULL},
    {"write-disk", "1 disk buffer 1 0 0 0", KILLED, NULL},
    {"write-epoll", "1 epoll buffer 1 0 0 0", KILLED, NULL},
    {"write-timer", "1 timer buffer 8 0 0 0", KILLED, NULL},
    {"write-net-fault", "1 net 8 100 0 0 0", RETURNED, "returned -14"},
    {"write-net-huge", "1 net buffer -1 0 0 0", RETURNED, "returned -"},
    {"read-net", "0 net buffer 100 0 0 0", RETURNED, "returned -11"},
    {"read-stdin", "0 0 buffer 1 0 0 0", KILLED, NULL},
    {"read-console", "0 1 buffer 1 0 0 0", KILLED, NULL},
    {"read-disk", "0 disk buffer 512 0 0 0", KILLED, NULL},
    {"read-timer", "0 timer buffer 8 0 0 0", KILLED, NULL},
    {"read-epoll", "0 epoll buffer 8 0 0 0", KILLED, NULL},
    {"readv-net", "19 net buffer 0 0 0 0", KILLED, NULL}, /* no offloads */
    {"writev-net", "20 net buffer 0 0 0 0", KILLED, NULL},
    {"pread-first", "17 disk buffer 512 0 0 0", RETURNED, "returned 512"},
    {"pread-last", "17 disk buffer 512 65024 0 0", RETURNED, "returned 512"},
    {"pread-fault", "17 disk 8 512 0 0 0", RETURNED, "returned -14"},
    {"pread-unaligned", "17 disk buffer 512 65023 0 0", RETURNED,
     "returned 512"},
    {"pread-beyond", "17 disk buffer 512 65025 0 0", KILLED, NULL},
    {"pread-end", "17 disk buffer 512 65536 0 0", KILLED, NULL},
    {"pread-negative", "17 disk buffer 512 -1 0 0", KILLED, NULL},
    {"pread-negative-block", "17 disk buffer 512 -512 0 0", KILLED, NULL},
    {"pread-far", "17 disk buffer 512 0x100000000 0 0", KILLED, NULL},
    {"pread-highest", "17 disk buffer 512 0x7fffffffffffffff 0 0", KILLED,
     NULL},
    {"pread-short", "17 disk buffer 511 0 0 0", KILLED, NULL},
    {"pread-nothing", "17 disk buffer 0 0 0 0", KILLED, NULL},
    {"pread-two", "17 disk buffer 1024 0 0 0", KILLED, NULL},
    {"pread-all", "17 disk buffer 65536 0 0 0", KILLED, NULL},
    {"pread-length-high", "17 disk buffer 0x100000200 0 0 0", KILLED, NULL},
    {"pread-high-disk", "17 high-disk buffer 512 0 0 0", KILLED, NULL},
    {"pread-net", "17 net buffer 512 0 0 0", KILLED, NULL},
    {"pread-console", "17 1 buffer 512 0 0 0", KILLED, NULL},
    {"pwrite-first", "18 disk buffer 512 0 0 0", RETURNED, "returned 512"},
    {"pwrite-last", "18 disk buffer 512 65024 0 0", RETURNED, "returned 512"},
    {"pwrite-fault", "18 disk 8 512 0 0 0", RETURNED, "returned -14"},
    {"pwrite-beyond", "18 disk buffer 512 65025 0 0", KILLED, NULL},
    {"pwrite-end", "18 disk buffer 512 65536 0 0", KILLED, NULL},
    {"pwrite-negative", "18 disk buffer 512 -512 0 0", KILLED, NULL},
    {"pwrite-short", "18 disk buffer 1 0 0 0", KILLED, NULL},
    {"pwrite-two", "18 disk buffer 1024 0 0 0", KILLED, NULL},
    {"pwrite-high-disk", "18 high-disk buffer 512 0 0 0", KILLED, NULL},
    {"pwrite-net", "18 net buffer 512 0 0 0", KILLED, NULL},
    {"clock-wall", "228 0 buffer 0 0 0 0", RETURNED, "returned 0"},
    {"clock-monotonic", "228 1 buffer 0 0 0 0", RETURNED, "returned 0"},
    {"clock-fault", "228 1 8 0 0 0 0", RETURNED, "returned -14"},
    {"clock-process", "228 2 buffer 0 0 0 0", KILLED, NULL},
    {"clock-boot", "228 7 buffer 0 0 0 0", KILLED, NULL},
    {"clock-high", "228 high-one buffer 0 0 0 0", KILLED, NULL},
    {"clock-dynamic", "228 -6 buffer 0 0 0 0", KILLED, NULL},
    {"epoll-none", "281 epoll buffer 0 0 0 8", RETURNED, "returned -22"},
    {"epoll-many", "281 epoll buffer -1 0 0 8", RETURNED, "returned -22"},
    {"epoll-fault", "281 epoll 8 1 0 8 8", RETURNED, "returned -14"},
    {"epoll-timer", "281 timer buffer 1 0 0 8", KILLED, NULL},
    {"epoll-console", "281 1 buffer 1 0 0 8", KILLED, NULL},
    {"epoll-ctl", "233 epoll 1 1 buffer 0 0", KILLED, NULL},
    {"epoll-wait", "232 epoll buffer 1 0 0 0", KILLED, NULL},
    {"timer-fault", "286 timer 1 8 0 0 0", RETURNED, "returned -14"},
    {"timer-flags", "286 timer -1 buffer 0 0 0", RETURNED, "returned -22"},
    {"timer-epoll", "286 epoll 1 buffer 0 0 0", KILLED, NULL},
    {"timer-gettime", "287 timer buffer 0 0 0 0", KILLED, NULL},
    {"fs-set-noncanonical", "158 0x1002 -1 0 0 0 0", RETURNED, "returned -1"},
    {"gs-set", "158 0x1001 buffer 0 0 0 0", KILLED, NULL},
    {"fs-get", "158 0x1003 buffer 0 0 0 0", KILLED, NULL},
    {"cpuid-set", "158 0x1012 0 0 0 0 0", KILLED, NULL},
    {"fs-set-high", "158 0x100001002 buffer 0 0 0 0", KILLED, NULL},
    {"exit-group", "231 5 0 0 0 0 0", 5, NULL},
    {"exit", "60 5 0 0 0 0 0", KILLED, NULL},
    {"sigreturn", "15 0 0 0 0 0 0", KILLED, NULL},
    {"mprotect", "10 0x100000 4096 7 0 0 0", KILLED, NULL},
    {"mmap", "9 0 4096 7 34 -1 0", KILLED, NULL},
    {"seccomp", "317 1 0 buffer 0 0 0", KILLED, NULL},
    {"prctl", "157 38 0 0 0 0 0", KILLED, NULL},
    {"number-minus-one", "-1 0 0 0 0 0 0", KILLED, NULL},
    {"number-high", "0x100000027 0 0 0 0 0 0", KILLED, NULL},
};

/* How a guest's 32-bit call ends: a kernel without such calls has no gate for
 * them, and the instruction itself faults. */
static int end_of_i386(void)
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
#ifdef __x86_64__
        int number = 20; /* getpid */
        __asm__ volatile("int $0x80" : "+a"(number) : : "memory");
#endif
        _exit(0);
    }
    if (pid > 0 && waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
        WTERMSIG(status) == SIGSEGV)
        return FAULTED;
    return KILLED;
}

void test_hostile(check_fn *check, uprobe_fn *uprobe)
{
    char name[64], call[128];
    int i386 = end_of_i386();

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(name, sizeof name, "call-%s", cases[i].name);
        snprintf(call, sizeof call, "call %s", cases[i].call);
        check(name, OPTIONS, "device", call, cases[i].status, cases[i].output);
    }
    for (int n = 0; n <= LAST; n++) {
        snprintf(name, sizeof name, "call-%d", n);
        snprintf(call, sizeof call, "call %d -1 0x7fffffff -1 -1 -1 -1", n);
        if (n == URETPROBE || n == UPROBE)
            uprobe(name, OPTIONS, "device", call);
        else
            check(name, OPTIONS, "device", call, n == EXIT_GROUP ? 255 : KILLED,
                  NULL);
        snprintf(name, sizeof name, "call-x32-%d", n);
        snprintf(call, sizeof call, "call %d 1 buffer 1 0 0 0", X32 + n);
        check(name, OPTIONS, "device", call, KILLED, NULL);
        snprintf(name, sizeof name, "call-i386-%d", n);
        snprintf(call, sizeof call, "call32 %d", n);
        check(name, OPTIONS, "device", call, i386, NULL);
    }
}
