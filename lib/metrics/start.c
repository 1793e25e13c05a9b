/* SPDX-License-Identifier: ISC */
/* When the image started; apart from the others, as it is in every image that
 * counts something, also where nobody reads it. */
#include "internal.h"

#include <fata/platform.h>

fata_time_t fata__metrics_started;

int fata__metrics_start(void)
{
    fata__metrics_started = fata_now();
    return 0;
}
