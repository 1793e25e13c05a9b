/* SPDX-License-Identifier: ISC */
/* Times commands from exec to exit, in turn, so that all see the same machine:
 *     exec_time RUNS COMMAND...     (each COMMAND one word list, split at
 * blanks) Prints for each the median, the minimum and the difference of its
 * median to the first command's, in milliseconds. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { COMMANDS_MAX = 16, WORDS_MAX = 32 };

extern char **environ;

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double run(char **words)
{
    posix_spawn_file_actions_t files;
    pid_t pid;
    int status;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
    double begin = now_ms();
    if (posix_spawn(&pid, words[0], &files, NULL, words, environ) != 0 ||
        waitpid(pid, &status, 0) != pid || !WIFEXITED(status) ||
        WEXITSTATUS(status) != 0) {
        fprintf(stderr, "exec_time: %s failed\n", words[0]);
        exit(1);
    }
    double end = now_ms();
    posix_spawn_file_actions_destroy(&files);
    return end - begin;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    int runs = argc > 1 ? atoi(argv[1]) : 0, count = argc - 2;
    char *words[COMMANDS_MAX][WORDS_MAX + 1];
    double *times[COMMANDS_MAX], first = 0;
    if (runs < 1 || count < 1 || count > COMMANDS_MAX) {
        fprintf(stderr, "usage: exec_time RUNS COMMAND...\n");
        return 2;
    }
    for (int c = 0; c < count; c++) {
        int n = 0;
        char *text = strdup(argv[c + 2]);
        for (char *w = strtok(text, " "); w != NULL && n < WORDS_MAX;
             w = strtok(NULL, " "))
            words[c][n++] = w;
        words[c][n] = NULL;
        times[c] = calloc((size_t)runs, sizeof(double));
        run(words[c]); /* warm */
    }
    for (int r = 0; r < runs; r++)
        for (int c = 0; c < count; c++)
            times[c][r] = run(words[c]);
    for (int c = 0; c < count; c++) {
        qsort(times[c], (size_t)runs, sizeof(double), compare);
        double median = times[c][runs / 2];
        if (c == 0)
            first = median;
        printf("%8.3f ms median %8.3f ms min %+8.3f ms to the first   %s\n",
               median, times[c][0], median - first, argv[c + 2]);
    }
    return 0;
}
