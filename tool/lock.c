/* SPDX-License-Identifier: ISC */
/* fata.lock.  It may come from somebody else: what is read here is checked
 * before anything uses it as a path. */
#define _GNU_SOURCE 1
#include "lock.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOCK_VERSION 1

void pin_add_file(struct pin *pin, const char *name, const char *sha256)
{
    struct pin_file *file;

    pin->files =
        xrealloc(pin->files, pin->file_count + 1, sizeof pin->files[0]);
    file = &pin->files[pin->file_count++];
    file->name = xstrdup(name);
    memset(file->sha256, 0, sizeof file->sha256);
    memcpy(file->sha256, sha256, strnlen(sha256, sizeof file->sha256 - 1));
}

static int compare_files(const void *a, const void *b)
{
    const struct pin_file *x = a;
    const struct pin_file *y = b;

    return strcmp(x->name, y->name);
}

void pin_sort(struct pin *pin)
{
    if (pin->file_count > 1)
        qsort(pin->files, pin->file_count, sizeof pin->files[0], compare_files);
}

static char *copy_text(const char *text)
{
    return text != NULL ? xstrdup(text) : NULL;
}

void pin_copy(const struct pin *pin, struct pin *out)
{
    *out = (struct pin){.version = copy_text(pin->version),
                        .sha256 = copy_text(pin->sha256),
                        .form = copy_text(pin->form),
                        .package = copy_text(pin->package),
                        .revision = copy_text(pin->revision)};
    for (size_t i = 0; i < pin->file_count; i++)
        pin_add_file(out, pin->files[i].name, pin->files[i].sha256);
}

void pin_free(struct pin *pin)
{
    for (size_t i = 0; i < pin->file_count; i++)
        free(pin->files[i].name);
    free(pin->files);
    free(pin->version);
    free(pin->sha256);
    free(pin->form);
    free(pin->package);
    free(pin->revision);
    *pin = (struct pin){0};
}

void pin_id(const struct pin *pin, char id[SHA256_TEXT])
{
    struct hash *h = hash_new();

    hash_add_text(h, pin->form);
    for (size_t i = 0; i < pin->file_count; i++) {
        hash_add_text(h, pin->files[i].name);
        hash_add_text(h, pin->files[i].sha256);
    }
    hash_end(h, id);
}

static bool is_sha256(const char *s)
{
    return strlen(s) == 64 && strspn(s, "0123456789abcdef") == 64;
}

/* Relative, inside, and no hidden traps: it becomes a path in the cache. */
static bool is_safe_name(const char *name, bool slashes)
{
    const char *part = name;

    if (name[0] == '\0' || name[0] == '/' || name[0] == '-' ||
        (!slashes && strchr(name, '/') != NULL))
        return false;
    for (const char *p = name;; p++) {
        if (*p != '\0' && ((unsigned char)*p < ' ' || *p == '\\'))
            return false;
        if (*p != '/' && *p != '\0')
            continue;
        if (p == part || (p - part == 1 && part[0] == '.') ||
            (p - part == 2 && part[0] == '.' && part[1] == '.'))
            return false;
        if (*p == '\0')
            return true;
        part = p + 1;
    }
}

static char *get_text(const json_t *object, const char *key)
{
    const char *s = json_string_value(json_object_get(object, key));

    return s != NULL ? xstrdup(s) : NULL;
}

/* 0, or -1 if it is not a pin we would have written. */
static int pin_from_json(const json_t *o, struct pin *pin)
{
    json_t *files = json_object_get(o, "files");
    const char *name;
    json_t *value;
    bool member;

    *pin = (struct pin){0};
    pin->version = get_text(o, "version");
    pin->sha256 = get_text(o, "sha256");
    pin->form = get_text(o, "form");
    pin->package = get_text(o, "package");
    pin->revision = get_text(o, "revision");
    if (pin->version == NULL || pin->sha256 == NULL || pin->form == NULL ||
        !is_sha256(pin->sha256) || json_object_size(files) == 0)
        goto bad;
    member = strcmp(pin->form, "debian-binary") == 0;
    if (!member && strcmp(pin->form, "debian") != 0 &&
        strcmp(pin->form, "url") != 0)
        goto bad;
    if (strcmp(pin->form, "url") != 0 &&
        (pin->package == NULL || pin->revision == NULL))
        goto bad;
    json_object_foreach(files, name, value)
    {
        const char *sha256 = json_string_value(value);

        if (!is_safe_name(name, member) || sha256 == NULL || !is_sha256(sha256))
            goto bad;
        pin_add_file(pin, name, sha256);
    }
    pin_sort(pin);
    return 0;
bad:
    pin_free(pin);
    return -1;
}

static void set_text(json_t *object, const char *key, const char *value)
{
    if (value != NULL && json_object_set_new(object, key, json_string(value)))
        die(1, "out of memory");
}

