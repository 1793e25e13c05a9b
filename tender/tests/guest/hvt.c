/* SPDX-License-Identifier: ISC */
/* A guest of hvt without devices: plain (ring 0) and, built with FATA, with
 * the note (ring 3).  The first word of its command line says what it does. */
#define GUEST_HVT
#include "guest.h"

GUEST_NOTES(0, );

#define SYSTEM 0x100000000ul /* where the tender keeps its tables */

static char zeros[8192];
static volatile int data = 42;

#ifdef FATA
#define STACKS     4
#define STACK_SIZE 16384

static char stacks[STACKS][STACK_SIZE] __attribute__((aligned(4096)));
static struct fata_offer offer = {.doorbell = 77}; /* stays in version 1 */

#ifdef NOTE_1 /* an image from before the ring */
#define NOTE_VERSION 1
#define NOTE_SIZE    FATA_NOTE_SIZE_1
#define OFFER_SIZE   FATA_OFFER_SIZE_1
#else
#define NOTE_VERSION FATA_NOTE_VERSION
#define NOTE_SIZE    sizeof(struct fata_note)
#define OFFER_SIZE   sizeof offer
#endif

static const struct {
    struct note_header h;
    uint32_t pad;
    struct fata_note note;
} note_fata __attribute__((section(".note.fata"), used, aligned(8))) = {
    {FATA_NOTE_NAME_SIZE, 4 + NOTE_SIZE, FATA_NOTE_TYPE, FATA_NOTE_NAME},
    0,
    {NOTE_VERSION, NOTE_SIZE,
     FATA_FEATURE_GUARDS | FATA_FEATURE_SHUTDOWN | FATA_FEATURE_ENTROPY,
     (uint64_t)&offer, OFFER_SIZE, (uint64_t)stacks, STACK_SIZE, STACKS, 0, 0}};
#endif

static void check_boot(const struct solo5_hvt_boot *boot, uintptr_t stack)
{
    const struct solo5_manifest *m =
        (const struct solo5_manifest *)(uintptr_t)boot->manifest;
    unsigned selector;

    CHECK(boot == BOOT);
    CHECK(boot->memory_size == 4u << 20);
    CHECK(boot->kernel_end > 0x100000 && boot->kernel_end % 4096 == 0);
    CHECK(boot->kernel_end <= boot->memory_size);
    CHECK(boot->cycle_hz > 100000000);
    CHECK(boot->manifest >= SOLO5_HVT_BOOT + 56);
    CHECK(boot->command_line > boot->manifest);
    CHECK(boot->command_line + 8192 <= 0x14000);
    CHECK(boot->features == 0 && boot->accepted == 0 && boot->ring == 0);
    CHECK(m->version == 1 && m->entries == 1);
    CHECK(m->device[0].type == SOLO5_DEVICE_RESERVED);
    CHECK(stack <= boot->memory_size && boot->memory_size - stack < 4096);
    CHECK(data == 42);
    __asm__ volatile("mov %%cs, %0" : "=r"(selector));
#ifdef FATA
    CHECK((selector & 3) == 3);
    for (size_t i = 0; i < sizeof zeros; i++)
        CHECK(zeros[i] == 0);
    /* All of memory is there, and fresh: the last word too. */
    for (uint64_t a = boot->kernel_end; a < boot->memory_size - 8192; a += 8)
        CHECK(*(volatile uint64_t *)(uintptr_t)a == 0);
#else
    CHECK(selector == 8);
#endif
    CHECK(*(volatile uint64_t *)(uintptr_t)(boot->memory_size - 8) == 0);
}

static void check_clock(void)
{
    uint64_t start = cycles(), hz = BOOT->cycle_hz, begin = wall(), took;

    CHECK(begin > 1600000000ul * 1000000000ul);
    CHECK(poll(20000000) == 0);
    took = wall() - begin;
    CHECK(took >= 20000000 && took < 5000000000);
    CHECK((cycles() - start) / (hz / 1000) >= 20);
    CHECK(poll(0) == 0);
    CHECK(poll(1) == 0);
    CHECK(wall() - begin < 5000000000);
}

static void check_tls(void)
{
#ifdef FATA
    static uint64_t block[4];
    uint64_t value;

    block[1] = 77;
    __asm__ volatile("wrfsbase %0" : : "r"(&block[2]));
    __asm__ volatile("mov %%fs:-8, %0" : "=r"(value));
    CHECK(value == 77);
#endif
}

