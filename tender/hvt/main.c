/* SPDX-License-Identifier: ISC */
/* fata-hvt: runs a Solo5 image as a KVM virtual machine.  This file is the
 * order of things; each step is a call. */
#include "hvt.h"
#include "../guest.h"
#include "../host.h"
#include "../options.h"

#include <elf.h>

static struct hvt hvt = {.kvm = -1,
                         .vm = -1,
                         .vcpu = -1,
                         .events = EVENTS_NONE,
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

    if ((note->wants & FATA_FEATURE_GUARDS) != 0 && note->stack_count != 0)
        hvt.offer.features |= FATA_FEATURE_GUARDS;
    if (hvt.events.shutdown >= 0) {
        hvt.offer.features |= FATA_FEATURE_SHUTDOWN;
        hvt.offer.shutdown_data = FATA_HVT_SHUTDOWN_DATA;
    }
    if (hvt.ring != 0) {
        hvt.offer.features |= FATA_FEATURE_NET_RING;
        hvt.offer.doorbell = HVT_DOORBELL;
    }
    if (hvt.image.net_offload != 0) {
        hvt.offer.features |= FATA_FEATURE_RING_OFFLOAD;
        hvt.offer.net_offload = hvt.image.net_offload;
    }
    guest_offer(&hvt.image, (uintptr_t)hvt.memory, &hvt.offer);
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
    struct image_source source;
    uint64_t now;

    if (set_memory_size(options->memory_mib, why) < 0 ||
        guest_open(&hvt.image, &source, options, EM_X86_64, SOLO5_TARGET_HVT,
                   hvt.memory_size, why) < 0)
        return -1;
    hvt.ring3 = hvt.image.has_note;
    if (hvt_ring_open(&hvt, why) < 0 || hvt_events_open(&hvt, why) < 0)
        return -1;
    now = hvt_now();
    if (hvt_vm_create(&hvt, why) < 0)
        return -1;
    hvt.stats.created = hvt_now() - now;
    if (hvt_memory_map(&hvt, why) < 0 ||
        guest_load(&hvt.image, &source, (uintptr_t)hvt.memory, why) < 0)
        return -1;
    hvt_memory_boot(&hvt);
    if (make_machine(why) < 0 || hvt_events_signals(why) < 0 ||
        hvt_debug_open(&hvt, why) < 0 ||
        hvt_core_open(&hvt, options->image, why) < 0 ||
        hvt_worker_start(&hvt, why) < 0)
        return -1;
    return hvt_filter_install(&hvt, why);
}

int main(int argc, char **argv)
{
    static struct options options;
    const struct option_flag flags[] = {
        {"--stats", "print exits and times to stderr", &hvt.print_stats, NULL},
        hvt_core_option,
        {"--no-ring", "serve net devices by hypercalls only", &hvt.no_ring,
         NULL},
        {"--no-offload",
         "net devices without checksum and segmentation offload",
         &hvt.no_offload, NULL},
        hvt_debug_option,
        {NULL, NULL, NULL, NULL}};
    struct message why;

    (void)argc;
    hvt.stats.started = hvt_now();
    host_options(&options, flags, argv, HVT_NAME);
    if (!hvt.no_ring && !hvt.no_offload)
        options.offload = FATA_FEATURE_NET_RING | FATA_FEATURE_RING_OFFLOAD;
    if (prepare(&options, &why) < 0) {
        message_print(HVT_NAME, &why);
        return 1;
    }
    hvt.stats.entered = hvt_now() - hvt.stats.started;
    hvt_loop(&hvt);
}
