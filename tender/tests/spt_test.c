/* SPDX-License-Identifier: ISC */
/* fata-spt from outside: guests are run and their end is checked.
 *   spt_test TENDER GUESTS [hostile]
 * GUESTS holds plain, device, fata and the bad images. */
#include "cases.h"
#include "spt_hostile.h"
#include "unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static bool no_descriptors(void)
{
    close(0);
    close(1);
    return true;
}

static bool ignore_interrupt(void)
{
    return signal(SIGINT, SIG_IGN) != SIG_ERR;
}

static bool block_signals(void)
{
    sigset_t all;

    sigfillset(&all);
    return sigprocmask(SIG_SETMASK, &all, NULL) == 0;
}

static bool little_memory(void)
{
    struct rlimit limit = {64 << 20, 64 << 20};

    return setrlimit(RLIMIT_AS, &limit) == 0;
}

static void test_plain(void)
{
    static char longest[8200];

    test("hello", "--mem=2", "plain", "hello", 0, "SUCCESS");
    test("boot-info", "--mem=4", "plain", "boot", 0, "SUCCESS");
    test("exit-0", "--mem=2", "plain", "exit 0", 0, NULL);
    test("exit-1", "--mem=2", "plain", "exit 1", 1, NULL);
    test("exit-255", "--mem=2", "plain", "exit 255", 255, NULL);
    test("exit-300", "--mem=2", "plain", "exit 300", 44, NULL);
    test("default-memory", "", "plain", "exit 3", 3, NULL);
    test("odd-memory", "--mem=3", "plain", "exit 3", 3, NULL);
    test("large-memory", "--mem=65536", "plain", "exit 3", 3, NULL);
    test("dashes", "--mem=2 --", "plain", "exit 3", 3, NULL);
    test("command-line", "--mem=2", "plain", "echo  a  --mem=3 \t$", 0,
         "echo  a  --mem=3 \t$SUCCESS");
    test("command-line-empty", "--mem=2", "plain", "", 0, "SUCCESS");
    memset(longest, 'x', 8191);
    memcpy(longest, "echo ", 5);
    r.options = "--mem=2", r.image = "plain", r.arguments = longest;
    run(&r);
    UNIT("command-line-longest", r.status == 0 && r.output_size == 8191 + 8,
         "status %d, %zu bytes", r.status, r.output_size);
    longest[8191] = 'x';
    test("command-line-too-long", "--mem=2", "plain", longest, 1, NULL);
    test("clock", "--mem=2", "plain", "clock", 0, "SUCCESS");
    test("tls", "--mem=2", "plain", "tls", 0, "SUCCESS");
    test("heap-not-executable", "--mem=4", "plain", "exec-heap", 139, NULL);
    test("heap-executable", "--mem=4 --x-exec-heap", "plain", "exec-heap", 0,
         "SUCCESS");
    test("data-not-executable", "--mem=4 --x-exec-heap", "plain", "exec-data",
         139, NULL);
    test("wnox", "--mem=4 --x-exec-heap", "plain", "wnox", 139, NULL);
    test("constants-read-only", "--mem=4", "plain", "rodata", 139, NULL);
    test("zeropage", "--mem=2", "plain", "zeropage", 139, NULL);
    test("beyond-memory", "--mem=2", "plain", "beyond", 139, NULL);
    r.prepare = closed_console;
    test("console-closed", "--mem=2", "plain", "console", 32, NULL);
    r.prepare = full_console;
    test("console-full", "--mem=2", "plain", "console", 28, NULL);
    r.prepare = no_descriptors;
    test("console-missing", "--mem=2", "plain", "console", 0, NULL);
    r.prepare = little_memory;
    refused("memory-limit", "--mem=512", "plain", "give a smaller --mem");
    refused("memory-1", "--mem=1", "plain", "give --mem=2 or more");
}