static void cpuid(uint32_t leaf, uint32_t index, uint32_t r[4])
{
    __asm__ volatile("cpuid"
                     : "=a"(r[0]), "=b"(r[1]), "=c"(r[2]), "=d"(r[3])
                     : "a"(leaf), "c"(index));
}

/* No virtualisation; what XCR0 has and CPUID says is the same. */
static void check_cpuid(void)
{
    uint32_t r[4];

    cpuid(1, 0, r);
    CHECK((r[2] & (1u << 5)) == 0);
    cpuid(0x80000001, 0, r);
    CHECK((r[2] & (1u << 2)) == 0);
#ifdef FATA
    uint32_t low, high;

    cpuid(1, 0, r);
    CHECK((r[2] & (1u << 27)) != 0); /* OSXSAVE */
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    cpuid(0xd, 0, r);
    CHECK(low == r[0] && high == 0 && r[3] == 0);
    CHECK(r[1] <= r[2] && r[1] >= 576);
    CHECK((low & 3) == 3);
    if ((low & 4) != 0)
        __asm__ volatile("vpxor %%ymm0, %%ymm0, %%ymm0" ::: "memory");
    cpuid(7, 0, r);
    CHECK((r[1] & 1) != 0);                        /* FSGSBASE */
    CHECK(((r[1] >> 16) & 1) == ((low >> 5) & 1)); /* AVX-512F */
    CHECK((r[3] & (1u << 24)) == 0);               /* AMX */
    if ((r[1] & (1u << 16)) != 0)
        __asm__ volatile("vpxorq %%zmm16, %%zmm16, %%zmm16" ::: "memory");
    __asm__ volatile("pxor %%xmm1, %%xmm1\n cvtsi2sd %%rax, %%xmm1\n"
                     "fld1\n fstp %%st(0)\n" ::
                         : "memory");
#endif
}

static uint64_t hex(const char *s)
{
    uint64_t n = 0;

    if (same(s, "memory"))
        return BOOT->memory_size;
    if (same(s, "text"))
        return (uint64_t)(uintptr_t)check_boot;
    if (same(s, "data"))
        return (uint64_t)(uintptr_t)zeros;
#ifdef FATA
    if (same(s, "guard"))
        return (uint64_t)(uintptr_t)stacks[1];
#endif
    for (; *s != '\0'; s++)
        n = n * 16 + (uint64_t)(*s <= '9' ? *s - '0' : *s - 'a' + 10);
    return n;
}

/* `BASE OFFSET`: a hexadecimal address, plus a decimal number */
static uint64_t address_of(int first)
{
    char base[64], offset[64];

    argument(first, base);
    return hex(base) + (uint64_t)number(argument(first + 1, offset));
}

/* `data BASE OFFSET LENGTH` */
static void hostile_data(unsigned call)
{
    static volatile union {
        struct solo5_hvt_puts puts;
        struct solo5_hvt_halt halt;
    } a;
    char length_text[64];

    if (call == SOLO5_HVT_PUTS) {
        a.puts.data = address_of(1);
        a.puts.length = hex(argument(3, length_text));
    } else {
        a.halt.cookie = address_of(1);
    }
    hypercall(call, &a);
}

/* HALT as upstream's bindings do it after a trap: where it was, in a cookie. */
static void trap_cookie(uint64_t rip, uint64_t rsp)
{
    static uint64_t cookie[SOLO5_HVT_COOKIE_SIZE / 8];
    struct solo5_hvt_halt call = {(uint64_t)(uintptr_t)cookie, 255, 0};
    uint16_t selector;

    __asm__ volatile("mov %%cs, %0" : "=r"(selector));
    cookie[2] = rip;
    cookie[3] = selector;
    cookie[5] = rsp;
    hypercall(SOLO5_HVT_HALT, &call);
}

