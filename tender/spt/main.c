/* SPDX-License-Identifier: ISC */
/* fata-spt: runs a Solo5 image as a Linux process behind a system-call filter.
 * This file is the order of things; each step is a call. */
#include "spt.h"
#include "../device.h"
#include "../host.h"
#include "../options.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/timerfd.h>
#include <unistd.h>

#if defined(__x86_64__)
#define MACHINE       EM_X86_64
#define STACK_RESERVE 8
#elif defined(__aarch64__)
#define MACHINE       EM_AARCH64
#define STACK_RESERVE 16
#endif

static struct spt spt = {.epoll = -1, .timer = -1, .shutdown = -1};

static int watch(int fd, uint32_t events, uint64_t data)
{
    struct epoll_event event = {.events = events, .data.u64 = data};

    return epoll_ctl(spt.epoll, EPOLL_CTL_ADD, fd, &event);
}

/* The guest waits on one epoll set: timer, net devices, shutdown. */
static int open_events(struct message *why)
{
    const struct image_manifest *m = &spt.image.manifest;

    spt.epoll = epoll_create1(EPOLL_CLOEXEC);
    spt.timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (spt.epoll < 0 || spt.timer < 0 ||
        watch(spt.timer, EPOLLIN, SOLO5_SPT_TIMER_DATA) < 0)
        return fail(why, "cannot make a timer: %s", strerror(errno));
    for (uint32_t i = 1; i < m->entries; i++)
        if (m->device[i].type == SOLO5_DEVICE_NET &&
            watch(m->device[i].host.descriptor, EPOLLIN, i) < 0)
            return fail(why, "--net:%s: descriptor %d cannot be waited for: %s",
                        m->device[i].name, m->device[i].host.descriptor,
                        strerror(errno));
    return 0;
}

/* Gives what the image wants and this host can; the image finds out from
 * offer.features. */
static int make_offer(struct message *why)
{
    const struct fata_note *note = &spt.image.note;
    struct fata_offer *offer = &spt.offer;

    if (!spt.image.has_note)
        return 0;
    if ((note->wants & FATA_FEATURE_GUARDS) != 0 && spt_memory_guard(&spt))
        offer->features |= FATA_FEATURE_GUARDS;
    if ((note->wants & FATA_FEATURE_SHUTDOWN) != 0) {
        spt.shutdown = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
        if (spt.shutdown < 0 || watch(spt.shutdown, EPOLLIN | EPOLLONESHOT,
                                      FATA_SPT_SHUTDOWN_DATA) < 0)
            return fail(why, "cannot make the shutdown event: %s",
                        strerror(errno));
        offer->features |= FATA_FEATURE_SHUTDOWN;
        offer->shutdown_data = FATA_SPT_SHUTDOWN_DATA;
    }
    if ((note->wants & FATA_FEATURE_ENTROPY) != 0 &&
        getrandom(offer->entropy, sizeof offer->entropy, 0) ==
            sizeof offer->entropy)
        offer->features |= FATA_FEATURE_ENTROPY;
    image_write_offer(&spt.image, offer, (uint8_t *)(uintptr_t)note->offer);
    return spt_fault_install(&spt, why);
}

/* Everything up to the guest's first instruction. */
static int prepare(const struct options *options, struct message *why)
{
    static char command_line[SOLO5_CMDLINE_SIZE];
    struct image_source source;
    struct message detail;
    int size = options_command_line(options, command_line, why);
    int fd;

    if (size < 0 || device_check_descriptors(options, why) < 0 ||
        host_prepare(why) < 0 ||
        host_open(options->image, &source, &fd, why) < 0)
        return -1;
    spt.memory_size = options->memory_mib << 20;
    if (image_parse(&spt.image, &source, MACHINE, SOLO5_TARGET_SPT, &detail) <
            0 ||
        image_fits(&spt.image, spt.memory_size, &detail) < 0)
        return fail(why, "%.120s: %.180s", options->image, detail.text);
    if (device_attach(&spt.image.manifest, options, why) < 0 ||
        open_events(why) < 0 || spt_memory_map(&spt, why) < 0 ||
        image_load(&spt.image, &source, (uint8_t *)SOLO5_SPT_MEMORY,
                   SOLO5_SPT_MEMORY, why) < 0)
        return -1;
    close(fd);
    spt_memory_boot(&spt, command_line, (size_t)size);
    if (spt_memory_protect(&spt, why) < 0 || make_offer(why) < 0)
        return -1;
    return spt_filter_install(&spt, why);
}

int main(int argc, char **argv)
{
    static struct options options;
    const struct option_flag flags[] = {{"--x-exec-heap",
                                         "make heap and stack executable",
                                         &spt.executable_heap, NULL},
                                        {NULL, NULL, NULL, NULL}};
    char text[2048];
    struct message why;
    int action = options_parse(&options, flags, argv, &why);

    (void)argc;
    if (action == OPTIONS_HELP) {
        size_t size = options_help(text, sizeof text, SPT_NAME, flags);

        return write(1, text, size) == (ssize_t)size ? 0 : 1;
    }
    if (action == OPTIONS_VERSION) {
        fprintf(stderr, SPT_NAME " " FATA_VERSION "\nABI version %u\n",
                SOLO5_ABI_VERSION);
        return 0;
    }
    if (action < 0 || prepare(&options, &why) < 0) {
        message_print(SPT_NAME, &why);
        return 1;
    }
    spt_enter_guest(spt.image.entry, spt.memory_size - STACK_RESERVE,
                    SOLO5_SPT_BOOT);
}
