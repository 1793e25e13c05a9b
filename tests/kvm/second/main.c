/* SPDX-License-Identifier: ISC */
/* second-tender [--mem=MIB] [--boot=KIND] [--block:NAME=FILE]
 *     [--net:NAME=INTERFACE|loop] [--] IMAGE [WORD]...
 * Runs an image; see second.h. */
#include "second.h"

#include <errno.h>
#include <linux/kvm.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct second second;

void die(const char *format, ...)
{
    va_list args;

    fprintf(stderr, "second-tender: ");
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\n");
    _exit(1);
}

static const char *after(const char *word, const char *prefix)
{
    size_t size = strlen(prefix);

    return strncmp(word, prefix, size) == 0 ? word + size : NULL;
}

static enum boot boot_kind(const char *name)
{
    static const char *const names[] = {"56",  "40",      "ring",
                                        "bit", "address", "unknown"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], name) == 0)
            return (enum boot)i;
    die("--boot=%s: 56, 40, ring, bit, address or unknown", name);
}

/* The image is loaded between its options: memory before, devices after. */
static char **read_options(char **argv)
{
    char **word = argv + 1, **end;
    uint64_t mib = 512;
    const char *value;

    for (end = word; *end != NULL && (*end)[0] == '-'; end++) {
        if (strcmp(*end, "--") == 0)
            break;
        if ((value = after(*end, "--mem=")) != NULL)
            mib = strtoull(value, NULL, 10);
        else if ((value = after(*end, "--boot=")) != NULL)
            second.boot = boot_kind(value);
        else if (after(*end, "--block:") == NULL &&
                 after(*end, "--net:") == NULL)
            die("%s: unknown option", *end);
    }
    char **image = end + (*end != NULL && strcmp(*end, "--") == 0);
    if (*image == NULL)
        die("no image");
    machine_memory(mib);
    load(*image);
    for (; word < end; word++) {
        if ((value = after(*word, "--block:")) != NULL)
            attach_block(value);
        else if ((value = after(*word, "--net:")) != NULL)
            attach_net(value);
    }
    return image + 1;
}

static void on_stop(int number)
{
    (void)number;
    _exit(1);
}

int main(int argc, char **argv)
{
    char **words = read_options(argv);
    size_t used = 0;

    (void)argc;
    for (char **w = words; *w != NULL; w++) {
        used += (size_t)snprintf(second.command_line + used,
                                 sizeof second.command_line - used, "%s%s",
                                 w == words ? "" : " ", *w);
        if (used >= sizeof second.command_line)
            die("too many words");
    }
    for (uint32_t i = 1; i < second.entries; i++)
        if (second.device[i].attached == 0)
            die("%s is not attached", second.device[i].name);
    machine_start();
    signal(SIGINT, on_stop);
    signal(SIGTERM, on_stop);
    for (;;) {
        const struct kvm_run *run = second.run;
        uint32_t value;

        if (ioctl(second.vcpu, KVM_RUN, 0) < 0 && errno != EINTR)
            die("host/guest translation fault: %s", strerror(errno));
        if (run->exit_reason == KVM_EXIT_INTR)
            continue;
        if (run->exit_reason != KVM_EXIT_IO ||
            run->io.direction != KVM_EXIT_IO_OUT || run->io.size != 4 ||
            run->io.count != 1 || run->io.port < SOLO5_HVT_PORT)
            die("unhandled exit %u", run->exit_reason);
        memcpy(&value, (const uint8_t *)run + run->io.data_offset, 4);
        hypercall(run->io.port - SOLO5_HVT_PORT, value);
    }
}