static void test_mistakes(void)
{
    static const char *const devices = "device";

    refused("no-image", "--mem=2", "", "no image given");
    refused("no-such-image", "--mem=2", "missing", "No such file");
    refused("image-folder", "--mem=2", ".", "not a regular file");
    refused("option-unknown", "--frob", "plain", "--frob: unknown option");
    refused("option-control-characters", "--a\nb", "plain", "--a?b");
    refused("block-unattached", "--mem=4", devices,
            "block device disk is not attached: give --block:disk=PATH");
    refused("net-unattached", "--mem=4 --block:disk=$/disk", devices,
            "net device service is not attached: give --net:service=INTERFACE");
    refused("block-unknown", "--mem=4 --block:other=$/disk", devices,
            "--block:other: the image has no such block device");
    refused("block-is-net", "--mem=4 --block:service=$/disk", devices,
            "the image has no such block device");
    refused("net-is-block", "--mem=4 --net:disk=@0", devices,
            "the image has no such net device");
    refused("block-for-plain", "--mem=4 --block:disk=$/disk", "plain",
            "no such block device");
    refused("block-missing", "--mem=4 --block:disk=$/none", devices,
            "No such file");
    refused("block-folder", "--mem=4 --block:disk=$", devices,
            "Is a directory");
    refused("block-null", "--mem=4 --block:disk=/dev/null", devices,
            "not a file or block device");
    refused("block-empty", "--mem=4 --block:disk=$/empty", devices,
            "0 bytes, is not a non-zero multiple of 512");
    refused("block-odd", "--mem=4 --block:disk=$/odd", devices,
            "513 bytes, is not a non-zero multiple of 512");
    refused("block-odd-for-size",
            "--mem=4 --block:disk=$/disk512 --block-sector-size:disk=1024",
            devices, "not a non-zero multiple of 1024");
    if (geteuid() != 0)
        refused("block-unwritable", "--mem=4 --block:disk=$/unwritable",
                devices, "Permission denied");
    else
        printf("skip block-unwritable: root may write every file\n");
    refused("sector-size-alone", "--mem=4 --block-sector-size:disk=512",
            devices, "needs --block:disk=PATH");
    refused("mac-alone", DISK "--net-mac:service=02:00:00:00:00:00", devices,
            "needs --net:service");
    refused("net-no-interface", DISK "--net:service=nosuchif", devices,
            "no interface nosuchif");
    refused("net-no-descriptor", DISK "--net:service=@9", devices,
            "--net:service=@9: no such descriptor was inherited");
    refused("net-descriptor-is-ours", DISK "--net:service=@3", devices,
            "--net:service=@3: no such descriptor was inherited");
    refused("mem-bad", "--mem=2x", "plain", "--mem=2x");
    test("help", "--help", "", "", 0, "--block-sector-size:NAME=SIZE");
    r.options = "--version", r.image = "", r.arguments = "";
    expect("version", 0, NULL, "ABI version 2");
}

static void test_bad_images(void)
{
    struct dirent **names;
    int n = scandir(guests, &names, NULL, alphasort);

    for (int i = 0; i < n; i++)
        if (strncmp(names[i]->d_name, "bad-", 4) == 0) {
            char name[300];

            snprintf(name, sizeof name, "tender-%s", names[i]->d_name);
            refused(name, "--mem=4", names[i]->d_name, "fata-spt: ");
        }
}

static void test_devices(void)
{
    make_pair(SOCK_DGRAM);
    r.prepare = with_net;
    test("block-512", DEVICES, "device", "block 512", 0, "SUCCESS");
    r.prepare = with_net;
    test("block-4096", DEVICES " --block-sector-size:disk=4096", "device",
         "block 4096", 0, "SUCCESS");
    r.prepare = file_size_limit;
    test("block-write-error", DEVICES, "device", "write-error 27", 0,
         "SUCCESS"); /* EFBIG */
    r.prepare = with_net;
    test("net-mtu-default", DEVICES, "device", "mtu 1500", 0, "SUCCESS");
    r.prepare = with_net;
    test("net-mac", DEVICES " --net-mac:service=00:02:04:06:08:0a", "device",
         "mac", 0, "SUCCESS");
    test_net("net-datagram", "device", "net", SOCK_DGRAM);
    test_net("net-seqpacket", "device", "net", SOCK_SEQPACKET);
    make_pair(SOCK_DGRAM);
    close_ours(NULL);
    r.prepare = with_net;
    test("net-gone-datagram", DEVICES, "device", "net-error 20", 0, "SUCCESS");
    make_pair(SOCK_SEQPACKET);
    close_ours(NULL);
    r.prepare = with_net;
    test("net-gone-seqpacket", DEVICES, "device", "net-error 20", 0, "SUCCESS");
    close(net_pair[1]);
    net_pair[1] = open(tender, O_RDONLY | O_CLOEXEC);
    r.prepare = with_net;
    refused("net-descriptor-is-file", DEVICES, "device", "cannot be waited");
    close(net_pair[1]);
    net_pair[0] = net_pair[1] = -1;
}

static int tap_index;

