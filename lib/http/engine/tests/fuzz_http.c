/* SPDX-License-Identifier: ISC */
/* Fuzz harness of the engine as a server, with two oracles: what it is told in
 * other parts it must understand the same way; and what it takes for a request
 * a second parser, written from RFC 9112 line by line, must take for the same
 * one, with the same end - else somebody could smuggle.  The first byte of an
 * input says how it is cut.  With -DREPLAY: a program that replays files. */
#include <fata/http_engine.h>
#include <fata/panic.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* --- what was understood, as text --- */

enum { ROOM = 256 * 1024 };

struct log {
    char text[ROOM];
    size_t size;
};

static void note(struct log *l, const char *text, size_t size)
{
    if (size > ROOM - l->size)
        size = ROOM - l->size;
    memcpy(l->text + l->size, text, size);
    l->size += size;
}

static void note_line(struct log *l, char kind, struct fata_http_text a,
                      struct fata_http_text b)
{
    note(l, &kind, 1);
    note(l, a.data, a.size);
    note(l, "\t", 1);
    note(l, b.data, b.size);
    note(l, "\n", 1);
}

void fata_panic(const char *where, const char *what)
{
    fprintf(stderr, "%s: %s\n", where, what);
    abort();
}

/* --- the engine --- */

static size_t part_of(uint32_t *seed, size_t left)
{
    *seed = *seed * 1664525u + 1013904223u;
    size_t n = 1 + (*seed >> 24) % ((*seed >> 20) % 8 == 0 ? 200 : 9);
    return n < left ? n : left;
}

static void note_head(struct log *l, const struct fata_http *h)
{
    note_line(l, 'H', h->head.method, h->head.target);
    for (unsigned i = 0; i < h->head.count; i++) {
        struct fata_http_text name, value;
        fata_http_field_at(h, i, &name, &value);
        note_line(l, 'F', name, value);
    }
    /* Looked at, for the sanitizers' sake. */
    note(l, h->head.path.data, 0 * h->head.path.size);
    (void)fata_http_has(h, "Accept", "x");
    struct fata_http_text list = fata_http_field(h, "Accept"), element;
    while (list.data != NULL && fata_http_element(&list, &element))
        ;
}

/* The requests in `in`, shown whole (seed 0) or in parts.  Returns how many
 * ended; `ended` is the log's size then. */
static unsigned engine(const char *in, size_t size, uint32_t seed,
                       struct log *l, size_t *ended)
{
    struct fata_http h;
    size_t there = seed == 0 ? size : 0, from = 0;
    unsigned count = 0;

    fata_http_init(&h, FATA_HTTP_SERVER, &fata_http_limits, 0);
    l->size = *ended = 0;
    for (;;) {
        struct fata_http_text piece = {NULL, 0};
        size_t used;
        char *copy = malloc(there - from); /* its end is guarded */
        memcpy(copy, in + from, there - from);
        enum fata_http_event event =
            fata_http_feed(&h, 0, copy, there - from, &used, &piece);
        if (used > there - from)
            abort();
        from += used;
        if (event == FATA_HTTP_HEAD)
            note_head(l, &h);
        if (event == FATA_HTTP_BODY)
            note(l, piece.data, piece.size);
        if (event == FATA_HTTP_END) {
            char out[512];
            struct fata_http_message m = {.status = 200};
            note(l, "\n.\n", 3);
            count++;
            *ended = l->size;
            if (fata_http_write_head(&h, &m, out, sizeof(out)) < 0)
                abort();
            free(copy);
            if (!fata_http_next(&h, 0))
                return count;
            continue;
        }
        free(copy);
        if (event == FATA_HTTP_FAILED) {
            char line[16];
            snprintf(line, sizeof(line), "!%u", h.status);
            note(l, line, strlen(line));
            return count;
        }
        if (event == FATA_HTTP_MORE && used == 0) {
            if (there == size)
                return count;
            there += part_of(&seed, size - there);
        }
    }
}

/* --- the other parser: lines, as they stand in RFC 9112 --- */

struct reader {
    const char *p, *end;
};

/* Up to CRLF; false: there is none, or a bare CR or LF is in it. */
static bool get_line(struct reader *r, struct fata_http_text *line)
{
    for (const char *q = r->p; q < r->end; q++) {
        if (*q == '\n' || *q == '\0')
            return false;
        if (*q != '\r')
            continue;
        if (q + 1 == r->end || q[1] != '\n')
            return false;
        *line = (struct fata_http_text){r->p, (size_t)(q - r->p)};
        r->p = q + 2;
        return true;
    }
    return false;
}

