/* SPDX-License-Identifier: ISC */
/* Answers every request with 13 bytes. */
#include <fata/http.h>
#include "app.h"

static int hello(struct fata_http_request *req, void *arg)
{
    (void)arg;
    return fata_http_reply_text(req, 200, "text/plain", "Hello, World!");
}

int start(struct app *app)
{
    return fata_http_serve(app->stack, (uint16_t)app->keys.port, hello, NULL);
}
