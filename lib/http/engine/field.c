/* SPDX-License-Identifier: ISC */
/* Looking into heads. */
#include <fata/http_engine.h>

#include <fata/panic.h>
#include <string.h>

static struct fata_http_text at(const char *base, struct fata_http_span span)
{
    return (struct fata_http_text){base + span.at, span.size};
}

static struct fata_http_text find(const struct fata_http_line *line,
                                  unsigned count, const char *base,
                                  const char *name)
{
    size_t size = strlen(name);
    for (; count > 0; line++, count--)
        if (line->name.size == size &&
            fata_http_same(at(base, line->name), name))
            return at(base, line->value);
    return (struct fata_http_text){NULL, 0};
}

struct fata_http_text fata_http_field(const struct fata_http *h,
                                      const char *name)
{
    return find(h->field, h->head.count, h->head.base, name);
}

struct fata_http_text fata_http_trailer(const struct fata_http *h,
                                        const char *name)
{
    return find(h->trailers, h->trailer, h->trailer_base, name);
}

void fata_http_field_at(const struct fata_http *h, unsigned n,
                        struct fata_http_text *name,
                        struct fata_http_text *value)
{
    fata_assert(n < h->head.count);
    *name = at(h->head.base, h->field[n].name);
    *value = at(h->head.base, h->field[n].value);
}

/* Up to the parameters. */
static struct fata_http_text token_of(struct fata_http_text element)
{
    size_t n = 0;
    while (n < element.size && element.data[n] != ';' &&
           element.data[n] != ' ' && element.data[n] != '\t')
        n++;
    element.size = n;
    return element;
}

bool fata_http_has(const struct fata_http *h, const char *name,
                   const char *token)
{
    for (unsigned i = 0; i < h->head.count; i++) {
        struct fata_http_text list, element;
        if (!fata_http_same(at(h->head.base, h->field[i].name), name))
            continue;
        list = at(h->head.base, h->field[i].value);
        while (fata_http_element(&list, &element))
            if (fata_http_same(token_of(element), token))
                return true;
    }
    return false;
}
