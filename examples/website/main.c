/* SPDX-License-Identifier: ISC */
/* Serves a folder that was compiled into the image: here, this project's
 * documentation.  At the end it says what it has served. */
#include <fata/http.h>
#include <fata/run.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "app.h"

static struct {
    uint64_t requests, pages, missing, bytes;
} served;

static bool is_page(struct fata_http_text path)
{
    return (path.size > 0 && path.data[path.size - 1] == '/') ||
           (path.size > 5 &&
            memcmp(path.data + path.size - 5, ".html", 5) == 0);
}

static int serve(struct fata_http_request *req, void *arg)
{
    struct app *app = arg;
    int err = fata_http_reply_kv(req, app->assets);
    served.requests++;
    served.pages += req->status == 200 && is_page(req->path);
    served.missing += req->status == 404;
    served.bytes += req->sent;
    return err;
}

static void tell(struct app *app)
{
    struct fata_address address;
    char text[FATA_ADDRESS_TEXT];
    if (app->keys.url[0] != '\0')
        printf("\n    Fata's documentation, served by a unikernel:\n"
               "        %s\n    Ctrl-C stops it.\n\n",
               app->keys.url);
    else if (fata_stack_addresses(app->stack, &address, 1) > 0)
        printf("website on %s port %d\n", fata_address_print(&address, text),
               (int)app->keys.port);
}

int start(struct app *app)
{
    int err = fata_stack_ready(app->stack, FATA_NEVER);
    if (err < 0)
        return err;
    tell(app);
    err = fata_http_serve(app->stack, (uint16_t)app->keys.port, serve, app);
    printf("served %" PRIu64 " requests: %" PRIu64 " pages, %" PRIu64
           " not found, %" PRIu64 " KiB\n",
           served.requests, served.pages, served.missing, served.bytes / 1024);
    return err;
}
