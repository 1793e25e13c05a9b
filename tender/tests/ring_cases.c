/* SPDX-License-Identifier: ISC */
/* The network ring: guests that use it, guests that break its contract, and the
 * worker's end. */
#include "cases.h"
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static void ring(const char *name, const char *arguments, int status,
                 const char *output)
{
    r.prepare = with_net;
    test(name, DEVICES, "hvt_ring", arguments, status, output);
}

/* What ends the run, with a report that says why. */
static void broken(const char *name, const char *arguments, const char *says)
{
    ring(name, arguments, 255, says);
}

static void test_use(void)
{
    test_net("ring-net", "hvt_ring", "net", SOCK_DGRAM);
    test_net("ring-net-seqpacket", "hvt_ring", "net", SOCK_SEQPACKET);
    test_net("ring-stream", "hvt_ring", "stream 2000", SOCK_SEQPACKET);
    make_pair(SOCK_DGRAM);
    ring("ring-cancel", "cancel", 0, "SUCCESS");
    ring("ring-refused", "refused", 0, "SUCCESS");
    ring("ring-full", "full 0", 0, "SUCCESS");
    ring("ring-doorbells", "doorbells 1000", 0, "SUCCESS");
    r.prepare = with_net;
    test("no-ring", DEVICES " --no-ring", "hvt_ring", "none", 255,
         "bad write at 0x0000000110000000");
    r.prepare = with_net;
    r.options = DEVICES " --stats", r.image = "hvt_ring";
    r.arguments = "cancel";
    expect("ring-stats", 0, "SUCCESS",
           "ring: frames out 0 in 0; bytes out 0 in 0; ");
    close_ours(NULL);
    ring("ring-gone", "gone", 0, "SUCCESS");
    make_pair(SOCK_DGRAM);
}

static void test_broken(void)
{
    static const char *const tails[] = {"9", "10", "1024", "2147483648",
                                        "4294967295"};
    static const char *const heads[] = {"1", "-9", "9", "2147483647",
                                        "-2147483648"};
    static const char *const operations[] = {"0", "1", "2", "6", "ffff"};
    static const char *const buffers[] = {
        "0 0 200",           "2000 0 200",
        "memory -511 200",   "memory 0 200",
        "memory 0 1",        "buffer 0 ffffffff",
        "buffer 0 80000000", "ffffffffffffff00 0 200",
        "100000000 0 200",   "110000000 0 4",
        "memory -1 2",
    };
    char name[64], words[64];

    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
        snprintf(name, sizeof name, "ring-tail-%s", tails[i]);
        snprintf(words, sizeof words, "tail %s", tails[i]);
        broken(name, words, "bad ring entry: the tail is too far ahead");
    }
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        snprintf(name, sizeof name, "ring-head%s", heads[i]);
        snprintf(words, sizeof words, "completion-head %s", heads[i]);
        broken(name, words, "the completion head is out of range");
    }
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        snprintf(name, sizeof name, "ring-operation-%s", operations[i]);
        snprintf(words, sizeof words, "submit %s buffer 0 64", operations[i]);
        broken(name, words, "unknown operation");
    }
    for (int operation = 3; operation <= 4; operation++) {
        for (size_t i = 0; i < sizeof buffers / sizeof buffers[0]; i++) {
            snprintf(name, sizeof name, "ring-buffer-%d-%zu", operation, i);
            snprintf(words, sizeof words, "submit %d %s", operation,
                     buffers[i]);
            broken(name, words, "bad buffer address or length");
        }
        snprintf(name, sizeof name, "ring-text-%d", operation);
        snprintf(words, sizeof words, "submit %d text 0 64", operation);
        ring(name, words, operation == 3 ? 0 : 255,
             operation == 3 ? "SUCCESS" : "bad buffer address or length");
    }
    broken("ring-overfull", "full 1", "more are outstanding");
    broken("ring-doorbell-read", "doorbell-read", "memory that it does not");
    broken("ring-doorbell-jump", "doorbell-jump", "bad execute at 0x00000001");
}

/* Ends well, or with one of the reports; anything else is the worker's. */
static void test_mutation(void)
{
    for (int wild = 0; wild < 2; wild++) {
        int status;

        r.options = DEVICES, r.image = "hvt_ring";
        r.arguments = wild ? "mutate 1" : "mutate 0";
        r.prepare = with_net;
        status = run(&r);
        UNIT(wild ? "ring-mutated-wild" : "ring-mutated",
             wild ? status == 255 && strstr(r.output, "bad ring entry") != NULL
                  : status == 0 || strstr(r.output, "more are outst") != NULL,
             "status %d, output \"%.300s\", errors \"%.300s\"", status,
             r.output, r.errors);
        memset(&r, 0, offsetof(struct run, output));
    }
}

