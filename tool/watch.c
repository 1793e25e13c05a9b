/* SPDX-License-Identifier: ISC */
/* fata run --watch: builds and runs, and does both again when a source changes.
 *
 * Two children, each at most one at a time: the builder, a fork of this process
 * (a mistake in a manifest ends it, not us), and the runner, `fata run` without
 * --watch.  The runner goes on while the builder works, and is only stopped
 * when that has made another image.  Signals, changes and the builder's words
 * all come through one poll. */
#define _GNU_SOURCE 1
#include "commands.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    SETTLE = 100,       /* ms without a change before a build */
    SETTLE_MOST = 2000, /* ms after the first change at most */
    PATIENCE = 10000,   /* ms that an image has to end */
};

struct watch {
    const struct options *o;
    const char *folder;
    sigset_t before; /* signals that were blocked when we came */
    int signals, changes;

    pid_t builder;
    int words;        /* the builder's output, or -1 */
    struct text said; /* not yet a line */
    const char *image;
    char built[SHA256_TEXT]; /* what was last built; see hash_built */

    pid_t runner;
    char running[SHA256_TEXT]; /* what of that it runs */
    bool again;                /* a new one follows when it has ended */
    int64_t kill_at;           /* ms, or 0 */

    int64_t first, last; /* changes that no build knows: ms, or 0 */
    bool stop;
    int status; /* to end with */
};

static int64_t milliseconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Forks; in the child the signals are as they were, and it ends with us. */
static pid_t fork_child(const struct watch *w, bool own_group)
{
    pid_t parent = getpid();
    fflush(NULL);
    pid_t pid = fork();
    if (pid < 0)
        stop(EXIT_FAILED, "fork: %s", strerror(errno));
    if (pid > 0) {
        if (own_group)
            setpgid(pid, pid); /* whoever comes first */
        return pid;
    }
    if (own_group)
        setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(127);
    sigprocmask(SIG_SETMASK, &w->before, NULL);
    return 0;
}

/* --- the builder --- */

/* Says where the image will be, and the folders to look at, before it builds:
 * a change during the build is seen. */
FATA_NORETURN static void build_and_tell(const struct watch *w, int to)
{
    const char *why;
    struct session *s = session_open(w->o, w->folder);
    struct build *b = session_resolve_run(s, w->folder, &why);
    struct vec folders = watch_folders(b);
    s->quiet = true;
    dprintf(to, "%s\n", image_path(s, b));
    for (size_t i = 0; i < folders.count; i++)
        dprintf(to, "%s\n", folders.item[i]);
    close(to);
    exit(session_build(s, &b, 1));
}

static void begin_build(struct watch *w)
{
    int ends[2];
    w->first = w->last = 0;
    w->image = NULL;
    if (pipe2(ends, O_CLOEXEC) != 0)
        stop(EXIT_FAILED, "pipe: %s", strerror(errno));
    w->builder = fork_child(w, true);
    if (w->builder == 0)
        build_and_tell(w, ends[1]);
    close(ends[1]);
    w->words = ends[0];
}

/* The image's place, then folders. */
static void take_line(struct watch *w, const char *line)
{
    if (w->image == NULL)
        w->image = format("%s", line);
    else if (inotify_add_watch(w->changes, line,
                               IN_CLOSE_WRITE | IN_CREATE | IN_DELETE |
                                   IN_MOVED_FROM | IN_MOVED_TO) < 0 &&
             errno != ENOENT)
        msg_warn("cannot watch %s: %s", shown_path(line), strerror(errno));
}

static void read_words(struct watch *w)
{
    char block[4096];
    ssize_t n = read(w->words, block, sizeof(block));
    if (n <= 0) {
        close(w->words);
        w->words = -1;
        return;
    }
    text_add_bytes(&w->said, block, (size_t)n);
    char *line = w->said.data, *end;
    while ((end = strchr(line, '\n')) != NULL) {
        *end = '\0';
        take_line(w, line);
        line = end + 1;
    }
    char *rest = xstrdup(line);
    text_cut(&w->said, 0);
    text_add(&w->said, rest);
    free(rest);
}

/* --- the runner --- */

static void start_runner(struct watch *w)
{
    struct vec argv = {0};
    bool program = false;
    push(&argv, self_path());
    for (char **word = w->o->all + 1; *word != NULL; word++) {
        program = program || strcmp(*word, "--") == 0;
        if (program || strcmp(*word, "--watch") != 0)
            push(&argv, *word);
    }
    memcpy(w->running, w->built, sizeof(w->running));
    w->again = false;
    w->kill_at = 0;
    /* At a terminal it is in our group, and gets Ctrl-C with us. */
    w->runner = fork_child(w, isatty(0) != 1);
    if (w->runner != 0)
        return;
    execv(argv.item[0], (char **)(uintptr_t)argv.item);
    dprintf(2, "fata: cannot run %s: %s\n", argv.item[0], strerror(errno));
    _exit(127);
}

/* What a new start would make a difference for: the image, and the manifest,
 * which says how it is run. */
static bool hash_built(struct watch *w)
{
    char image[SHA256_TEXT], manifest[SHA256_TEXT];
    const char *path = path_of(path_of(".", w->folder), "fata.yml");
    if (w->image == NULL || sha256_file(w->image, image) != 0 ||
        sha256_file(path, manifest) != 0)
        return false;
    struct hash *h = hash_new();
    hash_add_text(h, image);
    hash_add_text(h, manifest);
    hash_end(h, w->built);
    return true;
}

