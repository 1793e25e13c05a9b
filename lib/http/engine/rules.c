/* SPDX-License-Identifier: ISC */
/* Conditions, ranges and encodings. */
#include <fata/http_rules.h>

#include <string.h>

static bool is_weak(struct fata_http_text tag)
{
    return tag.size >= 2 && tag.data[0] == 'W' && tag.data[1] == '/';
}

/* RFC 9110, section 8.8.3.2. */
static bool tags_match(struct fata_http_text a, const char *with, bool strong)
{
    struct fata_http_text b = {with, strlen(with)};
    if (strong && (is_weak(a) || is_weak(b)))
        return false;
    if (is_weak(a))
        a = (struct fata_http_text){a.data + 2, a.size - 2};
    if (is_weak(b))
        b = (struct fata_http_text){b.data + 2, b.size - 2};
    return a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

static bool in_list(struct fata_http_text list, const char *etag, bool strong)
{
    struct fata_http_text element;
    if (fata_http_equal(list, "*"))
        return true;
    while (fata_http_element(&list, &element))
        if (etag != NULL && tags_match(element, etag, strong))
            return true;
    return false;
}

static bool is_read(const struct fata_http *h)
{
    return fata_http_equal(h->head.method, "GET") ||
           fata_http_equal(h->head.method, "HEAD");
}

/* Section 13.2.2. */
unsigned fata_http_condition(const struct fata_http *h,
                             const struct fata_http_version *v)
{
    struct fata_http_text field = fata_http_field(h, "If-Match");
    int64_t time;

    if (field.data != NULL) {
        if (!in_list(field, v->etag, true))
            return 412;
    } else {
        field = fata_http_field(h, "If-Unmodified-Since");
        time =
            field.data == NULL ? FATA_HTTP_NO_TIME : fata_http_date_read(field);
        if (time != FATA_HTTP_NO_TIME && v->modified != FATA_HTTP_NO_TIME &&
            v->modified > time)
            return 412;
    }
    field = fata_http_field(h, "If-None-Match");
    if (field.data != NULL) {
        if (!in_list(field, v->etag, false))
            return 0;
        return is_read(h) ? 304 : 412;
    }
    field = fata_http_field(h, "If-Modified-Since");
    if (field.data == NULL || !is_read(h) || v->modified == FATA_HTTP_NO_TIME)
        return 0;
    time = fata_http_date_read(field);
    return time != FATA_HTTP_NO_TIME && v->modified <= time ? 304 : 0;
}

/* Section 13.1.5: a strong tag or an exact date. */
static bool if_range(const struct fata_http *h,
                     const struct fata_http_version *v)
{
    struct fata_http_text field = fata_http_field(h, "If-Range");
    if (field.data == NULL)
        return true;
    if (field.size > 0 && (field.data[0] == '"' || field.data[0] == 'W'))
        return v->etag != NULL && tags_match(field, v->etag, true);
    return v->modified != FATA_HTTP_NO_TIME &&
           fata_http_date_read(field) == v->modified;
}

unsigned fata_http_range(const struct fata_http *h,
                         const struct fata_http_version *v, uint64_t size,
                         uint64_t *first, uint64_t *last)
{
    struct fata_http_text field = fata_http_field(h, "Range");
    struct fata_http_text element, second, rest;
    size_t dash = 0;

    if (field.data == NULL || !fata_http_equal(h->head.method, "GET") ||
        !if_range(h, v))
        return 200;
    if (field.size < 6 ||
        !fata_http_same((struct fata_http_text){field.data, 6}, "bytes="))
        return 200;
    rest = (struct fata_http_text){field.data + 6, field.size - 6};
    if (!fata_http_element(&rest, &element))
        return 200;
    if (fata_http_element(&rest, &second))
        return 200;
    while (dash < element.size && element.data[dash] != '-')
        dash++;
    if (dash == element.size)
        return 200;
    struct fata_http_text from = {element.data, dash};
    struct fata_http_text to = {element.data + dash + 1,
                                element.size - dash - 1};
    if (from.size == 0) { /* the last bytes */
        uint64_t count;
        if (!fata_http_number(to, &count))
            return 200;
        if (count == 0 || size == 0)
            return 416;
        *first = count < size ? size - count : 0;
        *last = size - 1;
        return 206;
    }
    *last = UINT64_MAX;
    if (!fata_http_number(from, first) ||
        (to.size != 0 && !fata_http_number(to, last)) || *last < *first)
        return 200;
    if (*first >= size)
        return 416;
    if (*last >= size)
        *last = size - 1;
    return 206;
}

/* The weight "q=0.5" in thousandths; -1 where it is none. */
static int weight(struct fata_http_text parameters)
{
    const char *p = parameters.data, *end = p + parameters.size;
    int value, scale = 100;

    while (p < end && (*p == ' ' || *p == '\t' || *p == ';'))
        p++;
    if (p == end)
        return 1000;
    if (end - p < 3 || (*p != 'q' && *p != 'Q') || p[1] != '=')
        return -1;
    p += 2;
    if (*p != '0' && *p != '1')
        return -1;
    value = (*p++ - '0') * 1000;
    if (p < end && *p++ != '.')
        return -1;
    for (; p < end && scale > 0; p++, scale /= 10) {
        if (*p < '0' || *p > '9')
            return -1;
        value += (*p - '0') * scale;
    }
    return p == end && value <= 1000 ? value : -1;
}

bool fata_http_accepts(const struct fata_http *h, const char *coding)
{
    struct fata_http_text list = fata_http_field(h, "Accept-Encoding");
    struct fata_http_text element;
    int any = 0;

    if (list.data == NULL)
        return false;
    while (fata_http_element(&list, &element)) {
        size_t n = 0;
        while (n < element.size && element.data[n] != ';' &&
               element.data[n] != ' ')
            n++;
        struct fata_http_text name = {element.data, n};
        int q =
            weight((struct fata_http_text){element.data + n, element.size - n});
        if (fata_http_same(name, coding))
            return q > 0;
        if (fata_http_equal(name, "*"))
            any = q;
    }
    return any > 0;
}
