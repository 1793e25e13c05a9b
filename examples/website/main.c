/* SPDX-License-Identifier: ISC */
/* Serves a folder that was compiled into the image: here, this project's
 * documentation.  What is asked for and is not there gets the folder's page
 * 404.html.  At the end it says what it has served. */
#include <fata/http.h>
#include <fata/http_kv.h>
#include <fata/run.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "app.h"

static struct {
    uint64_t requests, pages, missing, bytes;
} served;

static bool ends_with(struct fata_http_text text, const char *end)
{
    size_t n = strlen(end);
    return text.size >= n &&
           memcmp(text.data + text.size - n, end, n) == 0;
}

static int not_found(struct fata_http_request *req, struct fata_kv *assets)
{
    const struct fata_kv_value *page;
    int err = fata_kv_get(assets, "404.html", 8, &page);
    if (err < 0)
        return err;
    const struct fata_http_reply reply = {
        .status = 404,
        .type = page->type,
        .body = page->data,
        .size = page->size,
        .stays = true,
    };
    return fata_http_reply(req, &reply);
}

static int serve(struct fata_http_request *req, void *arg)
{
    struct app *app = arg;
    int err = fata_http_reply_kv(req, app->assets);
    if (err == FATA_ENOENT) {
        served.missing++;
        err = not_found(req, app->assets);
    } else if (ends_with(req->path, "/") || ends_with(req->path, ".html")) {
        served.pages++;
    }
    served.requests++;
    served.bytes += req->sent;
    return err;
}

int start(struct app *app)
{
    struct fata_address address;
    char text[FATA_ADDRESS_TEXT];
    int err = fata_stack_ready(app->stack, FATA_NEVER);
    if (err < 0)
        return err;
    if (app->keys.url[0] != '\0')
        printf("\n    The documentation of Fata, served by a unikernel:\n"
               "        %s\n    Ctrl-C stops it.\n\n",
               app->keys.url);
    else if (fata_stack_addresses(app->stack, &address, 1) > 0)
        printf("website on %s port %d\n", fata_address_print(&address, text),
               (int)app->keys.port);
    err = fata_http_serve(app->stack, (uint16_t)app->keys.port, serve, app);
    printf("served %" PRIu64 " requests: %" PRIu64 " pages, %" PRIu64
           " not found, %" PRIu64 " KiB\n",
           served.requests, served.pages, served.missing, served.bytes / 1024);
    return err == FATA_ECANCELED ? 0 : err;
}
