/* SPDX-License-Identifier: ISC */
/* A plain Solo5 guest without devices: the first word of its command line says
 * what it does. */
#include "guest.h"

GUEST_NOTES(0, );

static char zeros[100000];
static volatile int data = 42;

static void check_boot(const struct solo5_spt_boot *boot, uintptr_t stack)
{
    const struct solo5_manifest *m =
        (const struct solo5_manifest *)(uintptr_t)boot->manifest;

    CHECK(boot == BOOT);
    CHECK(boot->memory_size == 4u << 20);
    CHECK(boot->kernel_end > 0x100000 && boot->kernel_end % 4096 == 0);
    CHECK(boot->kernel_end <= boot->memory_size);
    CHECK(boot->manifest == SOLO5_SPT_BOOT + 40);
    CHECK(boot->command_line > boot->manifest);
    CHECK(boot->epoll > 2 && boot->timer > 2 && boot->epoll != boot->timer);
    CHECK(m->version == 1 && m->entries == 1);
    CHECK(m->device[0].type == SOLO5_DEVICE_RESERVED);
    CHECK(stack <= boot->memory_size && boot->memory_size - stack < 4096);
    CHECK(data == 42);
    for (size_t i = 0; i < sizeof zeros; i++)
        CHECK(zeros[i] == 0);
    /* All of memory is there, and fresh: the last word too. */
    for (uint64_t a = boot->kernel_end; a < boot->memory_size - 8192; a += 8)
        CHECK(*(volatile uint64_t *)(uintptr_t)a == 0);
    CHECK(*(volatile uint64_t *)(uintptr_t)(boot->memory_size - 8) == 0);
}

static void check_clock(void)
{
    struct timespec64 wall = {0, 0};
    int64_t start = now();

    CHECK(CALL(CALL_CLOCK_GETTIME, 0, &wall, 0, 0, 0, 0) == 0);
    CHECK(wall.seconds > 1600000000);
    CHECK(wait_until(start + 20000000) == 0);
    CHECK(now() - start >= 20000000);
    CHECK(wait_until(start) == 0); /* in the past: at once */
    CHECK(wait_until(0) == 0);
}

static void check_tls(void)
{
    static uint64_t block[4];
    uint64_t value;

    block[2] = (uint64_t)(uintptr_t)&block[2];
    block[1] = 77;
    CHECK(CALL(CALL_ARCH_PRCTL, 0x1002, &block[2], 0, 0, 0, 0) == 0);
    __asm__ volatile("mov %%fs:-8, %0" : "=r"(value));
    CHECK(value == 77);
}

static void execute(uintptr_t address)
{
    *(volatile uint8_t *)address = 0xc3; /* ret */
    ((void (*)(void))address)();
}

/* A 32-bit system call. */
static long call32(long n)
{
    long result;

    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(n), "b"(0L), "c"(0L), "d"(0L), "S"(0L), "D"(0L)
                     : "memory", "r8", "r9", "r10", "r11");
    return result;
}

void _start(const struct solo5_spt_boot *boot);
void _start(const struct solo5_spt_boot *boot)
{
    char word[64], value[64];
    uintptr_t heap = (uintptr_t)boot->kernel_end + 4096;
    long n;

    argument(0, word);
    n = number(argument(1, value));
    if (same(word, "boot"))
        check_boot(boot, (uintptr_t)__builtin_frame_address(0));
    else if (same(word, "exit"))
        quit(n);
    else if (same(word, "echo"))
        say(command_line());
    else if (same(word, "clock"))
        check_clock();
    else if (same(word, "tls"))
        check_tls();
    else if (same(word, "exec-heap"))
        execute(heap);
    else if (same(word, "wnox"))
        *(volatile uint8_t *)(uintptr_t)_start = 0;
    else if (same(word, "rodata"))
        *(volatile char *)(uintptr_t)&note_abi = 0;
    else if (same(word, "exec-data"))
        execute((uintptr_t)zeros);
    else if (same(word, "zeropage"))
        (void)*(volatile uint8_t *)0;
    else if (same(word, "beyond"))
        *(volatile uint8_t *)(uintptr_t)boot->memory_size = 0;
    else if (same(word, "spin"))
        for (;;) {
            say("ready\n");
            wait_until(now() + 10000000000);
        }
    else if (same(word, "call32"))
        say_number("call32 ", call32(n));
    else if (same(word, "console")) /* must survive a closed console */
        for (int i = 0; i < 3; i++)
            n = CALL(CALL_WRITE, 1, "x", 1, 0, 0, 0);
    if (same(word, "console"))
        quit(n < 0 ? (int)-n : 0);
    say("SUCCESS\n");
    quit(0);
}
