/* SPDX-License-Identifier: ISC */
/* fata-hvt from outside: guests are run and their end is checked.
 *   hvt_test TENDER GUESTS
 * GUESTS holds hvt0 and hvt_ring0 (plain), hvt3, hvt3_1 (version 1 of the
 * note), hvt_device, hvt_ring and hvt_ring_large (ring 3), and plain, for spt.
 */
#include "cases.h"
#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define REPORT "fata-hvt: fault: "

/* A plain image in ring 0: where KVM emulates that one instruction after the
 * other, guests have to be tiny. */
static void test_ring0(void)
{
    test("ring0-hello", "--mem=2", "hvt0", "hello", 0, "SUCCESS");
    test("ring0-boot-info", "--mem=4", "hvt0", "boot", 0, "SUCCESS");
    test("ring0-exit-300", "--mem=2", "hvt0", "exit 300", 44, NULL);
    test("ring0-command-line", "--mem=2", "hvt0", "echo  a", 0, "echo  a");
    test("ring0-clock", "--mem=2", "hvt0", "clock", 0, "SUCCESS");
    test("ring0-cpuid", "--mem=2", "hvt0", "cpuid", 0, "SUCCESS");
    test("ring0-zeropage", "--mem=2", "hvt0", "read-at 0 0", 1, NULL);
    test("ring0-boot-read-only", "--mem=2", "hvt0", "write-at 10000 44", 1,
         NULL);
    test("ring0-beyond", "--mem=2", "hvt0", "write-at memory 0", 1, NULL);
    test("ring0-wnox", "--mem=2", "hvt0", "write-at text 0", 1, NULL);
    test("ring0-tables-hidden", "--mem=2", "hvt0", "read-at 2000 0", 1, NULL);
    r.options = "--mem=2", r.image = "hvt0", r.arguments = "call 1 0 0";
    expect("ring0-call-null", 1, NULL, "bad argument address");
    r.options = "--mem=2", r.image = "hvt0", r.arguments = "call 1 2000 0";
    expect("ring0-call-tables", 1, NULL, "bad argument address");
    r.options = "--mem=2", r.image = "hvt0", r.arguments = "call 1 text 0";
    expect("ring0-call-text", 1, NULL, "bad argument address");
    r.options = "--mem=2", r.image = "hvt0", r.arguments = "port in32 501";
    expect("ring0-port-in", 1, NULL, "bad port access");
    r.options = "--mem=2", r.image = "hvt0", r.arguments = "port out32 f0";
    expect("ring0-port-private", 1, NULL, "bad port access");
}

static void test_plain_abi(void)
{
    static char longest[8200];

    test("hello", "--mem=2", "hvt3", "hello", 0, "SUCCESS");
    test("boot-info", "--mem=4", "hvt3", "boot", 0, "SUCCESS");
    test("exit-0", "--mem=2", "hvt3", "exit 0", 0, NULL);
    test("exit-1", "--mem=2", "hvt3", "exit 1", 1, NULL);
    test("exit-255", "--mem=2", "hvt3", "exit 255", 255, NULL);
    test("exit-300", "--mem=2", "hvt3", "exit 300", 44, NULL);
    test("exit-negative", "--mem=2", "hvt3", "exit -1", 255, NULL);
    test("default-memory", "", "hvt3", "exit 3", 3, NULL);
    test("odd-memory", "--mem=5", "hvt3", "boot", 0, "SUCCESS");
    test("large-memory", "--mem=4096", "hvt3", "exit 3", 3, NULL);
    test("dashes", "--mem=2 --", "hvt3", "exit 3", 3, NULL);
    test("command-line", "--mem=2", "hvt3", "echo  a  --mem=3 \t$", 0,
         "echo  a  --mem=3 \t$SUCCESS");
    memset(longest, 'x', 8191);
    memcpy(longest, "echo ", 5);
    r.options = "--mem=2", r.image = "hvt3", r.arguments = longest;
    run(&r);
    UNIT("command-line-longest", r.status == 0 && r.output_size == 8191 + 8,
         "status %d, %zu bytes", r.status, r.output_size);
    longest[8191] = 'x';
    test("command-line-too-long", "--mem=2", "hvt3", longest, 1, NULL);
    test("clock", "--mem=2", "hvt3", "clock", 0, "SUCCESS");
    test("tls", "--mem=2", "hvt3", "tls", 0, "SUCCESS");
    test("cpuid", "--mem=2", "hvt3", "cpuid", 0, "SUCCESS");
    r.prepare = closed_console;
    test("console-closed", "--mem=2", "hvt3", "console", 0, NULL);
    r.prepare = full_console;
    test("console-full", "--mem=2", "hvt3", "console", 0, NULL);
    r.options = "--mem=2 --stats", r.image = "hvt3", r.arguments = "console";
    expect("stats", 0, "xxx", "exits: puts 3 halt 1");
}