static bool is_tchar(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z') ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static bool get_field(struct fata_http_text line, struct fata_http_text *name,
                      struct fata_http_text *value)
{
    size_t n = 0;
    while (n < line.size && is_tchar(line.data[n]))
        n++;
    if (n == 0 || n == line.size || line.data[n] != ':')
        return false;
    *name = (struct fata_http_text){line.data, n};
    const char *p = line.data + n + 1, *end = line.data + line.size;
    while (p < end && (*p == ' ' || *p == '\t'))
        p++;
    while (end > p && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    *value = (struct fata_http_text){p, (size_t)(end - p)};
    return true;
}

static bool get_fields(struct reader *r, struct log *l, uint64_t *length,
                       bool *chunked)
{
    bool has_length = false, has_coding = false;
    for (;;) {
        struct fata_http_text line, name, value;
        if (!get_line(r, &line))
            return false;
        if (line.size == 0)
            return !(has_length && has_coding);
        if (!get_field(line, &name, &value))
            return false;
        if (l != NULL)
            note_line(l, 'F', name, value);
        if (fata_http_same(name, "Content-Length")) {
            *length = 0;
            if (has_length || value.size == 0 || value.size > 9)
                return false;
            for (size_t i = 0; i < value.size; i++) {
                if (value.data[i] < '0' || value.data[i] > '9')
                    return false;
                *length = *length * 10 + (uint64_t)(value.data[i] - '0');
            }
            has_length = true;
        }
        if (fata_http_same(name, "Transfer-Encoding")) {
            if (has_coding || !fata_http_same(value, "chunked"))
                return false;
            has_coding = *chunked = true;
        }
    }
}

static bool get_chunks(struct reader *r, struct log *l)
{
    for (;;) {
        struct fata_http_text line;
        size_t size = 0, n = 0;
        uint64_t none;
        bool no;
        if (!get_line(r, &line))
            return false;
        for (; n < line.size && n < 16; n++) {
            const char *at, *digits = "0123456789abcdefABCDEF";
            char c = line.data[n];
            if (c == '\0' || (at = strchr(digits, c)) == NULL)
                break;
            size_t digit = (size_t)(at - digits);
            size = size * 16 + (digit > 15 ? digit - 6 : digit);
        }
        if (n == 0 || (n < line.size && line.data[n] != ';' &&
                       line.data[n] != ' ' && line.data[n] != '\t'))
            return false;
        if (size == 0)
            return get_fields(r, NULL, &none, &no);
        if (size > (size_t)(r->end - r->p))
            return false;
        note(l, r->p, size);
        r->p += size;
        if (r->end - r->p < 2 || memcmp(r->p, "\r\n", 2) != 0)
            return false;
        r->p += 2;
    }
}

static bool get_request(struct reader *r, struct log *l)
{
    struct fata_http_text line;
    uint64_t length = 0;
    bool chunked = false;
    do
        if (!get_line(r, &line))
            return false;
    while (line.size == 0);
    const char *space = memchr(line.data, ' ', line.size);
    if (space == NULL || space == line.data || line.size < 9)
        return false;
    const char *version = line.data + line.size - 8;
    if (version - 1 <= space || version[-1] != ' ' ||
        (memcmp(version, "HTTP/1.1", 8) != 0 &&
         memcmp(version, "HTTP/1.0", 8) != 0))
        return false;
    struct fata_http_text method = {line.data, (size_t)(space - line.data)};
    struct fata_http_text target = {space + 1,
                                    (size_t)(version - 1 - space - 1)};
    if (target.size == 0 || memchr(target.data, ' ', target.size) != NULL)
        return false;
    note_line(l, 'H', method, target);
    if (!get_fields(r, l, &length, &chunked))
        return false;
    if (chunked) {
        if (!get_chunks(r, l))
            return false;
    } else {
        if (length > (uint64_t)(r->end - r->p))
            return false;
        note(l, r->p, (size_t)length);
        r->p += length;
    }
    note(l, "\n.\n", 3);
    return true;
}

/* --- the comparison --- */

static void differ(const char *how, const struct log *a, size_t a_size,
                   const struct log *b, size_t b_size)
{
    fprintf(stderr, "%s:\n%.*s\n--- and\n%.*s\n", how, (int)a_size, a->text,
            (int)b_size, b->text);
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct log whole, parts, other;
    size_t ended, ended_parts;
    if (size < 1 || size > 100000)
        return 0;
    const char *in = (const char *)data + 1;
    size--;
    unsigned count = engine(in, size, 0, &whole, &ended);
    engine(in, size, data[0] + 1u, &parts, &ended_parts);
    if (whole.size != parts.size ||
        memcmp(whole.text, parts.text, whole.size) != 0)
        differ("whole and in parts", &whole, whole.size, &parts, parts.size);

    struct reader r = {in, in + size};
    other.size = 0;
    for (unsigned i = 0; i < count; i++)
        if (!get_request(&r, &other))
            differ("no request", &whole, ended, &other, other.size);
    if (other.size != ended || memcmp(whole.text, other.text, ended) != 0)
        differ("two parsers", &whole, ended, &other, other.size);
    return 0;
}

#ifdef REPLAY
int main(int argc, char **argv)
{
    static uint8_t data[100001];
    for (int i = 1; i < argc; i++) {
        FILE *f = fopen(argv[i], "rb");
        if (f == NULL)
            return 2;
        size_t n = fread(data, 1, sizeof(data), f);
        fclose(f);
        (void)LLVMFuzzerTestOneInput(data, n);
    }
    printf("%d passed, 0 failed\n", argc - 1);
    return 0;
}
#endif
