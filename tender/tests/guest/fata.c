/* SPDX-License-Identifier: ISC */
/* A guest with the Fata note: offer, guards, fault reports, shutdown. */
#include "guest.h"

#define STACKS     4
#define STACK_SIZE 16384

GUEST_NOTES(0, );

static char stacks[STACKS][STACK_SIZE] __attribute__((aligned(4096)));
static struct fata_offer offer;
static volatile int data = 1; /* the segment has file content */

static const struct {
    struct note_header h;
    uint32_t pad;
    struct fata_note note;
} note_fata __attribute__((section(".note.fata"), used, aligned(8))) = {
    {FATA_NOTE_NAME_SIZE, 4 + sizeof(struct fata_note), FATA_NOTE_TYPE,
     FATA_NOTE_NAME},
    0,
    {FATA_NOTE_VERSION, sizeof(struct fata_note),
     FATA_FEATURE_GUARDS | FATA_FEATURE_SHUTDOWN | FATA_FEATURE_ENTROPY |
         FATA_FEATURE_CLOCK | FATA_FEATURE_NET_OFFLOAD,
     (uint64_t)&offer, sizeof offer, (uint64_t)stacks, STACK_SIZE, STACKS, 0, 0,
     6}};

static void check_offer(void)
{
    int zeros = 0;

    CHECK(offer.version == FATA_NOTE_VERSION && offer.length == sizeof offer);
    /* No net device has offloads; where the host's clock needs a system call
     * there may be none. */
    CHECK((offer.features & ~FATA_FEATURE_CLOCK) == 7);
    CHECK(offer.net_offload == 0);
    CHECK((offer.clock != 0) == ((offer.features & FATA_FEATURE_CLOCK) != 0));
    CHECK(offer.shutdown_data == 0xfffffffd);
    for (int i = 0; i < 32; i++)
        zeros += offer.entropy[i] == 0;
    CHECK(zeros < 8);
    for (int i = 0; i < STACKS; i++) {
        stacks[i][4096] = 1; /* all but the guard is memory */
        stacks[i][STACK_SIZE - 1] = 1;
    }
}

/* Between two system calls lies what the function says; the thread pointer is
 * of no use here, so it needs none. */
static void check_clock(void)
{
    struct {
        int64_t seconds, nanoseconds;
    } t = {0, 0};
    int (*get)(int, void *) = (int (*)(int, void *))offer.clock;

    CHECK(offer.clock != 0);
    for (int i = 0; i < 1000; i++) {
        int64_t before = now();
        CHECK(get(1, &t) == 0);
        int64_t is = t.seconds * 1000000000 + t.nanoseconds;
        CHECK(before <= is && is <= now());
    }
    CHECK(get(0, &t) == 0 && t.seconds > 1700000000); /* after 2023 */
}

static __attribute__((noinline)) long recurse(volatile long *up)
{
    volatile long here[32];

    here[0] = up == NULL ? 0 : *up + 1;
    if (data == 0)
        return 0;
    return recurse(here) + here[0];
}

static void overflow(long index)
{
    char *top = stacks[index] + STACK_SIZE;

    __asm__ volatile("mov %0, %%rsp\n"
                     "xor %%ebp, %%ebp\n"
                     "xor %%edi, %%edi\n"
                     "call *%1\n"
                     :
                     : "r"(top), "r"(recurse)
                     : "memory");
}

static __attribute__((noinline)) void third(volatile int *p)
{
    *p = 1;
}

static __attribute__((noinline)) void second(volatile int *p)
{
    third(p);
    data = 2;
}

static __attribute__((noinline)) void first(volatile int *p)
{
    second(p);
    data = 3;
}

/* A fault while the frame pointer (and stack pointer) is `frame`. */
static void bad_frame(uintptr_t frame)
{
    __asm__ volatile("mov %0, %%rbp\n"
                     "mov %0, %%rsp\n"
                     "ud2\n"
                     :
                     : "r"(frame)
                     : "memory");
}

static void wait_for_shutdown(int events)
{
    say("ready\n");
    for (int i = 0; i < events; i++) {
        CHECK(wait_until(now() + 10000000000) == offer.shutdown_data);
        say("shutdown\n");
        CHECK(wait_until(now() + 50000000) == 0); /* once */
    }
}

void _start(const struct solo5_spt_boot *boot);
void _start(const struct solo5_spt_boot *boot)
{
    char word[64], text[64];
    long n;

    argument(0, word);
    n = number(argument(1, text));
    if (same(word, "offer"))
        check_offer();
    else if (same(word, "clock"))
        check_clock();
    else if (same(word, "overflow"))
        overflow(n);
    else if (same(word, "guard-read"))
        data = *(volatile char *)stacks[n];
    else if (same(word, "read"))
        data = *(volatile int *)16;
    else if (same(word, "write"))
        first((volatile int *)32);
    else if (same(word, "write-text"))
        *(volatile char *)(uintptr_t)_start = 0;
    else if (same(word, "execute"))
        ((void (*)(void))(uintptr_t)&data)();
    else if (same(word, "jump"))
        ((void (*)(void))(uintptr_t)n)();
    else if (same(word, "illegal"))
        __asm__ volatile("ud2");
    else if (same(word, "divide"))
        __asm__ volatile("xor %%ecx, %%ecx\n mov $1, %%eax\n cltd\n"
                         "idiv %%ecx" ::
                             : "eax", "ecx", "edx");
    else if (same(word, "trap"))
        __asm__ volatile("int3");
    else if (same(word, "noncanonical"))
        *(volatile int *)0x8000000000000000 = 1;
    else if (same(word, "halt"))
        __asm__ volatile("hlt");
    else if (same(word, "frame-guard"))
        bad_frame((uintptr_t)stacks[1]);
    else if (same(word, "frame-edge"))
        bad_frame((uintptr_t)stacks[1] - 8);
    else if (same(word, "frame-text"))
        bad_frame((uintptr_t)_start & ~7ul);
    else if (same(word, "frame-odd"))
        bad_frame((uintptr_t)stacks[1] + 8191);
    else if (same(word, "frame-end"))
        bad_frame(boot->memory_size - 8);
    else if (same(word, "frame-outside"))
        bad_frame(boot->memory_size);
    else if (same(word, "frame-top"))
        bad_frame(0xfffffffffffffff8);
    else if (same(word, "frame-zero"))
        bad_frame(0);
    else if (same(word, "frame-loop")) {
        static uintptr_t loop[4];

        loop[0] = (uintptr_t)&loop[2];
        loop[1] = loop[3] = (uintptr_t)_start;
        loop[2] = (uintptr_t)&loop[0];
        bad_frame((uintptr_t)loop);
    } else if (same(word, "no-thread-pointer")) {
        CALL(CALL_ARCH_PRCTL, 0x1002, 0, 0, 0, 0, 0);
        data = *(volatile int *)16;
    } else if (same(word, "shutdown"))
        wait_for_shutdown(1);
    else if (same(word, "shutdown-again")) {
        wait_for_shutdown(1);
        wait_until(now() + 10000000000);
    } else if (same(word, "shutdown-busy")) {
        say("ready\n");
        for (;;)
            (void)now();
    } else if (same(word, "forbidden"))
        CALL(39, 0, 0, 0, 0, 0, 0); /* getpid */
    else
        quit(98);
    say("SUCCESS\n");
    quit(0);
}