static void end_build(struct watch *w, int status)
{
    while (w->words >= 0) /* what is still in the pipe */
        read_words(w);
    w->builder = 0;
    if (w->stop)
        return;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || !hash_built(w)) {
        w->status = WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILED;
        if (w->runner != 0)
            msg_note("not built; the old image goes on");
        else
            msg_note("not built; waiting for a change");
        return;
    }
    if (w->runner == 0) {
        start_runner(w);
    } else if (strcmp(w->built, w->running) != 0) {
        msg_note("another image: starting it again");
        w->again = true;
        w->kill_at = milliseconds() + PATIENCE;
        kill(w->runner, SIGTERM);
    }
}

static void end_run(struct watch *w, int status)
{
    w->runner = 0;
    w->kill_at = 0;
    w->status =
        WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    if (w->stop)
        return;
    if (w->again)
        start_runner(w);
    else
        msg_note("it has ended, with status %d; waiting for a change",
                 w->status);
}

/* --- what happens --- */

static void take_signal(struct watch *w, const struct signalfd_siginfo *i)
{
    if (i->ssi_signo == SIGCHLD) {
        int status;
        pid_t pid;
        while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
            if (pid == w->builder)
                end_build(w, status);
            else if (pid == w->runner)
                end_run(w, status);
        return;
    }
    w->stop = true;
    w->status = 128 + (int)i->ssi_signo;
    if (w->builder != 0)
        kill(-w->builder, SIGTERM);
    bool has_it = i->ssi_code > 0 && isatty(0) == 1;
    if (w->runner != 0 && !has_it)
        kill(w->runner, (int)i->ssi_signo);
}

/* What editors leave beside a file while they write it, and what we write. */
static bool is_source(const char *name)
{
    return name[0] != '.' && !ends_with(name, "~") &&
           strcmp(name, "4913") != 0 && strcmp(name, "build") != 0 &&
           !starts_with(name, "compile_commands.json");
}

static void take_changes(struct watch *w)
{
    union {
        char bytes[16384];
        struct inotify_event align;
    } block;
    ssize_t n = read(w->changes, block.bytes, sizeof(block.bytes));
    for (ssize_t at = 0; at < n;) {
        const struct inotify_event *e = (const void *)(block.bytes + at);
        at += (ssize_t)(sizeof(*e) + e->len);
        bool lost = (e->mask & IN_Q_OVERFLOW) != 0;
        if (!lost && (e->len == 0 || !is_source(e->name)))
            continue;
        w->last = milliseconds();
        if (w->first == 0) {
            w->first = w->last;
            if (!lost)
                msg_note("%s changed", e->name);
        }
    }
}

/* When something is due without an event: ms of time, or -1 for never. */
static int64_t next_time(const struct watch *w)
{
    int64_t due = w->kill_at != 0 ? w->kill_at : -1;
    if (w->first != 0 && w->builder == 0 && !w->stop) {
        int64_t build = w->last + SETTLE;
        if (build > w->first + SETTLE_MOST)
            build = w->first + SETTLE_MOST;
        if (due < 0 || build < due)
            due = build;
    }
    return due;
}

static void do_what_is_due(struct watch *w)
{
    int64_t now = milliseconds();
    if (w->kill_at != 0 && now >= w->kill_at && w->runner != 0) {
        msg_warn("it does not end; it is killed");
        w->kill_at = 0;
        kill(w->runner, SIGKILL);
    }
    if (w->first != 0 && w->builder == 0 && !w->stop &&
        (now >= w->last + SETTLE || now >= w->first + SETTLE_MOST))
        begin_build(w);
}

static void open_events(struct watch *w)
{
    static const int stops[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD};
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++)
        sigaddset(&set, stops[i]);
    sigprocmask(SIG_BLOCK, &set, &w->before);
    w->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    w->changes = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (w->signals < 0 || w->changes < 0)
        stop(EXIT_FAILED, "cannot watch: %s", strerror(errno));
}

int watch_run(const struct options *o, const char *folder)
{
    struct watch w = {.o = o, .folder = folder, .words = -1};
    bool looking = false; /* some folder is watched */
    if (o->debug)
        stop(EXIT_MISTAKE, "--watch and --debug do not go together");
    open_events(&w);
    begin_build(&w);
    while (!w.stop || w.runner != 0 || w.builder != 0) {
        struct pollfd p[3] = {{.fd = w.signals, .events = POLLIN},
                              {.fd = w.changes, .events = POLLIN},
                              {.fd = w.words, .events = POLLIN}};
        int64_t due = next_time(&w), now = milliseconds();
        int wait = due < 0 ? -1 : due <= now ? 0 : (int)(due - now);
        if (poll(p, 3, wait) < 0 && errno != EINTR)
            stop(EXIT_FAILED, "poll: %s", strerror(errno));
        if (p[2].revents != 0)
            read_words(&w);
        struct signalfd_siginfo info;
        if (p[0].revents != 0)
            while (read(w.signals, &info, sizeof(info)) == sizeof(info))
                take_signal(&w, &info);
        if (p[1].revents != 0)
            take_changes(&w);
        looking = looking || w.image != NULL;
        if (!looking && w.builder == 0)
            break; /* a mistake, and nothing to look at */
        do_what_is_due(&w);
    }
    return w.status;
}
