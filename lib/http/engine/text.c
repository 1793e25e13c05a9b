/* SPDX-License-Identifier: ISC */
/* See fata/http_text.h. */
#include <fata/http_text.h>

#include <fata/error.h>
#include <string.h>

static unsigned lower(char c)
{
    unsigned char u = (unsigned char)c;
    return u - (unsigned)'A' < 26u ? u + 32u : u;
}

bool fata_http_equal(struct fata_http_text text, const char *with)
{
    return text.size == strlen(with) &&
           (text.size == 0 || memcmp(text.data, with, text.size) == 0);
}

bool fata_http_same(struct fata_http_text text, const char *with)
{
    if (text.size != strlen(with))
        return false;
    for (size_t i = 0; i < text.size; i++)
        if (lower(text.data[i]) != lower(with[i]))
            return false;
    return true;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

bool fata_http_element(struct fata_http_text *list,
                       struct fata_http_text *element)
{
    const char *p = list->data, *end = p + list->size;
    bool quoted = false;

    while (p < end && (is_space(*p) || *p == ','))
        p++;
    if (p == end)
        return false;
    const char *from = p;
    while (p < end && (quoted || *p != ',')) {
        if (quoted && *p == '\\' && p + 1 < end)
            p++;
        else if (*p == '"')
            quoted = !quoted;
        p++;
    }
    list->data = p;
    list->size = (size_t)(end - p);
    while (p > from && is_space(p[-1]))
        p--;
    *element = (struct fata_http_text){from, (size_t)(p - from)};
    return true;
}

bool fata_http_number(struct fata_http_text text, uint64_t *number)
{
    uint64_t n = 0;
    if (text.size == 0)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        unsigned digit = (unsigned)(unsigned char)text.data[i] - '0';
        if (digit > 9 || n > (UINT64_MAX - digit) / 10)
            return false;
        n = n * 10 + digit;
    }
    *number = n;
    return true;
}

static int hex(char c)
{
    unsigned u = lower(c);
    return u - (unsigned)'0' < 10u  ? (int)(u - '0')
           : u - (unsigned)'a' < 6u ? (int)(u - 'a' + 10)
                                    : -1;
}

int fata_http_decode(struct fata_http_text text, char *out, size_t room)
{
    size_t n = 0;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (c == '%') {
            if (text.size - i < 3)
                return FATA_EINVAL;
            int high = hex(text.data[i + 1]), low = hex(text.data[i + 2]);
            if (high < 0 || low < 0 || (high == 0 && low == 0))
                return FATA_EINVAL;
            c = (char)(high * 16 + low);
            i += 2;
        }
        if (n + 1 >= room)
            return FATA_ENOSPC;
        out[n++] = c;
    }
    if (n >= room)
        return FATA_ENOSPC;
    out[n] = '\0';
    return (int)n;
}
