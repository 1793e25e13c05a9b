/* SPDX-License-Identifier: ISC */
/* fork, exec, two pipes and a time limit. */
#include "run.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TIME_LIMIT 10000 /* ms */
#define WORDS      64

/* Splits in place at single spaces; an empty word is a word. */
static int split(char *text, char **argv, int argc)
{
    if (*text == '\0')
        return argc;
    argv[argc++] = text;
    while ((text = strchr(text, ' ')) != NULL && argc < WORDS - 1) {
        *text++ = '\0';
        argv[argc++] = text;
    }
    return argc;
}

static void child(const struct run *r, const int out[2], const int err[2])
{
    static char options[4096], image[1024], arguments[16384];
    char *argv[WORDS] = {(char *)(size_t)tender};
    char *to = options;
    int argc = 1;

    for (const char *s = r->options; *s != '\0'; s++)
        if (*s == '$')
            to += sprintf(to, "%s", guests);
        else
            *to++ = *s;
    *to = '\0';
    snprintf(image, sizeof image, "%s/%s", guests, r->image);
    snprintf(arguments, sizeof arguments, "%s", r->arguments);
    argc = split(options, argv, argc);
    if (r->image[0] != '\0')
        argv[argc++] = image;
    argc = split(arguments, argv, argc);
    argv[argc] = NULL;
    dup2(out[1], 1);
    dup2(err[1], 2);
    if (r->prepare != NULL && !r->prepare())
        _exit(126);
    execv(tender, argv);
    _exit(127);
}

static void take(int fd, char *buffer, size_t room, size_t *size, short *events)
{
    ssize_t got = read(fd, buffer + *size, room - 1 - *size);

    if (got > 0)
        *size += (size_t)got;
    else
        *events = 0;
    buffer[*size] = '\0';
    if (*size == room - 1)
        *size = 0; /* a flood: keep the end */
}

static long milliseconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int run(struct run *r)
{
    int out[2], err[2], status;
    long limit = milliseconds() + TIME_LIMIT;
    struct pollfd p[2];

    if (pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0)
        return -1;
    r->output_size = r->errors_size = 0;
    r->output[0] = r->errors[0] = '\0';
    r->timeout = false;
    fflush(stdout);
    r->pid = fork();
    if (r->pid == 0) {
        /* A shell that starts us in the background ignores these. */
        signal(SIGINT, SIG_DFL);
        signal(SIGQUIT, SIG_DFL);
        child(r, out, err);
    }
    close(out[1]);
    close(err[1]);
    p[0] = (struct pollfd){.fd = out[0], .events = POLLIN};
    p[1] = (struct pollfd){.fd = err[0], .events = POLLIN};
    while (p[0].events != 0 || p[1].events != 0) {
        long left = limit - milliseconds();

        p[0].fd = p[0].events != 0 ? out[0] : -1;
        p[1].fd = p[1].events != 0 ? err[0] : -1;
        if (left <= 0 || poll(p, 2, (int)left) == 0) {
            r->timeout = true;
            kill(r->pid, SIGKILL);
            break;
        }
        if (p[0].fd >= 0 && p[0].revents != 0)
            take(out[0], r->output, sizeof r->output, &r->output_size,
                 &p[0].events);
        if (p[1].fd >= 0 && p[1].revents != 0)
            take(err[0], r->errors, sizeof r->errors, &r->errors_size,
                 &p[1].events);
        if (r->when != NULL && strstr(r->output, r->when) != NULL) {
            r->when = NULL;
            r->then(r);
        }
    }
    close(out[0]);
    close(err[0]);
    waitpid(r->pid, &status, 0);
    r->status =
        WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return r->timeout ? -1 : r->status;
}
