/* SPDX-License-Identifier: ISC */
/* fata-hvt: runs a Solo5 image as a KVM virtual machine.  This file is the
 * order of things; each step is a call. */
#include "hvt.h"
#include "../device.h"
#include "../host.h"
#include "../options.h"

#include <elf.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

static struct hvt hvt = {.kvm = -1,
                         .vm = -1,
                         .vcpu = -1,
                         .epoll = -1,
                         .timer = -1,
                         .shutdown = -1,
                         .doorbell = -1,
                         .wake = -1};

/* Memory is made of large pages. */
static int set_memory_size(uint64_t mib, struct message *why)
{
    if (mib < 2)
        return fail(why, "--mem: a virtual machine has at least 2 MiB: give "
                         "--mem=2 or more");
    if (mib > HVT_MEMORY_MOST)
        return fail(why,
                    "--mem: a virtual machine has at most %u MiB: give less, "
                    "or run the image's spt build",
                    HVT_MEMORY_MOST);
    hvt.memory_size = (mib & ~UINT64_C(1)) << 20;
    return 0;
}

/* Gives what the image wants and this host can; the image finds out from
 * offer.features. */
static void make_offer(void)
{
    const struct fata_note *note = &hvt.image.note;
    struct fata_offer *offer = &hvt.offer;

    if ((note->wants & FATA_FEATURE_GUARDS) != 0 && note->stack_count != 0)
        offer->features |= FATA_FEATURE_GUARDS;
    if (hvt.shutdown >= 0) {
        offer->features |= FATA_FEATURE_SHUTDOWN;
        offer->shutdown_data = FATA_HVT_SHUTDOWN_DATA;
    }
    if ((note->wants & FATA_FEATURE_ENTROPY) != 0 &&
        getrandom(offer->entropy, sizeof offer->entropy, 0) ==
            sizeof offer->entropy)
        offer->features |= FATA_FEATURE_ENTROPY;
    if (hvt.ring != 0) {
        offer->features |= FATA_FEATURE_NET_RING;
        offer->doorbell = HVT_DOORBELL;
    }
    image_write_offer(&hvt.image, offer, hvt.memory + note->offer);
}

/* Pages, tables and CPU. */
static int make_machine(struct message *why)
{
    if (!hvt.ring3)
        return hvt_paging_plain(&hvt, why) < 0 ? -1 : hvt_vm_start(&hvt, why);
    make_offer();
    if (hvt_paging_ring3(&hvt, why) < 0)
        return -1;
    hvt_ring3_tables(&hvt);
    return hvt_vm_start(&hvt, why);
}

/* Everything up to the guest's first instruction. */
static int prepare(const struct options *options, struct message *why)
{
    static char command_line[SOLO5_CMDLINE_SIZE];
    struct image_source source;
    struct message detail;
    uint64_t now;
    int size = options_command_line(options, command_line, why);
    int fd;

    if (size < 0 || set_memory_size(options->memory_mib, why) < 0 ||
        device_check_descriptors(options, why) < 0 || host_prepare(why) < 0 ||
        host_open(options->image, &source, &fd, why) < 0)
        return -1;
    if (image_parse(&hvt.image, &source, EM_X86_64, SOLO5_TARGET_HVT, &detail) <
            0 ||
        image_fits(&hvt.image, hvt.memory_size, &detail) < 0)
        return fail(why, "%.120s: %.180s", options->image, detail.text);
    hvt.ring3 = hvt.image.has_note;
    if (device_attach(&hvt.image.manifest, options, why) < 0 ||
        hvt_ring_open(&hvt, why) < 0 || hvt_events_open(&hvt, why) < 0)
        return -1;
    now = hvt_now();
    if (hvt_vm_create(&hvt, why) < 0)
        return -1;
    hvt.stats.created = hvt_now() - now;
    if (hvt_memory_map(&hvt, why) < 0 ||
        image_load(&hvt.image, &source, hvt.memory, 0, why) < 0)
        return -1;
    close(fd);
    hvt_memory_boot(&hvt, command_line, (size_t)size);
    if (make_machine(why) < 0 || hvt_events_signals(&hvt, why) < 0 ||
        hvt_debug_open(&hvt, why) < 0 || hvt_worker_start(&hvt, why) < 0)
        return -1;
    return hvt_filter_install(&hvt, why);
}

int main(int argc, char **argv)
{
    static struct options options;
    const struct option_flag flags[] = {
        {"--stats", "print exits and times to stderr", &hvt.print_stats, NULL},
        {"--no-ring", "serve net devices by hypercalls only", &hvt.no_ring,
         NULL},
        hvt_debug_option,
        {NULL, NULL, NULL, NULL}};
    char text[2048];
    struct message why;
    int action;

    (void)argc;
    hvt.stats.started = hvt_now();
    action = options_parse(&options, flags, argv, &why);
    if (action == OPTIONS_HELP) {
        size_t size = options_help(text, sizeof text, HVT_NAME, flags);

        return write(1, text, size) == (ssize_t)size ? 0 : 1;
    }
    if (action == OPTIONS_VERSION) {
        fprintf(stderr, HVT_NAME " " FATA_VERSION "\nABI version %u\n",
                SOLO5_ABI_VERSION);
        return 0;
    }
    if (action < 0 || prepare(&options, &why) < 0) {
        message_print(HVT_NAME, &why);
        return 1;
    }
    hvt.stats.entered = hvt_now() - hvt.stats.started;
    hvt_loop(&hvt);
}