/* Deletes the interface under the guest. */
static void delete_tap(struct run *running)
{
    struct {
        struct nlmsghdr header;
        struct ifinfomsg link;
    } request = {{.nlmsg_len = sizeof request,
                  .nlmsg_type = RTM_DELLINK,
                  .nlmsg_flags = NLM_F_REQUEST},
                 {.ifi_family = AF_UNSPEC, .ifi_index = tap_index}};
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

    (void)running;
    if (fd < 0 || send(fd, &request, sizeof request, 0) < 0)
        abort();
    close(fd);
}

/* The filter knows readv and writev for devices with offloads only: the image
 * wants them, the interface has them, nobody has said no. */
static void test_offload(const char *options)
{
    char without[160];

    test("offload-readv", options, "offload", "call 19 net buffer 0 0 0 0", 77,
         "returned 0");
    test("offload-writev", options, "offload", "call 20 net buffer 0 0 0 0", 77,
         "returned 0");
    test("offload-readv-fault", options, "offload", "call 19 net 8 1 0 0 0", 77,
         "returned -14");
    test("offload-readv-disk", options, "offload",
         "call 19 disk buffer 0 0 0 0", 159, NULL);
    test("offload-writev-console", options, "offload",
         "call 20 1 buffer 0 0 0 0", 159, NULL);
    /* A frame is nothing without its header (struct fata_vnet). */
    test("offload-short", options, "offload", "call 1 net buffer 9 0 0 0", 77,
         "returned -22");
    test("offload-unwanted", options, "device", "call 19 net buffer 0 0 0 0",
         159, NULL);
    snprintf(without, sizeof without, "--no-offload %s", options);
    test("offload-refused", without, "offload", "call 19 net buffer 0 0 0 0",
         159, NULL);
}

static void test_tap(void)
{
    struct ifreq request;
    char options[128];
    int fd = make_tap(&request);

    if (fd < 0) {
        printf("skip tap-descriptor: cannot make a tap interface\n"
               "skip tap-name: cannot make a tap interface\n"
               "skip tap-down: cannot make a tap interface\n"
               "skip offload: cannot make a tap interface\n"
               "skip tap-gone: cannot make a tap interface\n");
        return;
    }
    net_pair[1] = fd;
    r.prepare = with_net;
    test("tap-descriptor", DEVICES, "device", "mtu 1400", 0, "SUCCESS");
    snprintf(options, sizeof options, DISK "--net:service=%s",
             request.ifr_name);
    refused("tap-busy", options, "device", "another process has it");
    ioctl(fd, TUNSETPERSIST, 1);
    close(fd);
    test("tap-name", options, "device", "mtu 1400", 0, "SUCCESS");
    test_offload(options);
    set_link(request.ifr_name, false);
    refused("tap-down", options, "device", "is down");
    set_link(request.ifr_name, true);
    fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    request.ifr_flags = IFF_TAP | IFF_NO_PI;
    ioctl(fd, TUNSETIFF, &request);
    net_pair[1] = fd;
    tap_index = (int)if_nametoindex(request.ifr_name);
    r.prepare = with_net;
    r.when = "ready";
    r.then = delete_tap;
    test("tap-gone", DEVICES, "device", "net-error 20000", 0, "SUCCESS");
    close(fd);
    net_pair[1] = -1;
}

static void test_faults(void)
{
    static const struct {
        const char *name, *arguments, *says;
    } faults[] = {
        {"overflow-0", "overflow 0", "stack overflow: stack 0 is full: write"},
        {"overflow-1", "overflow 1", "stack overflow: stack 1 is full: write"},
        {"overflow-2", "overflow 2", "stack overflow: stack 2 is full: write"},
        {"overflow-3", "overflow 3", "stack overflow: stack 3 is full: write"},
        {"guard-read", "guard-read 2", "stack 2 is full: read at"},
        {"read", "read", "bad read at 0x0000000000000010"},
        {"write", "write", "bad write at 0x0000000000000020"},
        {"write-text", "write-text", "bad write at 0x000000000010"},
        {"execute", "execute", "bad execute at 0x000000000010"},
        {"jump-zero", "jump 0", "bad execute at 0x0000000000000000"},
        {"jump-zero-caller", "jump 0", "  #1 0x000000000010"},
        {"illegal", "illegal", "illegal instruction"},
        {"divide", "divide", "division by zero"},
        {"trap", "trap", "breakpoint instruction"},
        {"noncanonical", "noncanonical", "non-canonical address"},
        {"privileged", "halt", "bad instruction"},
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
        {"no-thread-pointer", "no-thread-pointer", "bad read"},
    };

    test("offer", "--mem=4", "fata", "offer", 0, "SUCCESS");
    test("clock", "--mem=4", "fata", "clock", 0, "SUCCESS");
    refused("note-small-memory", "--mem=1", "fata", "give --mem=2 or more");
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        char name[64];

        snprintf(name, sizeof name, "fault-%s", faults[i].name);
        test(name, "--mem=4", "fata", faults[i].arguments, 255, faults[i].says);
    }
    test("fault-forbidden-call", "--mem=4", "fata", "forbidden", 159, NULL);
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