static bool little_memory(void)
{
    struct rlimit limit = {64 << 20, 64 << 20};

    return setrlimit(RLIMIT_AS, &limit) == 0;
}

static void test_mistakes(void)
{
    refused("no-image", "--mem=2", "", "no image given");
    refused("no-such-image", "--mem=2", "missing", "No such file");
    refused("option-unknown", "--frob", "hvt3", "--frob: unknown option");
    refused("memory-1", "--mem=1", "hvt3", "give --mem=2 or more");
    refused("memory-4097", "--mem=4097", "hvt3", "at most 4096 MiB");
    r.prepare = little_memory;
    refused("memory-limit", "--mem=512", "hvt3", "give a smaller --mem");
    refused("spt-image", "--mem=4", "plain",
            "this is an spt image: run it with fata-spt");
    refused("block-unattached", "--mem=4", "hvt_device",
            "block device disk is not attached: give --block:disk=PATH");
    test("help", "--help", "", "", 0, "--stats");
    r.options = "--version", r.image = "", r.arguments = "";
    expect("version", 0, NULL, "ABI version 2");
}

/* The last block's first 100 bytes can be written, the rest cannot. */
static bool short_write(void)
{
    struct rlimit limit = {65536 - 412, 65536 - 412};

    return setrlimit(RLIMIT_FSIZE, &limit) == 0 && with_net();
}

static void with_devices(const char *name, const char *arguments)
{
    r.prepare = with_net;
    test(name, DEVICES, "hvt_device", arguments, 0, "SUCCESS");
}

static void test_devices(void)
{
    make_pair(SOCK_DGRAM);
    with_devices("block-512", "block 512");
    with_devices("block-refused", "block-refused");
    with_devices("net-refused", "net-refused");
    r.prepare = with_net;
    test("block-4096", DEVICES " --block-sector-size:disk=4096", "hvt_device",
         "block 4096", 0, "SUCCESS");
    r.prepare = file_size_limit;
    test("block-write-error", DEVICES, "hvt_device", "write-error", 0,
         "SUCCESS");
    r.prepare = short_write;
    test("block-write-short", DEVICES, "hvt_device", "write-error", 0,
         "SUCCESS");
    with_devices("net-mtu-default", "mtu 1500");
    r.prepare = with_net;
    test("net-mac", DEVICES " --net-mac:service=00:02:04:06:08:0a",
         "hvt_device", "mac", 0, "SUCCESS");
    test_net("net-datagram", "hvt_device", "net", SOCK_DGRAM);
    test_net("net-seqpacket", "hvt_device", "net", SOCK_SEQPACKET);
    make_pair(SOCK_DGRAM);
    close_ours(NULL);
    with_devices("net-gone-datagram", "net-error 20");
    make_pair(SOCK_SEQPACKET);
    close_ours(NULL);
    with_devices("net-gone-seqpacket", "net-error 20");
}

static void test_tap(void)
{
    struct ifreq request;
    char options[128];
    int fd;

    close(net_pair[0]);
    close(net_pair[1]);
    net_pair[0] = net_pair[1] = -1;
    fd = make_tap(&request);

    if (fd < 0) {
        printf("skip tap-descriptor: cannot make a tap interface\n"
               "skip tap-name: cannot make a tap interface\n");
        return;
    }
    net_pair[1] = fd;
    with_devices("tap-descriptor", "mtu 1400");
    snprintf(options, sizeof options, DISK "--net:service=%s",
             request.ifr_name);
    refused("tap-busy", options, "hvt_device", "another process has it");
    close(fd);
    net_pair[1] = -1;
}

