/* SPDX-License-Identifier: ISC */
/* Broadcasts. */
#include <fata/broadcast.h>

#include "internal.h"

#include <string.h>

size_t fata_broadcast_send(struct fata_broadcast *broadcast, const void *value)
{
    struct fata_entry *entry;
    size_t n = 0;

    for (; (entry = fata_waiter_first(&broadcast->waiters)) != NULL; n++) {
        if (broadcast->size != 0)
            memcpy(entry->item, value, broadcast->size);
        fata__wake(entry, 0);
    }
    return n;
}
