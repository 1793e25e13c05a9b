/* SPDX-License-Identifier: ISC */
/* fata run: build, start, pass on what the image says, end as it ends. */
#define _GNU_SOURCE 1
#include "commands.h"
#include "network.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <fcntl.h>

static volatile sig_atomic_t child_pid;
static volatile sig_atomic_t same_group;

static int64_t milliseconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The terminal sends Ctrl-C to the whole group, so the child has it already.
 * One that was sent to us alone is passed on; a caller that sends to us and to
 * our group (timeout does) counts once. */
static void forward(int signal_number, siginfo_t *info, void *context)
{
    static int64_t last[65];
    int saved = errno;
    int64_t now = milliseconds();
    (void)context;
    bool terminal = info->si_code > 0 && same_group;
    if (!terminal && child_pid > 0 && now - last[signal_number] > 100) {
        last[signal_number] = now;
        kill(child_pid, signal_number);
    }
    errno = saved;
}

static void catch_signals(void)
{
    static const int caught[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    struct sigaction a = {.sa_sigaction = forward,
                          .sa_flags = SA_SIGINFO | SA_RESTART};
    for (size_t i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
        sigaction(caught[i], &a, NULL);
}

static int exit_status(int status)
{
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* The image outlives its network, but a server that nobody reaches is better
 * started again: it is told to stop, in time to clean up. */
static void network_lost(struct network *n)
{
    network_close(n);
    msg_error("the user-mode network ended (%s %d); the image is told to stop",
              WIFSIGNALED(n->status) ? "signal" : "status",
              WIFSIGNALED(n->status) ? WTERMSIG(n->status)
                                     : WEXITSTATUS(n->status));
    kill(child_pid, SIGTERM);
}

/* Runs with both outputs through us, and looks after the network.
 * child  its process, which has ended */
static int run_piped(const struct vec *argv, struct symboliser *how,
                     struct network *network, pid_t *child)
{
    bool lost = false;
    int ends[2][2];
    struct symboliser each[2] = {*how, *how};
    /* Away from a terminal the child has a group of its own, so that it gets
     * each signal once: from us. */
    same_group = isatty(0) == 1;
    if (pipe2(ends[0], O_CLOEXEC) != 0 || pipe2(ends[1], O_CLOEXEC) != 0)
        stop(EXIT_FAILED, "pipe: %s", strerror(errno));
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid < 0)
        stop(EXIT_FAILED, "fork: %s", strerror(errno));
    if (pid == 0) {
        if (!same_group)
            setpgid(0, 0);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(127);
        dup2(ends[0][1], 1);
        dup2(ends[1][1], 2);
        sigprocmask(SIG_SETMASK, &before, NULL);
        network_inherit(network);
        execvp(argv->item[0], (char **)(uintptr_t)argv->item);
        dprintf(2, "fata: cannot run %s: %s\n", argv->item[0], strerror(errno));
        _exit(127);
    }
    child_pid = *child = pid;
    catch_signals();
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(ends[0][1]);
    close(ends[1][1]);
    network_given(network);
    struct pollfd p[3] = {
        {.fd = ends[0][0], .events = POLLIN},
        {.fd = ends[1][0], .events = POLLIN},
        {.fd = network->pid != 0 ? network->control : -1, .events = POLLIN}};
    while (p[0].fd >= 0 || p[1].fd >= 0) {
        if (poll(p, 3, -1) < 0)
            continue;
        if (p[2].revents != 0) {
            network_lost(network);
            p[2] = (struct pollfd){.fd = -1};
            lost = true;
        }
        for (int i = 0; i < 2; i++) {
            char block[65536];
            if (p[i].fd < 0 || p[i].revents == 0)
                continue;
            ssize_t n = read(p[i].fd, block, sizeof(block));
            if (n > 0) {
                symbolise(&each[i], i + 1, block, (size_t)n);
            } else if (n == 0 || errno != EINTR) {
                symbolise_end(&each[i], i + 1);
                close(p[i].fd);
                p[i].fd = -1;
            }
        }
    }
    int status;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    child_pid = 0;
    network_close(network);
    return lost ? EXIT_FAILED : exit_status(status);
}

FATA_NORETURN static void become(const struct vec *argv)
{
    fflush(NULL);
    execvp(argv->item[0], (char **)(uintptr_t)argv->item);
    stop(EXIT_FAILED, "cannot run %s: %s", argv->item[0], strerror(errno));
}

/* A socket that listens in a new folder of our own: nobody else connects. */
static int private_socket(struct sockaddr_un *address)
{
    const char *top = getenv("TMPDIR");
    if (top == NULL || top[0] != '/' || strlen(top) > 64)
        top = "/tmp";
    char *folder = format("%s/fata-XXXXXX", top);
    if (mkdtemp(folder) == NULL)
        stop(EXIT_FAILED, "cannot make a folder in %s: %s", top,
             strerror(errno));
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    snprintf(address->sun_path, sizeof(address->sun_path), "%s/gdb", folder);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)address, sizeof(*address)) != 0 ||
        listen(fd, 1) != 0)
        stop(EXIT_FAILED, "cannot make a socket for gdb: %s", strerror(errno));
    return fd;
}

/* away  not in the terminal's foreground: Ctrl-C is gdb's */
static pid_t start(const struct vec *argv, bool away)
{
    fflush(NULL);
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid < 0)
        stop(EXIT_FAILED, "fork: %s", strerror(errno));
    if (pid > 0)
        return pid;
    if (away) {
        setpgid(0, 0);
        signal(SIGTTOU, SIG_IGN);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(127);
    }
    execvp(argv->item[0], (char **)(uintptr_t)argv->item);
    dprintf(2, "fata: cannot run %s: %s\n", argv->item[0], strerror(errno));
    _exit(127);
}

