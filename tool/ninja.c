/* SPDX-License-Identifier: ISC */
/* Runs ninja and shows what it does: one line that changes on a terminal,
 * plain lines elsewhere, the output of what fails. */
#define _GNU_SOURCE 1
#include "gen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct shower {
    bool terminal, verbose, quiet, status_shown, skip_command;
};

static void clear_status(struct shower *w)
{
    if (w->status_shown)
        fprintf(stderr, "\r\033[K");
    w->status_shown = false;
}

static void show_line(struct shower *w, char *line)
{
    int done, all, used = 0;
    if (sscanf(line, "[%d/%d] %n", &done, &all, &used) == 2 && used > 0) {
        clear_status(w);
        w->skip_command = false;
        if (w->terminal && !w->verbose) {
            fprintf(stderr, "\r\033[K%.*s", 78, line);
            fflush(stderr);
            w->status_shown = true;
        } else if (!w->quiet || w->verbose) {
            fprintf(stderr, "%s\n", line);
        }
        return;
    }
    if (strncmp(line, "FAILED: ", 8) == 0) {
        clear_status(w);
        fprintf(stderr, "failed: %s\n", line + 8);
        w->skip_command = !w->verbose;
        return;
    }
    if (w->skip_command) { /* the line after FAILED is the command */
        w->skip_command = false;
        return;
    }
    if (strncmp(line, "ninja: ", 7) == 0 &&
        strncmp(line, "ninja: error", 12) != 0 &&
        strncmp(line, "ninja: fatal", 12) != 0)
        return;
    clear_status(w);
    fprintf(stderr, "%s\n", line);
}

static const char *output_name(const struct session *s, const char *path)
{
    return path_below(path, s->project) ? path + strlen(s->project) + 1 : path;
}

bool ninja_fresh(struct session *s, const char *output)
{
    const char *const argv[] = {"ninja",
                                "-C",
                                s->project,
                                "-f",
                                "build/build.ninja",
                                "-n",
                                output_name(s, output),
                                NULL};
    struct text said = {0};
    struct command c = {.argv = argv, .capture = &said, .errors = &said};
    bool fresh = command_run(&c) == 0 && said.data != NULL &&
                 strstr(said.data, "no work to do") != NULL;
    text_free(&said);
    return fresh;
}

int ninja_run(struct session *s, const struct vec *outputs)
{
    struct vec argv = {0};
    struct shower w = {.terminal = isatty(2) == 1,
                       .verbose = s->verbose,
                       .quiet = s->quiet};
    int ends[2];
    push(&argv, "ninja");
    push(&argv, "-C");
    push(&argv, s->project);
    push(&argv, "-f");
    push(&argv, "build/build.ninja");
    if (s->verbose)
        push(&argv, "-v");
    if (s->keep_going)
        push(&argv, "-k0");
    for (size_t i = 0; i < outputs->count; i++)
        push(&argv, output_name(s, outputs->item[i]));
    char *ninja = path_program("ninja");
    if (ninja == NULL)
        stop(EXIT_FAILED, "there is no ninja here; type: apt-get install "
                          "ninja-build");
    free(ninja);
    fflush(stdout);
    if (pipe2(ends, O_CLOEXEC) != 0)
        stop(EXIT_FAILED, "pipe: %s", strerror(errno));
    pid_t pid = fork();
    if (pid < 0)
        stop(EXIT_FAILED, "fork: %s", strerror(errno));
    if (pid == 0) {
        dup2(ends[1], 1);
        dup2(ends[1], 2);
        setenv("NINJA_STATUS", "[%f/%t] ", 1);
        unsetenv("CLICOLOR_FORCE");
        execvp("ninja", (char **)(uintptr_t)argv.item);
        _exit(127);
    }
    close(ends[1]);
    FILE *in = fdopen(ends[0], "r");
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    while (in != NULL && (n = getline(&line, &room, in)) > 0) {
        line[strcspn(line, "\r\n")] = '\0';
        show_line(&w, line);
    }
    clear_status(&w);
    free(line);
    if (in != NULL)
        fclose(in);
    int status;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : EXIT_FAILED;
}