static json_t *pin_to_json(const struct pin *pin)
{
    json_t *o = json_object();
    json_t *files = json_object();

    for (size_t i = 0; i < pin->file_count; i++)
        set_text(files, pin->files[i].name, pin->files[i].sha256);
    set_text(o, "version", pin->version);
    set_text(o, "sha256", pin->sha256);
    set_text(o, "form", pin->form);
    set_text(o, "package", pin->package);
    set_text(o, "revision", pin->revision);
    if (json_object_set_new(o, "files", files) != 0)
        die(1, "out of memory");
    return o;
}

/* 1 and *root, 0 if there is no such file, -1 after a message. */
static int load(const char *path, json_t **root)
{
    json_error_t where;
    size_t len = 0;
    char *data = read_file(path, &len);

    *root = NULL;
    if (data == NULL && errno == ENOENT)
        return 0;
    if (data == NULL) {
        msg_error("%s: %s", path, strerror(errno));
        return -1;
    }
    *root = json_loadb(data, len, JSON_REJECT_DUPLICATES, &where);
    free(data);
    if (*root == NULL) {
        msg_error("%s:%d:%d: %s", path, where.line, where.column, where.text);
        return -1;
    }
    return 1;
}

static int store(const char *path, json_t *root)
{
    char *data = json_dumps(root, JSON_INDENT(2) | JSON_SORT_KEYS);
    char *line = xformat("%s\n", data != NULL ? data : "");
    int err =
        data == NULL ? -1 : write_file_if_changed(path, line, strlen(line));

    if (err < 0)
        msg_error("%s: cannot be written: %s", path, strerror(errno));
    free(data);
    free(line);
    return err < 0 ? -1 : 0;
}

/* load() for fata.lock: also checks that it is one that we know. */
static int load_lock(const char *path, json_t **root)
{
    int found = load(path, root);
    json_t *version = json_object_get(*root, "version");

    if (found <= 0)
        return found;
    if (json_integer_value(version) > LOCK_VERSION) {
        msg_error("%s: it was written by a newer fata (version %lld, this one "
                  "knows %d)",
                  path, (long long)json_integer_value(version), LOCK_VERSION);
    } else if (json_integer_value(version) != LOCK_VERSION ||
               !json_is_object(json_object_get(*root, "ports"))) {
        msg_error("%s: this is not a lock file; remove it and build again",
                  path);
    } else {
        return 1;
    }
    json_decref(*root);
    *root = NULL;
    return -1;
}

int lock_read(const char *path, const char *port, struct pin *pin)
{
    json_t *root;
    json_t *entry;
    int found = load_lock(path, &root);

    *pin = (struct pin){0};
    if (found <= 0)
        return found;
    entry = json_object_get(json_object_get(root, "ports"), port);
    if (entry == NULL) {
        found = 0;
    } else if (pin_from_json(entry, pin) != 0) {
        msg_error("%s: the entry of %s is damaged; remove it (or run `fata "
                  "update`)",
                  path, port);
        found = -1;
    }
    json_decref(root);
    return found;
}

/* The other writers of the file are fata processes of this user. */
static int lock_for_writing(void)
{
    char *cache = cache_dir();
    char *dir = path_join(cache, "lock");
    char *path = path_join(dir, ".fata-lock");
    int fd = make_dirs(dir) == 0 ? lock_file(path, NULL) : -1;

    if (fd < 0)
        msg_error("%s: %s", path, strerror(errno));
    free(cache);
    free(dir);
    free(path);
    return fd;
}

int lock_write(const char *path, const struct lock_entry *entries, size_t count)
{
    json_t *root;
    int fd = lock_for_writing();
    int found;
    int err;

    if (fd < 0)
        return -1;
    found = load_lock(path, &root);
    if (found == 0) {
        root = json_object();
        if (json_object_set_new(root, "version", json_integer(LOCK_VERSION)) ||
            json_object_set_new(root, "ports", json_object()))
            die(1, "out of memory");
    }
    err = found < 0 ? -1 : 0;
    for (size_t i = 0; err == 0 && i < count; i++)
        if (json_object_set_new(json_object_get(root, "ports"), entries[i].port,
                                pin_to_json(entries[i].pin)) != 0)
            die(1, "out of memory");
    if (err == 0)
        err = store(path, root);
    json_decref(root);
    close(fd);
    return err;
}

int pin_read(const char *path, struct pin *pin)
{
    json_t *root;
    int found = load(path, &root);

    *pin = (struct pin){0};
    if (found > 0 && pin_from_json(root, pin) != 0)
        found = 0; /* the cache may be forgotten at any time */
    json_decref(root);
    return found;
}

int pin_write(const char *path, const struct pin *pin)
{
    json_t *o = pin_to_json(pin);
    int err = store(path, o);

    json_decref(o);
    return err;
}
