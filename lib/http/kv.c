/* SPDX-License-Identifier: ISC */
/* Values of a key-value store as replies: from where they lie. */
#include "internal.h"

#include <fata/kv.h>
#include <string.h>

enum { KEY = 512, FIELDS = 5, ETAG = 80 };

static const char index_name[] = "index.html";

static bool is_read(const struct fata_http_request *req)
{
    return fata_http_equal(req->method, "GET") ||
           fata_http_equal(req->method, "HEAD");
}

/* The key of a path: without its slash, decoded.  A segment that is `.` or `..`
 * is no key, so nothing is resolved. */
static int key_of(struct fata_http_text path, char key[KEY])
{
    if (path.size > 0 && path.data[0] == '/') {
        path.data++;
        path.size--;
    }
    return fata_http_decode(path, key, KEY);
}

/* A folder's page is reached with a slash behind its name, so that links on it
 * mean what they say. */
static int to_folder(struct fata_http_request *req)
{
    char location[KEY + 8];
    size_t n = req->path.size, q = req->query.size;
    /* Two slashes in front would be another host. */
    size_t skip = n > 1 && req->path.data[1] == '/' ? n : 0;

    if (skip != 0 || n + q + 3 > sizeof(location))
        return FATA_ENOENT;
    memcpy(location, req->path.data, n);
    location[n++] = '/';
    if (q > 0) {
        location[n++] = '?';
        memcpy(location + n, req->query.data, q);
        n += q;
    }
    location[n] = '\0';
    return fata_http_redirect(req, 301, location);
}

static int find(struct fata_http_request *req, struct fata_kv *kv, char *key,
                const struct fata_kv_value **value)
{
    int n = key_of(req->path, key);
    if (n < 0)
        return n == FATA_ENOSPC ? FATA_ENOENT : n;
    size_t size = (size_t)n;
    bool folder = size == 0 || key[size - 1] == '/';
    if (folder) {
        if (size + sizeof(index_name) > KEY)
            return FATA_ENOENT;
        memcpy(key + size, index_name, sizeof(index_name));
        size += sizeof(index_name) - 1;
    }
    return fata_kv_get(kv, key, size, value);
}

/* Sends bytes first .. first + size - 1 of `data`. */
static int send(struct fata_http_request *req, unsigned status,
                const struct fata_kv_value *value,
                const struct fata_http_header *headers, size_t count,
                const void *data, uint64_t first, size_t size)
{
    struct fata_http_reply reply = {
        .status = status,
        .type = status == 304 ? NULL : value->type,
        .headers = headers,
        .header_count = count,
        .body = (const char *)data + first,
        .size = size,
        .stays = true,
    };
    return fata_http_reply(req, &reply);
}

/* The store's own page for what is not there, if it has one.  It is no version
 * of what was asked for: no tag, no conditions. */
static int missing(struct fata_http_request *req, struct fata_kv *kv)
{
    const struct fata_kv_value *page;
    if (fata_kv_get(kv, "404.html", 8, &page) < 0)
        return fata_http_reply_status(req, 404);
    return send(req, 404, page, NULL, 0, page->data, 0, page->size);
}

static char *put_number(char *p, uint64_t n)
{
    char digits[20];
    size_t size = 0;
    do
        digits[size++] = (char)('0' + n % 10);
    while ((n /= 10) != 0);
    while (size > 0)
        *p++ = digits[--size];
    return p;
}

/* "bytes 0-4/10" or "bytes *\/10". */
static void put_range(char *p, bool good, uint64_t first, uint64_t last,
                      uint64_t size)
{
    memcpy(p, "bytes ", 6);
    p += 6;
    if (good) {
        p = put_number(p, first);
        *p++ = '-';
        p = put_number(p, last);
    } else {
        *p++ = '*';
    }
    *p++ = '/';
    *put_number(p, size) = '\0';
}

int fata_http_reply_kv(struct fata_http_request *req, struct fata_kv *kv)
{
    const struct fata_kv_value *value;
    struct fata_http_header headers[FIELDS];
    char key[KEY], range[80];
    size_t count = 0;

    if (!is_read(req)) {
        struct fata_http_header allow = {"Allow", "GET, HEAD"};
        const char *text = fata_http_reason(405);
        struct fata_http_reply reply = {.status = 405,
                                        .type = "text/plain",
                                        .headers = &allow,
                                        .header_count = 1,
                                        .body = text,
                                        .size = strlen(text)};
        return fata_http_reply(req, &reply);
    }
    int err = find(req, kv, key, &value);
    if (err == FATA_ENOENT &&
        fata_kv_exists(kv, key, strlen(key)) == FATA_KV_FOLDER)
        return to_folder(req);
    if (err == FATA_ENOENT)
        return missing(req, kv);
    if (err < 0)
        return err;

    bool zipped = value->gzip != NULL && fata_http_accepts(req->engine, "gzip");
    const void *data = zipped ? value->gzip : value->data;
    size_t size = zipped ? value->gzip_size : value->size;
    struct fata_http_version version = {
        .etag = zipped ? value->gzip_etag : value->etag,
        .modified = FATA_HTTP_NO_TIME,
    };
    headers[count++] = (struct fata_http_header){"ETag", version.etag};
    if (value->gzip != NULL)
        headers[count++] = (struct fata_http_header){"Vary", "Accept-Encoding"};
    unsigned status = fata_http_condition(req->engine, &version);
    if (status == 304)
        return send(req, 304, value, headers, count, data, 0, 0);
    if (status == 412)
        return fata_http_reply_status(req, 412);

    uint64_t first = 0, last = 0;
    if (zipped)
        headers[count++] =
            (struct fata_http_header){"Content-Encoding", "gzip"};
    headers[count++] = (struct fata_http_header){"Accept-Ranges", "bytes"};
    status = fata_http_range(req->engine, &version, size, &first, &last);
    if (status == 200)
        return send(req, 200, value, headers, count, data, 0, size);
    put_range(range, status == 206, first, last, size);
    headers[count++] = (struct fata_http_header){"Content-Range", range};
    if (status == 416) {
        struct fata_http_reply reply = {.status = 416,
                                        .headers = headers + count - 1,
                                        .header_count = 1};
        return fata_http_reply(req, &reply);
    }
    return send(req, 206, value, headers, count, data, first,
                (size_t)(last - first + 1));
}
