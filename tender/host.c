/* SPDX-License-Identifier: ISC */
/* The process: its command line, descriptors, signals. */
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <unistd.h>

void host_options(struct options *options, const struct option_flag *flags,
                  char **argv, const char *name)
{
    char text[2048];
    struct message why;
    size_t size;

    switch (options_parse(options, flags, argv, &why)) {
    case OPTIONS_RUN:
        return;
    case OPTIONS_HELP:
        size = options_help(text, sizeof text, name, flags);
        exit(write(1, text, size) == (ssize_t)size ? 0 : 1);
    case OPTIONS_VERSION:
        fprintf(stderr, "%s " FATA_VERSION "\nABI version %u\n", name,
                SOLO5_ABI_VERSION);
        exit(0);
    default:
        message_print(name, &why);
        exit(1);
    }
}

static int prepare_descriptors(struct message *why)
{
    int fd;

    do {
        fd = open("/dev/null", O_RDWR | O_CLOEXEC);
        if (fd < 0)
            return fail(why, "cannot open /dev/null: %s", strerror(errno));
    } while (fd <= 2);
    close(fd);
    return 0;
}

static int prepare_process(struct message *why)
{
    sigset_t none;
    int persona = personality(0xffffffff);

    if (persona >= 0 && (persona & READ_IMPLIES_EXEC) != 0)
        return fail(why,
                    "the personality READ_IMPLIES_EXEC would make all memory "
                    "executable: run without it (setarch -X sets it)");
    sigemptyset(&none);
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR ||
        signal(SIGXFSZ, SIG_IGN) == SIG_ERR ||
        sigprocmask(SIG_SETMASK, &none, NULL) < 0)
        return fail(why, "cannot set up signals: %s", strerror(errno));
    return 0;
}

int host_prepare(struct message *why)
{
    return prepare_descriptors(why) < 0 ? -1 : prepare_process(why);
}