/* Status 255 and a report. */
static void faults(const char *name, const char *arguments, const char *says)
{
    test(name, "--mem=4", "hvt3", arguments, 255, says);
}

/* What the guest makes of `call NUMBER BASE OFFSET`, for each call. */
static void test_bad_arguments(void)
{
    static const struct {
        const char *name, *where;
    } places[] = {
        {"null", "0 0"},
        {"one", "1 0"},
        {"tables", "2000 0"},
        {"below-boot", "fffc 0"},
        {"end", "memory 0"},
        {"last-byte", "memory -1"},
        {"last-word", "memory -4"},
        {"highest", "ffffffff 0"},
        {"wrapping", "fffffffc 0"},
        {"far", "80000000 0"},
        {"guard", "guard 0"},
        {"guard-end", "guard 4095"},
        {"before-guard", "guard -1"},
    };

    for (int n = 1; n <= 8; n++)
        for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
            char name[64], call[64];

            snprintf(name, sizeof name, "call-%d-%s", n, places[i].name);
            snprintf(call, sizeof call, "call %d %s", n, places[i].where);
            faults(name, call, "hypercall with a bad argument address");
        }
    for (int n = 1; n <= 7; n++) {
        char name[64], call[64];

        if (n == 2)
            continue; /* writes nothing back */
        snprintf(name, sizeof name, "call-%d-text", n);
        snprintf(call, sizeof call, "call %d text 0", n);
        faults(name, call, "hypercall with a bad argument address");
        snprintf(name, sizeof name, "call-%d-boot", n);
        snprintf(call, sizeof call, "call %d 10000 0", n);
        faults(name, call, "hypercall with a bad argument address");
    }
    faults("call-0", "call 0 data 0", "unknown hypercall");
    faults("call-9", "call 9 data 0", "bad port access");
    faults("call-12", "call 12 data 0", "bad port access");
    faults("call-13", "call 13 data 0", "bad instruction"); /* byte 0x510 */
}

static void test_bad_data(void)
{
    static const struct {
        const char *name, *data; /* BASE OFFSET LENGTH */
        int status;
    } puts[] = {
        {"empty", "data 0 0", 0},
        {"boot", "10000 0 38", 0},
        {"text", "text 0 10", 0},
        {"last-byte", "memory -1 1", 0},
        {"null", "0 0 1", 255},
        {"tables", "2000 0 8", 255},
        {"before-boot", "ffff 0 2", 255},
        {"end", "memory 0 1", 255},
        {"over-end", "memory -1 2", 255},
        {"past-end", "memory 1 0", 255},
        {"all-ones", "data 0 ffffffffffffffff", 255},
        {"wrapping", "memory -1 8000000000000001", 255},
        {"negative", "data 0 8000000000000000", 255},
        {"wrap-to-boot", "ffffffffffffffff 0 10002", 255},
        {"high", "8000000000100000 0 1", 255},
        {"system", "100000000 0 10", 255},
        {"guard", "guard 0 1", 255},
        {"into-guard", "guard -1 2", 255},
        {"across-guard", "guard -1 2000", 255},
        {"four-gib", "data 0 100000000", 255},
    };
    static const char *const cookies[] = {
        "fff 0",      "10 0",        "memory -511",        "memory 0",
        "memory 511", "100000000 0", "ffffffffffffffff 0", "ffffffffffffff00 0",
        "guard 4095", "guard -511"};

    for (size_t i = 0; i < sizeof puts / sizeof puts[0]; i++) {
        char name[64], words[64];

        snprintf(name, sizeof name, "puts-%s", puts[i].name);
        snprintf(words, sizeof words, "puts-at %s", puts[i].data);
        test(name, "--mem=4", "hvt3", words, puts[i].status,
             puts[i].status == 0 ? NULL : "bad data address or length");
    }
    for (size_t i = 0; i < sizeof cookies / sizeof cookies[0]; i++) {
        char name[64], words[64];

        snprintf(name, sizeof name, "cookie-%zu", i);
        snprintf(words, sizeof words, "cookie-at %s", cookies[i]);
        faults(name, words, "bad cookie address");
    }
    test("cookie-good", "--mem=4", "hvt3", "cookie-at memory -512", 0, NULL);
}

