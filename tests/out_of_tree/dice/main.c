/* SPDX-License-Identifier: ISC */
#include <fata/random.h>
#include <stdio.h>
#include "app.h"

int start(struct app *app)
{
    (void)app;
    printf("a die says %u\n", (unsigned)fata_random_below(6) + 1);
    return 0;
}
