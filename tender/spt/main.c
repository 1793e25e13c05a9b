/* SPDX-License-Identifier: ISC */
/* fata-spt: runs a Solo5 image as a Linux process behind a system-call filter.
 * This file is the order of things; each step is a call. */
#include "spt.h"
#include "../guest.h"
#include "../host.h"
#include "../options.h"

#include <elf.h>

#if defined(__x86_64__)
#define MACHINE       EM_X86_64
#define STACK_RESERVE 8
#elif defined(__aarch64__)
#define MACHINE       EM_AARCH64
#define STACK_RESERVE 16
#endif

static struct spt spt = {.events = EVENTS_NONE};

/* Gives what the image wants and this host can; the image finds out from
 * offer.features. */
static int make_offer(struct message *why)
{
    const struct fata_note *note = &spt.image.note;

    if (!spt.image.has_note)
        return 0;
    if ((note->wants & FATA_FEATURE_GUARDS) != 0 && spt_memory_guard(&spt))
        spt.offer.features |= FATA_FEATURE_GUARDS;
    if ((note->wants & FATA_FEATURE_SHUTDOWN) != 0) {
        if (events_open_shutdown(&spt.events, FATA_SPT_SHUTDOWN_DATA, why) < 0)
            return -1;
        spt.offer.features |= FATA_FEATURE_SHUTDOWN;
        spt.offer.shutdown_data = FATA_SPT_SHUTDOWN_DATA;
    }
    if (spt.image.net_offload != 0) {
        spt.offer.features |= FATA_FEATURE_NET_OFFLOAD;
        spt.offer.net_offload = spt.image.net_offload;
    }
    if ((note->wants & FATA_FEATURE_CLOCK) != 0) {
        spt.offer.clock = spt_clock();
        spt.offer.features |= spt.offer.clock != 0 ? FATA_FEATURE_CLOCK : 0;
    }
    guest_offer(&spt.image, 0, &spt.offer);
    return spt_fault_install(&spt, why);
}

/* Everything up to the guest's first instruction. */
static int prepare(const struct options *options, struct message *why)
{
    struct image_source source;

    spt.memory_size = options->memory_mib << 20;
    if (guest_open(&spt.image, &source, options, MACHINE, SOLO5_TARGET_SPT,
                   spt.memory_size, why) < 0 ||
        events_open(&spt.events, &spt.image.manifest, SOLO5_SPT_TIMER_DATA,
                    why) < 0 ||
        spt_memory_map(&spt, why) < 0 ||
        guest_load(&spt.image, &source, 0, why) < 0)
        return -1;
    spt_memory_boot(&spt);
    if (guest_protect(&spt.image, 0, true, why) < 0 || make_offer(why) < 0)
        return -1;
    return spt_filter_install(&spt, why);
}

int main(int argc, char **argv)
{
    static struct options options;
    const struct option_flag flags[] = {{"--x-exec-heap",
                                         "make heap and stack executable",
                                         &spt.executable_heap, NULL},
                                        {"--no-offload",
                                         "net devices without checksum and "
                                         "segmentation offload",
                                         &spt.no_offload, NULL},
                                        {NULL, NULL, NULL, NULL}};
    struct message why;

    (void)argc;
    host_options(&options, flags, argv, SPT_NAME);
    options.offload = spt.no_offload ? 0 : FATA_FEATURE_NET_OFFLOAD;
    if (prepare(&options, &why) < 0) {
        message_print(SPT_NAME, &why);
        return 1;
    }
    spt_enter_guest(spt.image.entry, spt.memory_size - STACK_RESERVE,
                    SOLO5_SPT_BOOT);
}