/* The guest is another machine, to which gdb talks through the tender's debug
 * build.  gdb has what sets up sources already. */
FATA_NORETURN static void debug_hvt(struct vec *gdb, const struct vec *inner,
                                    const char *symbols)
{
    struct sockaddr_un address;
    struct vec tender = {0};
    int status;
    push(&tender, format("%s-debug", inner->item[0]));
    if (access(tender.item[0], X_OK) != 0)
        stop(EXIT_FAILED, "there is no %s; type: make", tender.item[0]);
    int fd = private_socket(&address);
    push(&tender, format("--gdb=@%d", fd));
    for (size_t i = 1; i < inner->count; i++)
        push(&tender, inner->item[i]);
    const char *const steps[] = {
        "set confirm off",
        format("target remote %s", address.sun_path),
        "tbreak start",
        "continue",
    };
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        push(gdb, "-ex");
        push(gdb, steps[i]);
    }
    push(gdb, symbols);
    pid_t guest = start(&tender, true);
    close(fd);
    same_group = true;
    catch_signals(); /* they are gdb's; we clean up after it */
    pid_t debugger = start(gdb, false);
    child_pid = debugger;
    while (waitpid(debugger, &status, 0) < 0 && errno == EINTR)
        ;
    kill(guest, SIGKILL);
    while (waitpid(guest, NULL, 0) < 0 && errno == EINTR)
        ;
    unlink(address.sun_path);
    rmdir(folder_of(address.sun_path));
    exit(exit_status(status));
}

FATA_NORETURN static void debug(struct session *s, const struct launch *l)
{
    struct vec argv = gdb_argv(s), inner = launch_argv(l);
    char *gdb = path_program("gdb");
    if (gdb == NULL)
        stop(EXIT_FAILED, "there is no gdb here; type: apt-get install gdb");
    free(gdb);
    if (strcmp(l->b->target->arch, host_arch()) != 0)
        stop(EXIT_FAILED, "--debug works for %s only on such a machine",
             l->b->target->arch);
    if (strcmp(l->b->target->manifest->name.text, "hvt") == 0)
        debug_hvt(&argv, &inner, image_debug_path(s, l->b));
    if (tender_path(l->b->target) == NULL) {
        push(&argv, "-ex");
        push(&argv, "tbreak start");
        push(&argv, "-ex");
        push(&argv, "run");
    } else {
        /* The image is in the tender's address space from there on. */
        static const char *const steps[] = {
            "set breakpoint pending on",
            "set confirm off",
            "handle SIGSYS nostop pass",
            "tbreak spt_enter_guest",
            "run",
        };
        for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
            push(&argv, "-ex");
            push(&argv, steps[i]);
        }
        push(&argv, "-ex");
        push(&argv, format("add-symbol-file %s", image_debug_path(s, l->b)));
        push(&argv, "-ex");
        push(&argv, "tbreak start");
        push(&argv, "-ex");
        push(&argv, "continue");
    }
    push(&argv, "--args");
    push_all(&argv, inner.item);
    become(&argv);
}

int cmd_run(const struct options *o)
{
    const char *folder = o->words.count == 0 ? "." : o->words.item[0];
    if (o->words.count > 1)
        stop(EXIT_MISTAKE,
             "one folder; words for the program follow --: "
             "fata run %s -- %s",
             folder, o->words.item[1]);
    if (o->watch)
        return watch_run(o, folder);
    struct session *s = session_open(o, folder);
    const char *why;
    struct build *b = session_resolve_run(s, folder, &why);
    const struct manifest *m = b->program->manifest;
    const struct target *t = b->target;
    struct launch l = {.b = b,
                       .block = o->block,
                       .net = o->net,
                       .words = o->program,
                       .core = o->core,
                       .memory = m->memory.given ? m->memory.value : 32};
    if (o->memory != NULL &&
        (!parse_integer(o->memory, &l.memory) || l.memory < 1))
        stop(EXIT_MISTAKE, "--mem=%s: a number of MiB from 1", o->memory);
    const struct network_options links = {.ports = o->ports, .pcap = o->pcap};
    const char *problem = network_choose(&l, &links);
    if (problem == NULL)
        problem = launch_problem(&l);
    if (problem != NULL)
        stop(EXIT_FAILED, "%s", problem);
    problem = cannot_run(t);
    if (problem != NULL)
        stop(EXIT_FAILED, "%s does not run here: %s", t->name, problem);
    /* Before the build, which may take long: ports may be taken. */
    struct network network;
    problem = network_open(&network, &l, &links, true);
    if (problem != NULL && problem[0] == '\0')
        exit(exit_status(network.status));
    if (problem != NULL)
        stop(EXIT_FAILED, "%s", problem);
    s->quiet = true;
    if (session_build(s, &b, 1) != 0)
        return EXIT_FAILED;
    if (why != NULL)
        msg_note("running on %s: %s", t->name, why);
    l.image = image_path(s, b);
    struct vec argv = launch_argv(&l);
    struct symboliser how = {0};
    if (o->debug || (tender_path(t) == NULL && network.pid == 0)) {
        network_inherit(&network);
        network_outlive(&network);
    }
    if (o->debug)
        debug(s, &l);
    if (tender_path(t) == NULL && network.pid == 0)
        become(&argv);
    if (tender_path(t) != NULL) {
        how.addr2line = flavour_for(t, s->project, s->use_clang)->addr2line;
        how.debug = image_debug_path(s, b);
    }
    time_t begin = time(NULL);
    pid_t child;
    int status = run_piped(&argv, &how, &network, &child);
    if (l.core != NULL)
        gdb_tell_core(s, &l, child, begin);
    return status;
}