/* Transfers whose buffer is bad, for each call that has one. */
static void test_bad_buffers(void)
{
    static const char *const bad[] = {
        "0 0 200",
        "2000 0 200",
        "memory -511 200",
        "memory 0 200",
        "buffer 0 ffffffffffffffff",
        "buffer 0 8000000000000000",
        "memory -1 8000000000000200",
        "ffffffffffffff00 0 200",
        "100000000 0 200",
    };

    make_pair(SOCK_DGRAM);
    for (int call = 4; call <= 7; call++) {
        char name[64], words[64];

        for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
            snprintf(name, sizeof name, "buffer-%d-%zu", call, i);
            snprintf(words, sizeof words, "data %d %s", call, bad[i]);
            r.prepare = with_net;
            test(name, DEVICES, "hvt_device", words, 255,
                 "bad data address or length");
        }
        if (call != 5) { /* which would overwrite the guest's stack */
            snprintf(name, sizeof name, "buffer-%d-last-byte", call);
            snprintf(words, sizeof words, "data %d memory -512 200", call);
            r.prepare = with_net;
            test(name, DEVICES, "hvt_device", words, 0,
                 call == 7 ? "result 1" : "result 0");
        }
        snprintf(name, sizeof name, "buffer-%d-text", call);
        snprintf(words, sizeof words, "data %d text 0 200", call);
        r.prepare = with_net;
        test(name, DEVICES, "hvt_device", words, call % 2 == 0 ? 0 : 255,
             call % 2 == 0 ? "result 0" : "bad data address or length");
    }
}

/* Every port but the hypercalls' is closed; those take 32-bit writes only. */
static void test_ports(void)
{
    static const char *const how[] = {"out8", "out16", "out32",
                                      "in8",  "in32",  "outs"};
    static const char *const closed[] = {"0",   "20",  "80",  "f0",  "3f8",
                                         "4fc", "510", "600", "cf8", "fffc"};

    for (size_t i = 0; i < sizeof how / sizeof how[0]; i++) {
        char name[64], words[64];

        for (size_t k = 0; k < sizeof closed / sizeof closed[0]; k++) {
            snprintf(name, sizeof name, "port-%s-%s", closed[k], how[i]);
            snprintf(words, sizeof words, "port %s %s", how[i], closed[k]);
            faults(name, words, REPORT "bad instruction");
        }
        if (strcmp(how[i], "out32") == 0)
            continue;
        snprintf(name, sizeof name, "port-501-%s", how[i]);
        snprintf(words, sizeof words, "port %s 501", how[i]);
        /* KVM may hand over a string one by one. */
        faults(name, words,
               strcmp(how[i], "outs") == 0 ? REPORT : REPORT "bad port access");
    }
}

