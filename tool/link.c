/* SPDX-License-Identifier: ISC */
/* The link (hidden command, called by build.ninja): runs the linker, says what
 * a missing system call means, and strips the image. */
#define _GNU_SOURCE 1
#include "calls.h"
#include "commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* `libx.a(socket.o): in function ...` or `x.o: ...`: who it is. */
static const char *who(const char *line)
{
    size_t n = strcspn(line, ":");
    const char *place = pool_copy(line, n);
    if (ends_with(place, "ld") || strstr(place, "/ld") != NULL) {
        line += n;
        line += strspn(line, ": ");
        n = strcspn(line, ":");
        place = pool_copy(line, n);
    }
    return name_of(place);
}

struct missing {
    const char *symbol;
    struct vec by;
};

void link_explain(const char *text, const char *program, const char *target,
                  const char *calls, bool unikernel)
{
    struct missing *all = NULL;
    size_t count = 0;
    const char *function = NULL, *member = NULL;
    while (*text != '\0') {
        size_t n = strcspn(text, "\n");
        const char *line = pool_copy(text, n);
        text += n;
        text += *text == '\n';
        const char *in = strstr(line, ": in function `");
        const char *un = strstr(line, "undefined reference to `");
        if (strstr(line, "undefined reference to `") == NULL &&
            strstr(line, "more undefined references to `") != NULL)
            continue;
        if (in != NULL) {
            in += strlen(": in function `");
            function = pool_copy(in, strcspn(in, "'"));
            member = who(line);
            continue;
        }
        if (strstr(line, "collect2: error") != NULL ||
            strstr(line, "linker command failed") != NULL)
            continue;
        if (un == NULL) {
            fprintf(stderr, "%s\n", line);
            continue;
        }
        if (!unikernel && strstr(un, "`fata_sys_") == NULL) {
            fprintf(stderr, "%s\n", line);
            continue;
        }
        un += strlen("undefined reference to `");
        const char *symbol = pool_copy(un, strcspn(un, "'"));
        size_t i = 0;
        while (i < count && strcmp(all[i].symbol, symbol) != 0)
            i++;
        if (i == count) {
            all = pool_grow(all, count, sizeof(*all));
            all[count++].symbol = symbol;
        }
        const char *by = who(line);
        if (function != NULL && strcmp(function, "fata_seam") == 0)
            by = member; /* the seam is inlined: whose call is it? */
        else if (function != NULL)
            by = format("%s (%s)", function, by);
        push_once(&all[i].by, by);
    }
    for (size_t i = 0; i < count; i++) {
        const char *needed = join(&all[i].by, ", ");
        if (strncmp(all[i].symbol, "fata_sys_", 9) == 0) {
            const char *name = call_name(calls, all[i].symbol);
            fprintf(stderr,
                    "fata: error: `%s` needs system call %s (%s), which "
                    "images for %s do not have; needed by %s%s\n",
                    program, name != NULL ? name : "number", all[i].symbol + 9,
                    target, needed,
                    unikernel ? "; `fata check` shows why" : "");
        } else {
            fprintf(stderr,
                    "fata: error: `%s` is defined nowhere in `%s` for %s; "
                    "add the component that has it to `requires`; needed by "
                    "%s\n",
                    all[i].symbol, program, target, needed);
        }
    }
}

/* PROGRAM TARGET CALLS STRIP IMAGE DEBUG -- LINKER... */
int cmd_link(int argc, char **argv)
{
    if (argc < 8 || strcmp(argv[6], "--") != 0)
        stop(EXIT_MISTAKE, "__link is for build.ninja only");
    const char *image = argv[4], *debug = argv[5];
    setenv("LC_ALL", "C", 1);
    struct text errors = {0};
    struct command link = {.argv = (const char *const *)(void *)(argv + 7),
                           .errors = &errors,
                           .capture = &errors};
    int status = command_run(&link);
    if (status != 0) {
        unlink(image);
        if (errors.data != NULL &&
            strstr(errors.data, "undefined reference to `fata_sys_") != NULL)
            (void)write_file(format("%s" LINK_MISSING, debug), "", 0);
        link_explain(errors.data != NULL ? errors.data : "", argv[0], argv[1],
                     argv[2], true);
        text_free(&errors);
        return EXIT_FAILED;
    }
    if (errors.len != 0)
        fputs(errors.data, stderr);
    text_free(&errors);
    if (strcmp(argv[3], "-") == 0)
        return 0;
    const char *const strip[] = {argv[3], "--strip-all", "-o",
                                 image,   debug,         NULL};
    struct command run = {.argv = strip};
    return command_run(&run) == 0 ? 0 : EXIT_FAILED;
}
