/* SPDX-License-Identifier: ISC */
/* Runs test jobs side by side, each with a time limit, and judges them. */
#define _GNU_SOURCE 1
#include "testing.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { USUAL_TIMEOUT = 60000, MOST_OUTPUT = 4 << 20 };

static volatile sig_atomic_t interrupted;

static void interrupt(int number)
{
    interrupted = number;
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Runs the client to its end, then stops the image. */
FATA_NORETURN static void be_client(const struct job *job, int output)
{
    const struct words *words = &job->test_case->client;
    struct vec argv = {0};
    int status;
    for (size_t i = 0; i < words->count; i++)
        push(&argv, words->item[i].text);
    setpgid(0, job->pid);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(output, 1);
    dup2(output, 2);
    pid_t pid = fork();
    if (pid == 0) {
        if (chdir(job->build->program->manifest->folder) == 0)
            execvp(argv.item[0], (char **)(uintptr_t)argv.item);
        dprintf(2, "cannot run %s: %s\n", argv.item[0], strerror(errno));
        _exit(127);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        status = 1;
    kill(job->pid, SIGTERM);
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

static void start_client(struct job *job, int output)
{
    job->client = fork();
    if (job->client < 0)
        stop(EXIT_FAILED, "fork: %s", strerror(errno));
    if (job->client == 0)
        be_client(job, output);
}

static void wait_for(int pid, int *status)
{
    while (waitpid(pid, status, 0) < 0 && errno == EINTR)
        ;
}

static void plan_signal(struct job *job)
{
    const struct number *after = &job->test_case->signal.after;
    job->signal_planned = true;
    job->signal_at = now_ms() + (after->given ? after->value / 1000000 : 200);
}

static void start(struct job *job)
{
    const struct test_case *c = job->test_case;
    const struct manifest *m = job->build->program->manifest;
    struct launch l = {.b = job->build, .image = job->image};
    l.memory = c != NULL && c->memory.given ? c->memory.value
               : m->memory.given            ? m->memory.value
                                            : 32;
    for (size_t i = 0; c != NULL && i < c->args.count; i++)
        push(&l.words, c->args.item[i].text);
    job_attach(job, &l);
    if (job->skip != NULL) {
        job->done = true;
        return;
    }
    struct vec argv = launch_argv(&l);
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        stop(EXIT_FAILED, "pipe: %s", strerror(errno));
    fflush(NULL);
    job->pid = fork();
    if (job->pid < 0)
        stop(EXIT_FAILED, "fork: %s", strerror(errno));
    if (job->pid == 0) {
        int nothing = open("/dev/null", O_RDONLY);
        setpgid(0, 0);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(nothing, 0);
        dup2(ends[1], 1);
        dup2(ends[1], 2);
        network_inherit(&job->network);
        execvp(argv.item[0], (char **)(uintptr_t)argv.item);
        dprintf(2, "cannot run %s: %s\n", argv.item[0], strerror(errno));
        _exit(127);
    }
    setpgid(job->pid, job->pid);
    if (c != NULL && c->client.count != 0)
        start_client(job, ends[1]);
    close(ends[1]);
    own_network_leave(&job->own_network);
    network_given(&job->network);
    job->output_end = ends[0];
    job->started = now_ms();
    job->deadline = job->started + (c != NULL && c->timeout.given
                                        ? c->timeout.value / 1000000
                                        : USUAL_TIMEOUT);
    if (c != NULL && c->signal.name.text != NULL && c->signal.once.text == NULL)
        plan_signal(job);
}

static void finish(struct job *job)
{
    close(job->output_end);
    if (job->client != 0)
        wait_for(job->client, &job->client_status);
    wait_for(job->pid, &job->status);
    kill(-job->pid, SIGKILL); /* what it may have left behind */
    job->done = true;
    job_detach(job);
}

static void take_output(struct job *job)
{
    char block[16384];
    ssize_t n = read(job->output_end, block, sizeof(block));
    if (n < 0 && errno == EINTR)
        return;
    if (n <= 0)
        finish(job);
    else if (job->output.size < MOST_OUTPUT)
        buf_bytes(&job->output, block, (size_t)n);
    const struct test_case *c = job->test_case;
    if (n > 0 && c != NULL && c->signal.once.text != NULL &&
        !job->signal_planned && job->output.data != NULL &&
        strstr(job->output.data, c->signal.once.text) != NULL)
        plan_signal(job);
}

static void check_time(struct job *job)
{
    int64_t now = now_ms();
    if (job->signal_at != 0 && now >= job->signal_at) {
        const char *name = job->test_case->signal.name.text;
        kill(job->pid, strcmp(name, "INT") == 0 ? SIGINT : SIGTERM);
        job->signal_at = 0;
    }
    if (now >= job->deadline && !job->timed_out) {
        job->timed_out = true;
        kill(-job->pid, SIGKILL);
    }
}

/* --- verdicts --- */

static const char *how_it_ended(const struct job *job)
{
    if (job->timed_out)
        return format("still running after %lld ms",
                      (long long)(job->deadline - job->started));
    if (WIFSIGNALED(job->status))
        return format("killed by signal %d (%s)", WTERMSIG(job->status),
                      strsignal(WTERMSIG(job->status)));
    return format("ended with status %d", WEXITSTATUS(job->status));
}

static void show_output(const struct job *job)
{
    const char *p = job->output.data;
    for (; p != NULL && *p != '\0';) {
        size_t n = strcspn(p, "\n");
        printf("    %.*s\n", (int)n, p);
        p += n;
        p += *p == '\n';
    }
}

static void fail(const struct job *job, struct tally *t, const char *why)
{
    t->failed++;
    printf("FAIL %s %s %s: %s\n", job->build->target->name, job->who, job->what,
           why);
    show_output(job);
}

/* Counts the lines of component `test`.  True when they are complete and
 * agree with the exit status. */
static void judge_runner(const struct job *job, struct tally *t)
{
    const char *p = job->output.data != NULL ? job->output.data : "";
    const char *target = job->build->target->name;
    unsigned failed = 0;
    int a, b, c;
    bool end = false;
    for (; *p != '\0';) {
        size_t n = strcspn(p, "\n");
        const char *line = pool_copy(p, n);
        p += n;
        p += *p == '\n';
        if (strncmp(line, "ok ", 3) == 0) {
            t->passed++;
            printf("ok %s %s %s\n", target, job->who, line + 3);
        } else if (strncmp(line, "FAIL ", 5) == 0) {
            t->failed++;
            failed++;
            printf("FAIL %s %s %s\n", target, job->who, line + 5);
        } else if (strncmp(line, "skip ", 5) == 0) {
            t->skipped++;
            printf("skip %s %s %s\n", target, job->who, line + 5);
        } else if (sscanf(line, "%d passed, %d failed, %d skipped", &a, &b,
                          &c) == 3) {
            end = true;
        }
    }
    bool good = WIFEXITED(job->status) && WEXITSTATUS(job->status) == 0;
    if (job->timed_out || !end || (!good && failed == 0))
        fail(job, t, how_it_ended(job));
    else if (failed != 0)
        show_output(job);
}

/* Why the client could not do its part, as it says in a line "skip: WHY" before
 * it ends with this status; NULL: it did. */
static const char *client_skips(const struct job *job)
{
    enum { SKIP = 77 };
    static const char mark[] = "skip: ";
    if (!WIFEXITED(job->client_status) ||
        WEXITSTATUS(job->client_status) != SKIP || job->output.data == NULL)
        return NULL;
    const char *why = strstr(job->output.data, mark);
    if (why == NULL)
        return NULL;
    why += sizeof(mark) - 1;
    return pool_copy(why, strcspn(why, "\n"));
}

static void judge(const struct job *job, struct tally *t)
{
    const struct test_case *c = job->test_case;
    int status = c != NULL && c->status.given ? (int)c->status.value : 0;
    const char *target = job->build->target->name;
    if (job->build->not_built) {
        fail(job, t, "its image was not built; see above");
        return;
    }
    const char *skip = job->skip != NULL ? job->skip : client_skips(job);
    if (skip != NULL) {
        t->skipped++;
        printf("skip %s %s %s: %s\n", target, job->who, job->what, skip);
        return;
    }
    if (job->runner &&
        (c == NULL || (!c->status.given && c->output.count == 0))) {
        judge_runner(job, t);
        return;
    }
    if (job->timed_out || !WIFEXITED(job->status) ||
        WEXITSTATUS(job->status) != status) {
        fail(job, t, format("%s, not %d", how_it_ended(job), status));
        return;
    }
    if (!WIFEXITED(job->client_status) ||
        WEXITSTATUS(job->client_status) != 0) {
        fail(job, t, "its client failed");
        return;
    }
    const char *output = job->output.data != NULL ? job->output.data : "";
    for (size_t i = 0; c != NULL && i < c->output.count; i++) {
        if (strstr(output, c->output.item[i].text) != NULL)
            continue;
        fail(job, t,
             format("its output has no \"%s\"", c->output.item[i].text));
        return;
    }
    t->passed++;
    printf("ok %s %s %s\n", target, job->who, job->what);
}

static void wait_some(struct job **running, size_t count)
{
    struct pollfd p[64];
    int64_t until = INT64_MAX, now = now_ms();
    for (size_t i = 0; i < count; i++) {
        struct job *job = running[i];
        p[i] = (struct pollfd){.fd = job->output_end, .events = POLLIN};
        int64_t first = job->timed_out ? now + 1000 : job->deadline;
        if (job->signal_at != 0 && job->signal_at < first)
            first = job->signal_at;
        if (first < until)
            until = first;
    }
    int ms = until <= now ? 0 : until - now > 1000 ? 1000 : (int)(until - now);
    int ready = poll(p, count, ms);
    for (size_t i = 0; i < count; i++) {
        if (ready > 0 && p[i].revents != 0)
            take_output(running[i]);
        if (!running[i]->done)
            check_time(running[i]);
    }
}

void jobs_run(struct job *jobs, size_t count, struct tally *tally)
{
    struct job *running[64];
    size_t running_count = 0, next = 0, printed = 0;
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    size_t most = cpus < 1 ? 1 : cpus > 64 ? 64 : (size_t)cpus;
    struct sigaction a = {.sa_handler = interrupt};
    sigaction(SIGINT, &a, NULL);
    sigaction(SIGTERM, &a, NULL);
    while (printed < count) {
        while (running_count < most && next < count && !interrupted) {
            struct job *job = &jobs[next];
            next++;
            if (job->skip != NULL || job->build->not_built)
                job->done = true;
            else
                start(job);
            if (!job->done)
                running[running_count++] = job;
        }
        for (; printed < count && jobs[printed].done; printed++)
            judge(&jobs[printed], tally);
        fflush(stdout);
        if (running_count != 0)
            wait_some(running, running_count);
        for (size_t i = 0; i < running_count; i++) {
            if (interrupted)
                kill(-running[i]->pid, SIGKILL);
            if (running[i]->done)
                running[i--] = running[--running_count];
        }
        if (interrupted && running_count == 0) {
            fprintf(stderr, "fata: interrupted\n");
            exit(128 + interrupted);
        }
    }
}