static void interrupt_then_terminate(struct run *running)
{
    kill(running->pid, SIGINT);
    usleep(20000);
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
    signalled("plain-terminate", "plain", "spin", then_terminate, 143, NULL);
    signalled("plain-interrupt", "plain", "spin", then_interrupt, 130, NULL);
    signalled("shutdown-terminate", "fata", "shutdown", then_terminate, 0,
              "SUCCESS");
    signalled("shutdown-interrupt", "fata", "shutdown", then_interrupt, 0,
              "SUCCESS");
    signalled("shutdown-again", "fata", "shutdown-again", terminate_again, 143,
              NULL);
    signalled("shutdown-other", "fata", "shutdown-again", interrupt_again, 130,
              NULL);
    signalled("shutdown-busy", "fata", "shutdown-busy", terminate_twice, 143,
              NULL);
    r.prepare = ignore_interrupt;
    signalled("shutdown-ignored", "fata", "shutdown", interrupt_then_terminate,
              0, "SUCCESS");
    r.prepare = block_signals;
    signalled("signals-unblocked", "plain", "spin", then_terminate, 143, NULL);
}

static long dirty;

/* Private dirty memory of the tender, that is above guest memory.  (Pages of
 * a just built program count as dirty until they are on disk; not here.) */
static void measure_dirty(struct run *running)
{
    unsigned long long start, end, from = 0;
    char path[64], line[512];
    long kib;
    FILE *f;

    snprintf(path, sizeof path, "/proc/%d/smaps", (int)running->pid);
    f = fopen(path, "r");
    dirty = 0;
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        if (sscanf(line, "%llx-%llx ", &start, &end) == 2)
            from = start;
        else if (from >= 4 << 20 && sscanf(line, "Anonymous: %ld", &kib) == 1)
            dirty += kib;
    }
    if (f != NULL)
        fclose(f);
    kill(running->pid, SIGKILL);
}

static void test_memory(void)
{
    signalled("dirty-run", "fata", "shutdown", measure_dirty, 137, NULL);
    UNIT("dirty-memory", dirty > 0 && dirty < 1024, "%ld KiB", dirty);
    printf("# private dirty memory outside the guest's: %ld KiB\n", dirty);
}

static void check_hostile(const char *name, const char *options,
                          const char *image, const char *arguments, int status,
                          const char *output)
{
    r.prepare = with_net;
    test(name, options, image, arguments, status, output);
}

/* Two calls pass every filter (Linux 6.14): they are part of how uprobes work
 * and do nothing for anybody else.  uretprobe ends with SIGILL, uprobe with
 * ENXIO. */
static void check_uprobe(const char *name, const char *options,
                         const char *image, const char *arguments)
{
    r.options = options;
    r.image = image;
    r.arguments = arguments;
    r.prepare = with_net;
    run(&r);
    UNIT(name,
         r.status == 159 || r.status == 132 ||
             (r.status == 77 && strstr(r.output, "returned -6") != NULL),
         "status %d, output \"%.300s\"", r.status, r.output);
    memset(&r, 0, offsetof(struct run, output));
}

int main(int argc, char **argv)
{
    struct rlimit none = {0, 0};

    if (argc < 3)
        return 2;
    tender = argv[1];
    guests = argv[2];
    setrlimit(RLIMIT_CORE, &none);
    close(NET_FD);
    make_file("disk", 65536, 0600);
    make_file("disk512", 512, 0600);
    make_file("empty", 0, 0600);
    make_file("odd", 513, 0600);
    make_file("unwritable", 512, 0400);
    test_plain();
    test_mistakes();
    test_bad_images();
    test_devices();
    test_tap();
    test_faults();
    test_signals();
    test_memory();
    make_pair(SOCK_DGRAM);
    test_hostile(check_hostile, check_uprobe);
    return unit_failures + cases_failed() > 0;
}
