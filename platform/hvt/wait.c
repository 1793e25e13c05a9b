/* SPDX-License-Identifier: ISC */
/* Waiting: the hypercall POLL, for network devices and the shutdown event; with
 * the ring only when there is nothing else to do. */
#include "hvt.h"

/* While requests complete, the host is asked at this interval. */
#define LOOK_NS FATA_MS(1)

/* These two are overridden in net.c, which is linked where an image has a
 * network device. */
FATA_WEAK void hvt_net_ready(uint64_t handle)
{
    (void)handle;
}

FATA_WEAK void hvt_net_turn(bool sleep)
{
    (void)sleep;
}

static void poll(fata_time_t timeout)
{
    struct solo5_hvt_poll p = {.timeout = timeout};
    hvt_call(SOLO5_HVT_POLL, &p);
    if ((fata_start_offer.features & FATA_FEATURE_SHUTDOWN) &&
        (p.ready & fata_start_offer.shutdown_data)) {
        p.ready &= ~fata_start_offer.shutdown_data;
        fata__shutdown_requested();
    }
    for (uint64_t handle = 1; handle < SOLO5_MANIFEST_MAX; handle++)
        if (p.ready >> handle & 1)
            hvt_net_ready(handle);
    hvt_net_turn(false);
}

void fata_platform_wait(fata_time_t deadline)
{
    static fata_time_t last_look;
    fata_time_t now = fata_now();
    hvt_net_turn(!fata__complete_pending());
    if (fata__complete_pending()) {
        if (now - last_look >= LOOK_NS) {
            last_look = now;
            poll(0);
        }
    } else {
        last_look = now;
        poll(deadline == FATA_NEVER ? FATA_S(3600)
             : deadline > now       ? deadline - now
                                    : 0);
    }
    fata__complete_run();
}
