/* SPDX-License-Identifier: ISC */
/* What the user-mode network's worker can still do behind its filter: one
 * process a call.  Not under a sanitizer, which makes calls of its own. */
#include "../net/net.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DONE = 0, REFUSED = 1 }; /* status; a killed process has none */

static int ended(long result)
{
    return result >= 0 ? DONE : REFUSED;
}

static int udp(void)
{
    return ended(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
}

static int tcp6(void)
{
    return ended(socket(AF_INET6, SOCK_STREAM, 0));
}

static int raw(void)
{
    return ended(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
}

static int unix_socket(void)
{
    return ended(socket(AF_UNIX, SOCK_STREAM, 0));
}

static int packet(void)
{
    return ended(socket(AF_PACKET, SOCK_DGRAM, 0));
}

static int open_file(void)
{
    return ended(open("/etc/resolv.conf", O_RDONLY));
}

static int stat_file(void)
{
    struct stat st;

    return ended(syscall(SYS_newfstatat, AT_FDCWD, "/", &st, 0));
}

static int execute(void)
{
    char *words[] = {NULL};

    return ended(execve("/bin/true", words, words));
}

static int new_process(void)
{
    return ended(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
}

static int signal_parent(void)
{
    return ended(kill(getppid(), 0));
}

static int heap(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                -1, 0) == MAP_FAILED;
}

static int code(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
                -1, 0) == MAP_FAILED;
}

static int map_file(void)
{
    return mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 0, 0) == MAP_FAILED;
}

static int write_elsewhere(void)
{
    return ended(write(5, "x", 1));
}

static int read_elsewhere(void)
{
    char c;

    return ended(read(0, &c, 1));
}

static int terminal(void)
{
    return ended(ioctl(0, TIOCSTI, "x"));
}

static int names(void)
{
    char line[64];
    FILE *f = fopen("/etc/resolv.conf", "r");

    return f == NULL || fgets(line, sizeof line, f) == NULL ||
           strncmp(line, "nameserver", 10) != 0;
}

static int other_names(void)
{
    return fopen("/etc/passwd", "r") == NULL ? REFUSED : DONE;
}

static const struct {
    const char *name;
    int (*call)(void);
    int status; /* or -1: it is killed */
} cases[] = {
    {"socket-udp", udp, DONE},
    {"socket-tcp6", tcp6, DONE},
    {"socket-raw", raw, REFUSED},
    {"socket-unix", unix_socket, -1},
    {"socket-packet", packet, -1},
    {"open", open_file, -1},
    {"stat", stat_file, -1},
    {"execve", execute, -1},
    {"clone", new_process, -1},
    {"kill", signal_parent, -1},
    {"mmap", heap, DONE},
    {"mmap-code", code, -1},
    {"mmap-file", map_file, -1},
    {"write-elsewhere", write_elsewhere, -1},
    {"read-elsewhere", read_elsewhere, -1},
    {"ioctl-elsewhere", terminal, -1},
    {"file-unknown", other_names, REFUSED},
};

/* -1 if the filter killed it, 99 if something else went wrong. */
static int run(int (*call)(void))
{
    const struct net net = {.frames = 3, .control = -1, .capture = -1};
    struct message why;
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        files_keep();
        if (filter_install(&net, &why) < 0)
            _exit(99);
        _exit(call());
    }
    if (pid < 0 || waitpid(pid, &status, 0) < 0)
        return 99;
    if (WIFSIGNALED(status))
        return WTERMSIG(status) == SIGSYS ? -1 : 99;
    return WEXITSTATUS(status);
}

int main(void)
{
    bool has_names = names() == DONE; /* as it is */

    for (size_t i = 0; i < FATA_COUNT(cases); i++) {
        char name[64];
        int status = run(cases[i].call);

        snprintf(name, sizeof name, "filter-%s", cases[i].name);
        UNIT(name, status == cases[i].status, "status %d, not %d", status,
             cases[i].status);
    }
    if (has_names)
        UNIT("filter-resolv-conf", run(names) == DONE, "not there");
    else
        printf("skip filter-resolv-conf: it does not begin with a nameserver "
               "here\n");
    return unit_failures > 0;
}