/* Offloads, on a TAP interface: what breaks their contract. */
static void test_offload(void)
{
    static const char *const headers[] = {
        "3 0 0",       "3 memory -9",          "3 memory 0",
        "3 2000 0",    "3 ffffffffffffffff 0", "4 text 0",
        "4 memory -9", "4 100000000 0",        "4 fffffffffffffff8 0",
    };
    struct ifreq request;
    char options[128], words[64], name[64];
    int tap = make_tap(&request);

    if (tap < 0) {
        printf("skip ring-offload: cannot make a tap interface\n");
        return;
    }
    ioctl(tap, TUNSETPERSIST, 1);
    close(tap);
    snprintf(options, sizeof options, DISK "--net:service=%s",
             request.ifr_name);
    test("ring-offload-headers", options, "hvt_ring_large", "headers", 0,
         "SUCCESS");
    test("ring-offload-pieces", options, "hvt_ring_large", "pieces", 0,
         "SUCCESS");
    test("ring-offload-unwanted", options, "hvt_ring", "refused", 0, "SUCCESS");
    test("ring-offload-between", options, "hvt_ring_large", "break 1", 255,
         "bad ring entry: a frame of too many pieces");
    test("ring-offload-many", options, "hvt_ring_large", "break 129", 255,
         "bad ring entry: a frame of too many pieces");
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        snprintf(name, sizeof name, "ring-offload-header-%zu", i);
        snprintf(words, sizeof words, "header %s", headers[i]);
        test(name, options, "hvt_ring_large", words, 255,
             "bad buffer address or length");
    }
    for (int wild = 0; wild < 2; wild++) {
        int status;

        r.options = options, r.image = "hvt_ring_large";
        r.arguments = wild ? "mutate 1" : "mutate 0";
        status = run(&r);
        UNIT(wild ? "ring-offload-mutated-wild" : "ring-offload-mutated",
             (status == 255 && strstr(r.output, "bad ring entry") != NULL) ||
                 (status == 0 && wild == 0),
             "status %d, output \"%.300s\", errors \"%.300s\"", status,
             r.output, r.errors);
        memset(&r, 0, offsetof(struct run, output));
    }
    tap = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    request.ifr_flags = IFF_TAP | IFF_NO_PI;
    ioctl(tap, TUNSETIFF, &request);
    ioctl(tap, TUNSETPERSIST, 0);
    close(tap);
}

static void test_plain(void)
{
    test_net("ring0-ring-net", "hvt_ring0", "net", SOCK_DGRAM);
    make_pair(SOCK_DGRAM);
    r.prepare = with_net;
    test("ring0-ring-refused", DEVICES, "hvt_ring0", "refused", 0, "SUCCESS");
    r.prepare = with_net;
    test("ring0-no-ring", DEVICES " --no-ring", "hvt_ring0", "none", 0,
         "SUCCESS");
    r.prepare = with_net;
    test("ring0-too-small", "--mem=2 --block:disk=$/disk --net:service=@9",
         "hvt_ring0", "none", 0, "SUCCESS");
    r.prepare = with_net;
    test("ring0-too-large", "--mem=4096 --block:disk=$/disk --net:service=@9",
         "hvt_ring0", "none", 0, "SUCCESS");
    r.prepare = with_net, r.options = DEVICES, r.image = "hvt_ring0";
    r.arguments = "tail 1025";
    expect("ring0-ring-tail", 1, NULL, "the tail is too far ahead");
    r.prepare = with_net, r.options = DEVICES, r.image = "hvt_ring0";
    r.arguments = "submit 2 memory 0 64";
    expect("ring0-ring-buffer", 1, NULL, "bad buffer address or length");
}

/* The only child of the tender, or 0. */
static pid_t worker_of(const struct run *running)
{
    char path[64];
    int pid = 0;
    FILE *f;

    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)running->pid,
             (int)running->pid);
    f = fopen(path, "r");
    if (f != NULL && fscanf(f, "%d", &pid) != 1)
        pid = 0;
    if (f != NULL)
        fclose(f);
    return pid;
}

static pid_t worker;

static void kill_worker(struct run *running)
{
    worker = worker_of(running);
    if (worker > 0)
        kill(worker, SIGKILL);
}

static void kill_tender(struct run *running)
{
    worker = worker_of(running);
    kill(running->pid, SIGKILL);
}

static int descriptors;
static bool filtered;

/* What the worker can reach; two seconds at most until it is confined. */
static void look_at_worker(struct run *running)
{
    char path[64], line[256];
    DIR *folder;
    FILE *f;

    worker = worker_of(running);
    descriptors = filtered = 0;
    for (int i = 0; i < 400 && !filtered; i++) {
        usleep(5000);
        snprintf(path, sizeof path, "/proc/%d/status", (int)worker);
        f = fopen(path, "r");
        while (f != NULL && fgets(line, sizeof line, f) != NULL)
            filtered = filtered || strcmp(line, "Seccomp:\t2\n") == 0;
        if (f != NULL)
            fclose(f);
    }
    snprintf(path, sizeof path, "/proc/%d/fd", (int)worker);
    folder = opendir(path);
    for (struct dirent *e; folder != NULL && (e = readdir(folder)) != NULL;)
        descriptors += e->d_name[0] != '.';
    if (folder != NULL)
        closedir(folder);
    kill(running->pid, SIGKILL);
}

static void lost(const char *name, const char *arguments)
{
    r.prepare = with_net, r.options = DEVICES, r.image = "hvt_ring";
    r.arguments = arguments, r.when = "ready", r.then = kill_worker;
    expect(name, 1, NULL, "the network worker has ended (signal 9)");
}

static void test_end(bool sanitized)
{
    lost("worker-lost-while-waiting", "wait");
    lost("worker-lost-while-computing", "spin");
    r.when = "ready", r.then = look_at_worker;
    ring("worker-run", "wait", 137, NULL);
    /* A net device, two eventfds, an epoll set. */
    UNIT("worker-descriptors", descriptors == 4 + (sanitized ? 1 : 0), "%d",
         descriptors);
    UNIT("worker-filtered", filtered, "no filter after two seconds");
    r.when = "ready", r.then = kill_tender;
    ring("tender-killed", "spin", 137, NULL);
    for (int i = 0; i < 1000 && kill(worker, 0) == 0; i++)
        usleep(5000);
    UNIT("worker-ends-with-tender",
         worker > 0 && kill(worker, 0) < 0 && errno == ESRCH, "pid %d",
         (int)worker);
}

void ring_cases(bool sanitized)
{
    test_use();
    test_broken();
    test_mutation();
    test_offload();
    test_plain();
    test_end(sanitized);
}