static void bad_port(const char *how, uint16_t port)
{
    uint32_t value = (uint32_t)(uintptr_t)zeros;

    if (same(how, "out8"))
        __asm__ volatile("outb %%al, %1" : : "a"(value), "d"(port));
    else if (same(how, "out16"))
        __asm__ volatile("outw %%ax, %1" : : "a"(value), "d"(port));
    else if (same(how, "in8"))
        __asm__ volatile("inb %1, %%al" : "=a"(value) : "d"(port));
    else if (same(how, "in32"))
        __asm__ volatile("inl %1, %%eax" : "=a"(value) : "d"(port));
    else if (same(how, "outs"))
        __asm__ volatile("rep outsl"
                         :
                         : "d"(port), "c"(4ul), "S"(zeros)
                         : "memory");
    else
        out32(port, value);
}

#ifdef FATA
static void check_offer(void)
{
    int zero = 0;

    CHECK(offer.version == NOTE_VERSION && offer.length == OFFER_SIZE);
    CHECK(offer.doorbell == (NOTE_VERSION == 1 ? 77 : 0));
    CHECK(offer.features == 7);
    CHECK(offer.shutdown_data == FATA_HVT_SHUTDOWN_DATA);
    for (int i = 0; i < 32; i++)
        zero += offer.entropy[i] == 0;
    CHECK(zero < 8);
    for (int i = 0; i < STACKS; i++) {
        stacks[i][4096] = 1; /* all but the guard is memory */
        stacks[i][STACK_SIZE - 1] = 1;
    }
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
        CHECK(poll(10000000000) == offer.shutdown_data);
        say("shutdown\n");
        CHECK(poll(50000000) == 0); /* once */
    }
}

static int privileged(const char *word)
{
    if (same(word, "hlt"))
        __asm__ volatile("hlt");
    else if (same(word, "cli"))
        __asm__ volatile("cli");
    else if (same(word, "sti"))
        __asm__ volatile("sti");
    else if (same(word, "mov-cr3"))
        __asm__ volatile("mov %0, %%cr3" : : "r"(0ul) : "memory");
    else if (same(word, "mov-cr0"))
        __asm__ volatile("mov %%cr0, %%rax" : : : "rax");
    else if (same(word, "mov-dr7"))
        __asm__ volatile("mov %0, %%dr7" : : "r"(0ul));
    else if (same(word, "wrmsr"))
        __asm__ volatile("wrmsr" : : "a"(0), "d"(0), "c"(0xc0000080));
    else if (same(word, "rdmsr"))
        __asm__ volatile("rdmsr" : : "c"(0xc0000080) : "eax", "edx");
    else if (same(word, "xsetbv"))
        __asm__ volatile("xsetbv" : : "a"(1), "d"(0), "c"(0));
    else if (same(word, "lidt"))
        __asm__ volatile("lidt %0" : : "m"(zeros));
    else if (same(word, "lgdt"))
        __asm__ volatile("lgdt %0" : : "m"(zeros));
    else if (same(word, "ltr"))
        __asm__ volatile("ltr %0" : : "r"((uint16_t)0x28));
    else if (same(word, "invd"))
        __asm__ volatile("invd");
    else if (same(word, "invlpg"))
        __asm__ volatile("invlpg %0" : : "m"(zeros));
    else if (same(word, "clts"))
        __asm__ volatile("clts");
    else if (same(word, "swapgs"))
        __asm__ volatile("swapgs");
    else if (same(word, "sysret"))
        __asm__ volatile("sysretq" : : "c"(check_boot), "a"(0));
    else if (same(word, "syscall"))
        __asm__ volatile("syscall" : : : "rcx", "r11", "memory");
    else if (same(word, "sysenter"))
        __asm__ volatile("sysenter");
    else if (same(word, "int-80"))
        __asm__ volatile("int $0x80");
    else if (same(word, "int-14"))
        __asm__ volatile("int $14");
    else if (same(word, "int-8"))
        __asm__ volatile("int $8");
    else if (same(word, "rdpmc"))
        __asm__ volatile("rdpmc" : : "c"(0) : "eax", "edx");
    else if (same(word, "ring0-code"))
        __asm__ volatile("pushq $8\n pushq %0\n lretq" : : "r"(check_boot));
    else if (same(word, "iret-ring0"))
        __asm__ volatile("pushq $0x10\n push %%rsp\n pushfq\n pushq $8\n"
                         "push %0\n iretq"
                         :
                         : "r"(check_boot));
    else if (same(word, "load-ss0"))
        __asm__ volatile("mov %0, %%ss" : : "r"(0x10));
    else
        return 0;
    return 1;
}

