/* SPDX-License-Identifier: ISC */
/* Pool, strings, lists and positioned messages. */
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct chunk {
    struct chunk *next;
    size_t used, size;
    _Alignas(16) char data[];
};

static struct chunk *chunks;
void (*stop_hook)(int status);

void *pool_alloc(size_t size)
{
    size = (size + 15) & ~(size_t)15;
    if (chunks == NULL || chunks->size - chunks->used < size) {
        size_t room = size > 65536 ? size : 65536;
        struct chunk *c = xcalloc(1, sizeof(*c) + room);
        c->size = room;
        c->next = chunks;
        chunks = c;
    }
    void *p = chunks->data + chunks->used;
    chunks->used += size;
    return p;
}

void pool_reset(void)
{
    while (chunks != NULL) {
        struct chunk *next = chunks->next;
        free(chunks);
        chunks = next;
    }
}

void *pool_grow(void *old, size_t count, size_t size)
{
    if (count != 0 && (count & (count - 1)) != 0)
        return old; /* capacities are powers of two */
    char *fresh = pool_alloc(size * (count == 0 ? 1 : count * 2));
    if (count != 0)
        memcpy(fresh, old, size * count);
    return fresh;
}

char *pool_copy(const char *text, size_t size)
{
    char *p = pool_alloc(size + 1);
    if (size != 0)
        memcpy(p, text, size);
    return p;
}

char *format(const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int size = vsnprintf(NULL, 0, fmt, args);
    char *p = pool_alloc((size_t)size + 1);
    vsnprintf(p, (size_t)size + 1, fmt, again);
    va_end(again);
    va_end(args);
    return p;
}

void buf_bytes(struct buf *t, const char *data, size_t size)
{
    if (t->size + size + 1 > t->capacity) {
        size_t capacity = (t->size + size + 1) * 2 + 256;
        char *fresh = pool_alloc(capacity);
        if (t->size != 0)
            memcpy(fresh, t->data, t->size);
        t->data = fresh;
        t->capacity = capacity;
    }
    if (size != 0)
        memcpy(t->data + t->size, data, size);
    t->size += size;
    t->data[t->size] = '\0';
}

void buf_add(struct buf *t, const char *fmt, ...)
{
    char small[512];
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int size = vsnprintf(small, sizeof(small), fmt, args);
    if ((size_t)size < sizeof(small)) {
        buf_bytes(t, small, (size_t)size);
    } else {
        char *p = pool_alloc((size_t)size + 1);
        vsnprintf(p, (size_t)size + 1, fmt, again);
        buf_bytes(t, p, (size_t)size);
    }
    va_end(again);
    va_end(args);
}

void push(struct vec *s, const char *text)
{
    /* One slot more than the items, for the NULL. */
    if (s->count == 0)
        s->item = pool_grow(NULL, 0, sizeof(*s->item));
    s->item[s->count++] = text;
    s->item = pool_grow(s->item, s->count, sizeof(*s->item));
    s->item[s->count] = NULL;
}

void push_all(struct vec *s, const char *const *list)
{
    for (; list != NULL && *list != NULL; list++)
        push(s, *list);
}

bool contains(const struct vec *s, const char *text)
{
    for (size_t i = 0; i < s->count; i++)
        if (strcmp(s->item[i], text) == 0)
            return true;
    return false;
}

bool push_once(struct vec *s, const char *text)
{
    if (contains(s, text))
        return false;
    push(s, text);
    return true;
}

const char *join(const struct vec *s, const char *between)
{
    struct buf t = {0};
    buf_add(&t, "%s", "");
    for (size_t i = 0; i < s->count; i++)
        buf_add(&t, "%s%s", i == 0 ? "" : between, s->item[i]);
    return t.data;
}

void mistake(struct mark at, const char *fmt, ...)
{
    va_list args;
    if (stop_hook != NULL)
        stop_hook(EXIT_MISTAKE);
    va_start(args, fmt);
    fflush(stdout);
    if (at.file != NULL)
        fprintf(stderr, "%s:%d:%d: error: ", shown_path(at.file), at.line,
                at.column);
    else
        fprintf(stderr, "fata: error: ");
    vfprintf(stderr, fmt, args);
    fputc('\n', stderr);
    va_end(args);
    exit(EXIT_MISTAKE);
}

void stop(int status, const char *fmt, ...)
{
    va_list args;
    if (stop_hook != NULL)
        stop_hook(status);
    va_start(args, fmt);
    fflush(stdout);
    fprintf(stderr, "fata: ");
    vfprintf(stderr, fmt, args);
    fputc('\n', stderr);
    va_end(args);
    exit(status);
}

/* Edits (insert, remove, replace, swap of neighbours) between two words. */
static unsigned distance(const char *a, const char *b)
{
    enum { MOST = 40 };
    unsigned d[MOST + 1][MOST + 1];
    size_t m = strlen(a), n = strlen(b);
    if (m > MOST || n > MOST)
        return MOST;
    for (size_t i = 0; i <= m; i++)
        d[i][0] = (unsigned)i;
    for (size_t j = 0; j <= n; j++)
        d[0][j] = (unsigned)j;
    for (size_t i = 1; i <= m; i++)
        for (size_t j = 1; j <= n; j++) {
            unsigned best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            if (d[i - 1][j] + 1 < best)
                best = d[i - 1][j] + 1;
            if (d[i][j - 1] + 1 < best)
                best = d[i][j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
                a[i - 2] == b[j - 1] && d[i - 2][j - 2] + 1 < best)
                best = d[i - 2][j - 2] + 1;
            d[i][j] = best;
        }
    return d[m][n];
}

const char *nearest(const char *text, const struct vec *names)
{
    const char *found = NULL;
    unsigned best = (unsigned)(strlen(text) / 3 + 1);
    if (best > 3)
        best = 3;
    best++;
    for (size_t i = 0; i < names->count; i++) {
        unsigned d = distance(text, names->item[i]);
        if (d < best && d < strlen(names->item[i])) {
            best = d;
            found = names->item[i];
        }
    }
    return found;
}

const char *suggest(const char *text, const struct vec *names,
                    const char *otherwise)
{
    const char *near = nearest(text, names);
    if (near != NULL)
        return format("; did you mean `%s`?", near);
    return format("; %s", otherwise);
}
