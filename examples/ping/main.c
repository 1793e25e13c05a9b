/* SPDX-License-Identifier: ISC */
/* Does nothing: the stack answers pings by itself, a flood of them, too.  After
 * each second in which frames came it says how many. */
#include <fata/run.h>
#include <fata/stack.h>
#include <inttypes.h>
#include <stdio.h>
#include "app.h"

int start(struct app *app)
{
    const struct fata_net_stats *now = &app->service->stats;
    struct fata_net_stats last = {0};
    int err = 0;
    while (err == 0) {
        err = fata_sleep(FATA_S(1));
        if (now->rx_frames == last.rx_frames)
            continue;
        printf("%" PRIu64 " frames in, %" PRIu64 " out\n",
               now->rx_frames - last.rx_frames,
               now->tx_frames - last.tx_frames);
        last = *now;
    }
    return err;
}