static void test_ring3(void)
{
    static const struct {
        const char *name, *arguments, *says;
    } cases[] = {
        {"overflow-0", "overflow 0", "stack overflow: stack 0 is full: write"},
        {"overflow-1", "overflow 1", "stack overflow: stack 1 is full: write"},
        {"overflow-2", "overflow 2", "stack overflow: stack 2 is full: write"},
        {"overflow-3", "overflow 3", "stack overflow: stack 3 is full: write"},
        {"guard-read", "guard-read 2", "stack 2 is full: read at"},
        {"read", "read", "bad read at 0x0000000000000010"},
        {"write", "write", "bad write at 0x0000000000000020"},
        {"write-text", "write-at text 0", "bad write at 0x000000000010"},
        {"write-boot", "write-at 10000 44", "bad write at 0x000000000001002c"},
        {"execute-data", "execute", "bad execute at 0x000000000010"},
        {"execute-heap", "execute-heap", "bad execute at 0x00000000001"},
        {"execute-rodata", "execute-rodata", "bad execute at 0x000000000010"},
        {"execute-boot", "jump-at 10000 0",
         "bad execute at 0x0000000000010000"},
        {"jump-zero", "jump 0", "bad execute at 0x0000000000000000"},
        {"jump-zero-caller", "jump 0", "  #1 0x000000000010"},
        {"beyond", "write-at memory 0", "bad write at 0x0000000000400000"},
        {"below-boot", "read-at ffff 0", "bad read at 0x000000000000ffff"},
        {"after-boot", "read-at 14000 0", "bad read at 0x0000000000014000"},
        {"plain-tables", "read-at 2000 0", "bad read at 0x0000000000002000"},
        {"system-read-0", "read-at 100000000 0",
         "bad read at 0x0000000100000000"},
        {"system-read-1", "read-at 100001000 0",
         "bad read at 0x0000000100001000"},
        {"system-read-2", "read-at 100002ff8 0",
         "bad read at 0x0000000100002ff8"},
        {"system-write", "write-at 100000000 0",
         "bad write at 0x0000000100000000"},
        {"system-tables", "write-at 100003000 0",
         "bad write at 0x0000000100003000"},
        {"system-jump", "jump-at 100001000 0",
         "bad execute at 0x0000000100001000"},
        {"illegal", "illegal", "illegal instruction"},
        {"divide", "divide", "division by zero"},
        {"trap", "trap", "breakpoint instruction"},
        {"step", "step", "breakpoint instruction"},
        {"noncanonical", "noncanonical", "non-canonical address"},
        {"registers", "read", "\n  rip 0x000000000010"},
        {"backtrace-0", "write", "\n  #0 0x000000000010"},
        {"backtrace-2", "write", "\n  #2 0x000000000010"},
        {"backtrace-limit", "overflow 0", "\n  #31 0x000000000010"},
        {"frame-guard", "frame-guard", "  #0 0x"},
        {"frame-edge", "frame-edge", "  #0 0x"},
        {"frame-text", "frame-text", "  #0 0x"},
        {"frame-odd", "frame-odd", "  #0 0x"},
        {"frame-end", "frame-end", "  #0 0x"},
        {"frame-outside", "frame-outside", "  #0 0x"},
        {"frame-top", "frame-top", "  #0 0x"},
        {"frame-zero", "frame-zero", "  #0 0x"},
        {"frame-loop", "frame-loop", "  #2 0x"},
    };
    static const char *const privileged[] = {
        "hlt",     "cli",   "sti",        "mov-cr3",  "mov-cr0",
        "mov-dr7", "wrmsr", "rdmsr",      "xsetbv",   "lidt",
        "lgdt",    "ltr",   "invd",       "invlpg",   "clts",
        "swapgs",  "rdpmc", "ring0-code", "load-ss0", "iret-ring0"};

    test("offer", "--mem=4", "hvt3", "offer", 0, "SUCCESS");
    test("offer-version-1", "--mem=4", "hvt3_1", "offer", 0, "SUCCESS");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char name[64];

        snprintf(name, sizeof name, "fault-%s", cases[i].name);
        faults(name, cases[i].arguments, cases[i].says);
    }
    for (size_t i = 0; i < sizeof privileged / sizeof privileged[0]; i++) {
        char name[64];

        snprintf(name, sizeof name, "privileged-%s", privileged[i]);
        faults(name, privileged[i], REPORT "bad instruction");
    }
    /* A general protection fault; an illegal instruction under PVM. */
    faults("privileged-int-80", "int-80", REPORT);
    faults("privileged-int-14", "int-14", REPORT);
    faults("privileged-int-8", "int-8", REPORT);
    /* With EFER.SCE clear illegal (AMD, Intel), on a PVM host privileged. */
    faults("privileged-sysret", "sysret", REPORT);
    faults("privileged-syscall", "syscall", REPORT);
    faults("privileged-sysenter", "sysenter", REPORT);
}

