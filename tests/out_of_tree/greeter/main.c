/* SPDX-License-Identifier: ISC */
/* A timer, a fiber and a device made of memory, on somebody else's target. */
#include <fata/run.h>
#include <stdio.h>
#include "app.h"

int start(struct app *app)
{
    char sector[512] = {42}, back[512] = {0};
    int err = fata_block_write(app->scratch, 3, 1, sector, FATA_NEVER);
    if (err == 0)
        err = fata_sleep(FATA_MS(2));
    if (err == 0)
        err = fata_block_read(app->scratch, 3, 1, back, FATA_NEVER);
    if (err < 0)
        return err;
    printf("hello %s, from far away; sector 3 says %d\n", app->keys.name,
           back[0]);
    return 0;
}
