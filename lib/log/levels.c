/* SPDX-License-Identifier: ISC */
/* The key --logs. */
#include "internal.h"

#include <fata/platform.h>
#include <stdio.h>
#include <string.h>

/* A wrong argument, as start-up ends for others. */
#define STATUS_USAGE 64

/* The linker names the ends of the section; there is none where no source is
 * linked. */
extern struct fata_log_source *const __start_fata_log_sources[] FATA_WEAK;
extern struct fata_log_source *const __stop_fata_log_sources[] FATA_WEAK;

#define FOR_EACH(s)                                                            \
    for (struct fata_log_source *const *s = __start_fata_log_sources;          \
         s < __stop_fata_log_sources; s++)

static const char *const names[] = {"off", "error", "warning", "info", "debug"};

const char *fata__log_level_name(enum fata_log_level level)
{
    return names[level];
}

/* One SOURCE:LEVEL of the text. */
struct item {
    const char *source, *level;
    size_t source_length, level_length;
};

/* Takes the item at *text and what separates it from the next.  Returns false
 * where there is no ':'; then `level` is NULL. */
static bool next(const char **text, struct item *item)
{
    size_t length = strcspn(*text, ",");
    const char *colon = memchr(*text, ':', length);
    *item = (struct item){.source = *text, .source_length = length};
    if (colon != NULL) {
        item->source_length = (size_t)(colon - *text);
        item->level = colon + 1;
        item->level_length = length - item->source_length - 1;
    }
    *text += length + ((*text)[length] == ',');
    return colon != NULL;
}

static bool is(const char *name, const char *text, size_t length)
{
    return strlen(name) == length && memcmp(name, text, length) == 0;
}

/* Returns -1 where there is no such level. */
static int level_of(const struct item *item)
{
    for (int i = 0; i < (int)FATA_COUNT(names); i++)
        if (is(names[i], item->level, item->level_length))
            return i;
    return -1;
}

static bool is_all(const struct item *item)
{
    return is("*", item->source, item->source_length);
}

static bool known(const struct item *item)
{
    bool found = is_all(item);
    FOR_EACH(s)
    found = found || is((*s)->name, item->source, item->source_length);
    return found;
}

static void apply(const char *text, bool all)
{
    struct item item;
    while (*text != '\0') {
        (void)next(&text, &item); /* was checked */
        if (is_all(&item) != all)
            continue;
        FOR_EACH(s)
        if (all || is((*s)->name, item.source, item.source_length))
            (*s)->level = (enum fata_log_level)level_of(&item);
    }
}

static void list_sources(char *message, size_t size)
{
    const char *before = "; there are *";
    size_t used = strlen(message);
    if (used < size)
        used += (size_t)snprintf(message + used, size - used, "%s", before);
    FOR_EACH(s)
    if (used < size)
        used +=
            (size_t)snprintf(message + used, size - used, ", %s", (*s)->name);
}

int fata__log_levels(const char *text, char *message, size_t size)
{
    const char *rest = text;
    struct item item;

    /* Look at everything before anything changes. */
    while (*rest != '\0') {
        bool whole = next(&rest, &item);
        int length = item.source_length < 40 ? (int)item.source_length : 40;
        if (!whole) {
            (void)snprintf(message, size,
                           "--logs: \"%.*s\" has no level; the form is "
                           "SOURCE:LEVEL,..., as in *:info,tcp:debug",
                           length, item.source);
            return FATA_EINVAL;
        }
        if (!known(&item)) {
            (void)snprintf(message, size, "--logs: no source \"%.*s\"", length,
                           item.source);
            list_sources(message, size);
            return FATA_EINVAL;
        }
        if (level_of(&item) < 0) {
            length = item.level_length < 40 ? (int)item.level_length : 40;
            (void)snprintf(message, size,
                           "--logs: no level \"%.*s\"; there are off, error, "
                           "warning, info, debug",
                           length, item.level);
            return FATA_EINVAL;
        }
    }
    apply(text, true);
    apply(text, false);
    return 0;
}

static void print(const char *text)
{
    fata_console_write(text, strlen(text));
}

/* What start-up could say of a mistake is too little: it is said here. */
int fata__log_key(const char *text)
{
    char message[256];
    if (strcmp(text, "help") == 0) {
        print("Sources of --logs=SOURCE:LEVEL,... (off, error, warning, info, "
              "debug; * is all):\n");
        FOR_EACH(s)
        {
            print("  ");
            print((*s)->name);
            print("  ");
            print((*s)->doc);
            print("\n");
        }
        fata_platform_exit(0);
    }
    if (fata__log_levels(text, message, sizeof(message)) != 0) {
        print(message);
        print("\n");
        fata_platform_exit(STATUS_USAGE);
    }
    return 0;
}