static void then_terminate(struct run *running)
{
    kill(running->pid, SIGTERM);
}

static void then_interrupt(struct run *running)
{
    kill(running->pid, SIGINT);
}

static void terminate_again(struct run *running)
{
    running->when = "shutdown\n";
    running->then = then_terminate;
    kill(running->pid, SIGTERM);
}

static void interrupt_again(struct run *running)
{
    running->when = "shutdown\n";
    running->then = then_interrupt;
    kill(running->pid, SIGTERM);
}

static void terminate_twice(struct run *running)
{
    kill(running->pid, SIGTERM);
    usleep(20000); /* else the two are one */
    kill(running->pid, SIGTERM);
}

static void stop_and_continue(struct run *running)
{
    kill(running->pid, SIGSTOP);
    usleep(20000);
    kill(running->pid, SIGCONT);
    kill(running->pid, SIGTERM);
}

static void signalled(const char *name, const char *image,
                      const char *arguments, void (*then)(struct run *),
                      int status, const char *output)
{
    r.when = "ready";
    r.then = then;
    test(name, "--mem=4", image, arguments, status, output);
}

static void test_signals(void)
{
    signalled("shutdown-terminate", "hvt3", "shutdown", then_terminate, 0,
              "SUCCESS");
    signalled("shutdown-interrupt", "hvt3", "shutdown", then_interrupt, 0,
              "SUCCESS");
    signalled("shutdown-compute", "hvt3", "shutdown-compute", then_terminate, 0,
              "SUCCESS");
    signalled("shutdown-stopped", "hvt3", "shutdown", stop_and_continue, 0,
              "SUCCESS");
    signalled("shutdown-again", "hvt3", "shutdown-again", terminate_again, 143,
              NULL);
    signalled("shutdown-other", "hvt3", "shutdown-again", interrupt_again, 130,
              NULL);
    signalled("shutdown-busy", "hvt3", "shutdown-busy", terminate_twice, 143,
              NULL);
    signalled("shutdown-spin", "hvt3", "spin-forever", terminate_twice, 143,
              NULL);
    signalled("plain-terminate", "hvt0", "spin", then_terminate, 1, NULL);
    signalled("plain-interrupt", "hvt0", "spin", then_interrupt, 1, NULL);
}

static long dirty;

/* Private dirty memory of the tender: all mappings but the guest's 4 MiB. */
static void measure_dirty(struct run *running)
{
    unsigned long long start, end, size = 0;
    char path[64], line[512];
    long kib;
    FILE *f;

    snprintf(path, sizeof path, "/proc/%d/smaps", (int)running->pid);
    f = fopen(path, "r");
    dirty = 0;
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        if (sscanf(line, "%llx-%llx ", &start, &end) == 2)
            size = end - start;
        else if (size < 4 << 20 && sscanf(line, "Anonymous: %ld", &kib) == 1)
            dirty += kib;
    }
    if (f != NULL)
        fclose(f);
    kill(running->pid, SIGKILL);
}

static void test_memory(void)
{
    signalled("dirty-run", "hvt3", "shutdown", measure_dirty, 137, NULL);
    UNIT("dirty-memory", dirty > 0 && dirty < 1500, "%ld KiB", dirty);
    printf("# private dirty memory outside the guest's: %ld KiB\n", dirty);
}

int main(int argc, char **argv)
{
    struct rlimit none = {0, 0};
    bool sanitized = argc > 3;

    if (argc < 3)
        return 2;
    tender = argv[1];
    guests = argv[2];
    setrlimit(RLIMIT_CORE, &none);
    close(NET_FD);
    make_file("disk", 65536, 0600);
    test_plain_abi();
    if (!sanitized) /* ASan needs more memory than the limits here */
        test_mistakes();
    test_devices();
    test_bad_buffers();
    ring_cases(sanitized);
    test_tap();
    test_bad_arguments();
    test_bad_data();
    test_ports();
    test_ring3();
    test_signals();
    test_ring0();
    test_core();
    if (!sanitized)
        test_memory();
    return unit_failures + cases_failed() + core_failed() > 0;
}