static int fault(const char *word, long n, const struct solo5_hvt_boot *boot)
{
    if (same(word, "offer"))
        check_offer();
    else if (same(word, "overflow"))
        overflow(n);
    else if (same(word, "guard-read"))
        data = *(volatile char *)stacks[n];
    else if (same(word, "read"))
        data = *(volatile int *)16;
    else if (same(word, "write"))
        first((volatile int *)32);
    else if (same(word, "execute"))
        ((void (*)(void))(uintptr_t)&data)();
    else if (same(word, "execute-heap"))
        ((void (*)(void))(uintptr_t)(boot->kernel_end + 4096))();
    else if (same(word, "execute-rodata"))
        ((void (*)(void))(uintptr_t)&note_abi)();
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
    else if (same(word, "step"))
        __asm__ volatile("pushfq\n orq $0x100, (%%rsp)\n popfq\n nop" ::
                             : "memory");
    else if (same(word, "noncanonical"))
        *(volatile int *)0x8000000000000000 = 1;
    else if (same(word, "frame-guard"))
        bad_frame((uintptr_t)stacks[1]);
    else if (same(word, "frame-edge"))
        bad_frame((uintptr_t)stacks[1] - 8);
    else if (same(word, "frame-text"))
        bad_frame((uintptr_t)check_boot & ~7ul);
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
        loop[1] = loop[3] = (uintptr_t)check_boot;
        loop[2] = (uintptr_t)&loop[0];
        bad_frame((uintptr_t)loop);
    } else if (same(word, "shutdown"))
        wait_for_shutdown(1);
    else if (same(word, "shutdown-again")) {
        wait_for_shutdown(1);
        poll(10000000000);
    } else if (same(word, "shutdown-busy")) {
        say("ready\n");
        for (;;)
            (void)wall();
    } else if (same(word, "shutdown-compute")) {
        say("ready\n");
        for (long i = 0; i < 400000000; i++)
            __asm__ volatile("");
        CHECK(poll(0) == offer.shutdown_data);
        CHECK(poll(0) == 0);
    } else if (same(word, "spin-forever")) {
        say("ready\n");
        for (;;)
            __asm__ volatile("");
    } else
        return privileged(word);
    return 1;
}
#endif

void _start(const struct solo5_hvt_boot *boot);
void _start(const struct solo5_hvt_boot *boot)
{
    char word[64], value[64];
    long n;

    argument(0, word);
    n = number(argument(1, value));
    if (same(word, "boot"))
        check_boot(boot, (uintptr_t)__builtin_frame_address(0));
    else if (same(word, "exit"))
        quit(n);
    else if (same(word, "echo"))
        say((const char *)(uintptr_t)boot->command_line);
    else if (same(word, "clock"))
        check_clock();
    else if (same(word, "tls"))
        check_tls();
    else if (same(word, "cpuid"))
        check_cpuid();
    else if (same(word, "console"))
        for (int i = 0; i < 3; i++)
            say("x");
    else if (same(word, "spin"))
        for (;;) {
            say("ready\n");
            poll(10000000000);
        }
    else if (same(word, "puts-at"))
        hostile_data(SOLO5_HVT_PUTS);
    else if (same(word, "cookie-at"))
        hostile_data(SOLO5_HVT_HALT);
    else if (same(word, "trap-cookie"))
        trap_cookie(0x100123, 0x1ffff0);
    else if (same(word, "call")) /* NUMBER BASE OFFSET */
        out32((uint16_t)(SOLO5_HVT_PORT + n), (uint32_t)address_of(2));
    else if (same(word, "port")) { /* HOW PORT */
        char port[64];

        bad_port(value, (uint16_t)hex(argument(2, port)));
    } else if (same(word, "write-at"))
        *(volatile char *)(uintptr_t)address_of(1) = 0;
    else if (same(word, "read-at"))
        data = *(volatile char *)(uintptr_t)address_of(1);
    else if (same(word, "jump-at"))
        ((void (*)(void))(uintptr_t)address_of(1))();
#ifdef FATA
    else if (fault(word, n, boot))
        ;
#endif
    else if (!same(word, "hello"))
        quit(98);
    if (same(word, "console"))
        quit(0);
    say("SUCCESS\n");
    quit(0);
}
