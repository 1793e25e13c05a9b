/* SPDX-License-Identifier: ISC */
/* The router: patterns are tried in their order. */
#include "internal.h"

#include <string.h>

static bool match(const char *pattern, struct fata_http_text path,
                  struct fata_http_request *req)
{
    const char *p = path.data, *end = p + path.size;
    req->param_count = 0;
    for (;;) {
        bool rest = *pattern == '*';
        if (rest || (*pattern == ':' && pattern[-1] == '/')) {
            const char *from = p;
            while (p < end && (rest || *p != '/'))
                p++;
            if ((p == from && !rest) || req->param_count == FATA_HTTP_PARAMS)
                return false;
            req->params[req->param_count++] =
                (struct fata_http_param){pattern + 1,
                                         {from, (size_t)(p - from)}};
            pattern += strcspn(pattern, "/");
        } else if (*pattern == '\0') {
            return p == end;
        } else if (p == end || *p++ != *pattern++) {
            return false;
        }
    }
}

/* HEAD is answered as GET, without the body. */
static bool fits(const struct fata_http_route *route,
                 const struct fata_http_request *req)
{
    return route->method == NULL ||
           fata_http_equal(req->method, route->method) ||
           (fata_http_equal(req->method, "HEAD") &&
            strcmp(route->method, "GET") == 0);
}

enum { ALLOW = 64 };

static void add_method(char allow[ALLOW], const char *method)
{
    size_t used = strlen(allow);
    if (strstr(allow, method) != NULL || used + strlen(method) + 3 > ALLOW)
        return;
    if (used > 0)
        strcat(allow, ", ");
    strcat(allow, method);
}

int fata_http_route(struct fata_http_request *req, void *arg)
{
    const struct fata_http_router *router = arg;
    char allow[ALLOW] = "";

    for (size_t i = 0; i < router->count; i++) {
        const struct fata_http_route *route = &router->routes[i];
        if (!match(route->pattern, req->path, req))
            continue;
        if (fits(route, req))
            return route->fn(req, route->arg);
        add_method(allow, route->method);
        if (strcmp(route->method, "GET") == 0)
            add_method(allow, "HEAD");
    }
    if (allow[0] == '\0')
        return fata_http_reply_status(req, 404);
    add_method(allow, "OPTIONS");
    bool options = fata_http_equal(req->method, "OPTIONS");
    const char *text = options ? "" : fata_http_reason(405);
    struct fata_http_header header = {"Allow", allow};
    struct fata_http_reply reply = {
        .status = options ? 204 : 405,
        .type = options ? NULL : "text/plain",
        .headers = &header,
        .header_count = 1,
        .body = text,
        .size = strlen(text),
    };
    return fata_http_reply(req, &reply);
}
