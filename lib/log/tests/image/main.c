/* SPDX-License-Identifier: ISC */
/* Logs at three levels; the cases look at the console. */
#include <fata/log.h>
#include <fata/run.h>
#include "app.h"

static FATA_LOG_SOURCE(logs, "logs", "what the test does");
static FATA_LOG_SOURCE(other, "other", "says nothing");

int start(struct app *app)
{
    (void)app;
    fata_log_info(&logs, "begins value=%s", FATA_LOG_QUOTE("a b"));
    fata_log_debug(&logs, "goes on");
    fata_log_error(&logs, "ends");
    fata_log_debug(&other, "nobody reads this");
    return 0;
}
