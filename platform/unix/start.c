/* SPDX-License-Identifier: ISC */
/* Start, attachments, console, clocks and end of a Unix process. */
#include "unix.h"
#include <errno.h>
#include <fata/solo5.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static struct {
    const char *where[SOLO5_MANIFEST_MAX]; /* by manifest entry */
} attached;

static const struct {
    const char *option;
    unsigned type;
    const char *form;
} options[] = {
    {"--block:", SOLO5_DEVICE_BLOCK, "--block:NAME=PATH"},
    {"--net:", SOLO5_DEVICE_NET,
     "--net:NAME=INTERFACE, --net:NAME=@FD or --net:NAME=host"},
};

bool unix_offload = true;

const char *unix_attached(const char *name, unsigned type)
{
    const struct solo5_manifest *m = fata_start_manifest;
    for (uint32_t i = 1; i < m->entries; i++)
        if (m->device[i].type == type && strcmp(m->device[i].name, name) == 0)
            return attached.where[i];
    return NULL;
}

/* Takes one option; returns -1 after a message. */
static int attach(const char *word, size_t option)
{
    const struct solo5_manifest *m = fata_start_manifest;
    const char *name = word + strlen(options[option].option);
    const char *equal = strchr(name, '=');
    if (equal == NULL || equal == name || equal[1] == '\0') {
        fprintf(stderr, "fata: %s: the form is %s\n", word,
                options[option].form);
        return -1;
    }
    for (uint32_t i = 1; i < m->entries; i++) {
        const struct solo5_device *d = &m->device[i];
        if (d->type != options[option].type ||
            strlen(d->name) != (size_t)(equal - name) ||
            memcmp(d->name, name, (size_t)(equal - name)) != 0)
            continue;
        if (attached.where[i] != NULL) {
            fprintf(stderr, "fata: %s: attached twice\n", word);
            return -1;
        }
        attached.where[i] = equal + 1;
        return 0;
    }
    fprintf(stderr, "fata: %s: the program declares no such device\n", word);
    return -1;
}

int fata_platform_start(int *argc, char **argv)
{
    const struct solo5_manifest *m = fata_start_manifest;
    int kept = 1;
    bool own = true; /* until a lone `--` */
    for (int i = 1; i < *argc; i++) {
        size_t option = FATA_COUNT(options);
        if (strcmp(argv[i], "--") == 0)
            own = false;
        for (size_t o = 0; own && o < FATA_COUNT(options); o++)
            if (strncmp(argv[i], options[o].option,
                        strlen(options[o].option)) == 0)
                option = o;
        if (own && strcmp(argv[i], "--no-offload") == 0)
            unix_offload = false;
        else if (option == FATA_COUNT(options))
            argv[kept++] = argv[i];
        else if (attach(argv[i], option) != 0)
            return 1;
    }
    argv[kept] = NULL;
    *argc = kept;
    for (uint32_t i = 1; i < m->entries; i++) {
        if (attached.where[i] != NULL)
            continue;
        bool block = m->device[i].type == SOLO5_DEVICE_BLOCK;
        fprintf(stderr, "fata: device %s is not attached, give --%s:%s=%s\n",
                m->device[i].name, block ? "block" : "net", m->device[i].name,
                block ? "PATH" : "INTERFACE or =host");
        return 1;
    }
    unix_catch_signals();
    return 0;
}

int unix_error(int host_errno)
{
    /* Linux numbers are ours; what is not in the set is an I/O error. */
    return strcmp(fata_error_name(-host_errno), "?") == 0 ? FATA_EIO
                                                          : -host_errno;
}

void fata_console_write(const char *text, size_t size)
{
    /* Program text printed by stdio comes first. */
    fflush(stdout);
    while (size > 0) {
        ssize_t n = write(STDOUT_FILENO, text, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        text += n;
        size -= (size_t)n;
    }
}

static fata_time_t read_clock(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return FATA_S(t.tv_sec) + (fata_time_t)t.tv_nsec;
}

fata_time_t fata_now(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

fata_time_t fata_wall_now(void)
{
    return read_clock(CLOCK_REALTIME);
}

FATA_NORETURN void fata_platform_exit(int status)
{
    fflush(NULL);
    _exit(status & 255);
}

void fata_platform_memory(struct fata_platform_memory *memory)
{
    memory->heap = NULL; /* the host's libc allocates */
    memory->heap_size = 0;
}
