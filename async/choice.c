/* SPDX-License-Identifier: ISC */
/* Choices: each clause is tried in turn; if none is possible yet, one waiter
 * has an entry in the queue of each. */
#include <fata/choice.h>

#include "internal.h"

#include <fata/error.h>

int fata__choose_start(struct fata_clause *clauses, uint32_t count,
                       fata_time_t deadline, struct fata_waiter *waiter)
{
    if (fata_fiber_cancelled())
        return FATA_ECANCELED;
    for (uint32_t i = 0; i < count; i++) {
        int result = clauses[i].attempt(&clauses[i]);
        if (result != FATA_PARK) {
            clauses[i].result = result;
            return (int)i;
        }
    }
    return fata__waiter_start_choice(waiter, clauses, count, deadline);
}
