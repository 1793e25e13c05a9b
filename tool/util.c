/* SPDX-License-Identifier: ISC */
/* Messages, memory, strings and hashes of the host tool. */
#define _GNU_SOURCE 1
#include "util.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/evp.h>

static void message(const char *kind, const char *format, va_list args)
{
    struct text line = {0};
    char *body = NULL;

    if (vasprintf(&body, format, args) < 0)
        abort();
    text_addf(&line, "fata: %s%s\n", kind, body);
    /* One write: lines of processes that share a terminal do not mix. */
    fflush(stdout);
    fwrite(line.data, 1, line.len, stderr);
    text_free(&line);
    free(body);
}

void msg_error(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    message("", format, args);
    va_end(args);
}

void msg_warn(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    message("warning: ", format, args);
    va_end(args);
}

void msg_note(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    message("", format, args);
    va_end(args);
}

void die(int status, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    message("", format, args);
    va_end(args);
    exit(status);
}

static void *checked(void *p)
{
    if (p == NULL) {
        fputs("fata: out of memory\n", stderr);
        exit(1);
    }
    return p;
}

void *xmalloc(size_t size)
{
    return checked(malloc(size != 0 ? size : 1));
}

void *xcalloc(size_t count, size_t size)
{
    return checked(calloc(count != 0 ? count : 1, size != 0 ? size : 1));
}

void *xrealloc(void *old, size_t count, size_t size)
{
    return checked(reallocarray(old, count != 0 ? count : 1, size));
}

char *xstrdup(const char *s)
{
    return checked(strdup(s));
}

char *xstrndup(const char *s, size_t n)
{
    return checked(strndup(s, n));
}

char *xformat(const char *format, ...)
{
    va_list args;
    char *s = NULL;

    va_start(args, format);
    if (vasprintf(&s, format, args) < 0)
        s = NULL;
    va_end(args);
    return checked(s);
}

void text_add_bytes(struct text *t, const void *bytes, size_t len)
{
    size_t need = t->len + len + 1;

    if (need > t->room) {
        t->room = need < 128 ? 128 : need + need / 2;
        t->data = xrealloc(t->data, t->room, 1);
    }
    if (len != 0)
        memcpy(t->data + t->len, bytes, len);
    t->len += len;
    t->data[t->len] = '\0';
}

void text_add(struct text *t, const char *s)
{
    text_add_bytes(t, s, strlen(s));
}

void text_addf(struct text *t, const char *format, ...)
{
    va_list args;
    char *s = NULL;
    int len;

    va_start(args, format);
    len = vasprintf(&s, format, args);
    va_end(args);
    if (len < 0)
        s = NULL;
    text_add_bytes(t, checked(s), (size_t)len);
    free(s);
}

char *text_take(struct text *t)
{
    char *data = t->data != NULL ? t->data : xstrdup("");

    *t = (struct text){0};
    return data;
}

void text_cut(struct text *t, size_t len)
{
    if (len < t->len) {
        t->len = len;
        t->data[len] = '\0';
    }
}

void text_free(struct text *t)
{
    free(t->data);
    *t = (struct text){0};
}

static void strings_push(struct strings *v, char *s)
{
    if (v->count + 2 > v->room) {
        v->room = v->room != 0 ? v->room * 2 : 8;
        v->item = xrealloc(v->item, v->room, sizeof v->item[0]);
    }
    v->item[v->count++] = s;
    v->item[v->count] = NULL;
}

void strings_add(struct strings *v, const char *s)
{
    strings_push(v, xstrdup(s));
}

void strings_add_n(struct strings *v, const char *s, size_t len)
{
    strings_push(v, xstrndup(s, len));
}

void strings_addf(struct strings *v, const char *format, ...)
{
    va_list args;
    char *s = NULL;

    va_start(args, format);
    if (vasprintf(&s, format, args) < 0)
        s = NULL;
    va_end(args);
    strings_push(v, checked(s));
}

void strings_add_all(struct strings *v, const char *const *list)
{
    for (; list != NULL && *list != NULL; list++)
        strings_add(v, *list);
}

void strings_add_split(struct strings *v, const char *s, const char *separators)
{
    while (*(s += strspn(s, separators)) != '\0') {
        size_t len = strcspn(s, separators);

        strings_add_n(v, s, len);
        s += len;
    }
}

bool strings_have(const struct strings *v, const char *s)
{
    for (size_t i = 0; i < v->count; i++)
        if (strcmp(v->item[i], s) == 0)
            return true;
    return false;
}

static int compare_strings(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void strings_sort(struct strings *v)
{
    if (v->count > 1)
        qsort(v->item, v->count, sizeof v->item[0], compare_strings);
}

const char *const *strings_list(const struct strings *v)
{
    static const char *const none[] = {NULL};

    return v->item != NULL ? (const char *const *)v->item : none;
}

void strings_free(struct strings *v)
{
    for (size_t i = 0; i < v->count; i++)
        free(v->item[i]);
    free(v->item);
    *v = (struct strings){0};
}

bool starts_with(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool ends_with(const char *s, const char *suffix)
{
    size_t len = strlen(s);
    size_t end = strlen(suffix);

    return len >= end && strcmp(s + len - end, suffix) == 0;
}

/* libcrypto's context is our opaque type: nothing else is needed. */
static EVP_MD_CTX *hash_context(struct hash *h)
{
    return (EVP_MD_CTX *)(void *)h;
}

struct hash *hash_new(void)
{
    EVP_MD_CTX *context = checked(EVP_MD_CTX_new());

    if (EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1)
        die(1, "libcrypto offers no SHA-256 on this machine");
    return (struct hash *)(void *)context;
}

void hash_add(struct hash *h, const void *data, size_t len)
{
    if (EVP_DigestUpdate(hash_context(h), data, len) != 1)
        die(1, "libcrypto failed to hash");
}

void hash_add_text(struct hash *h, const char *s)
{
    if (s == NULL)
        hash_add(h, "\001", 2);
    else
        hash_add(h, s, strlen(s) + 1);
}

void hash_add_list(struct hash *h, const char *const *list)
{
    for (; list != NULL && *list != NULL; list++)
        hash_add_text(h, *list);
    hash_add_text(h, NULL);
}

void hash_end(struct hash *h, char out[SHA256_TEXT])
{
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned int len = 0;

    if (EVP_DigestFinal_ex(hash_context(h), bytes, &len) != 1 || len != 32)
        die(1, "libcrypto failed to hash");
    EVP_MD_CTX_free(hash_context(h));
    for (unsigned int i = 0; i < len; i++)
        snprintf(out + (size_t)2 * i, 3, "%02x", bytes[i]);
}

void sha256_bytes(const void *data, size_t len, char out[SHA256_TEXT])
{
    struct hash *h = hash_new();

    hash_add(h, data, len);
    hash_end(h, out);
}

int sha256_file(const char *path, char out[SHA256_TEXT])
{
    FILE *f = fopen(path, "re");
    struct hash *h;
    char *block;
    size_t got;
    int err;

    if (f == NULL)
        return -1;
    h = hash_new();
    block = xmalloc(65536);
    while ((got = fread(block, 1, 65536, f)) > 0)
        hash_add(h, block, got);
    err = ferror(f) ? -1 : 0;
    hash_end(h, out);
    free(block);
    fclose(f);
    return err;
}
