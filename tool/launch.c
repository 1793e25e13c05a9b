/* SPDX-License-Identifier: ISC */
/* How an image is started: the tender, what is attached, the words. */
#define _GNU_SOURCE 1
#include "commands.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *program_path(const char *name, const char *folder)
{
    const char *const places[] = {
        strchr(name, '/') != NULL ? path_of(folder, name)
                                  : path_of(folder_of(self_path()), name),
        path_of(fata_root(), format("build/host/%s", name)),
    };
    for (int i = 0; i < 2; i++)
        if (access(places[i], X_OK) == 0)
            return places[i];
    char *found = path_program(name);
    const char *path = found == NULL ? NULL : format("%s", found);
    free(found);
    return path;
}

const char *tender_path(const struct target *t)
{
    const char *name = t->manifest->tender.text;
    return name == NULL ? NULL : program_path(name, t->manifest->folder);
}

/* The image's command line is one text; it knows "..." and \x. */
static const char *quoted(const char *word)
{
    if (word[0] != '\0' && strpbrk(word, " \t\n\"\\") == NULL)
        return word;
    struct buf t = {0};
    buf_add(&t, "\"");
    for (; *word != '\0'; word++)
        buf_add(&t, "%s%c", *word == '"' || *word == '\\' ? "\\" : "", *word);
    buf_add(&t, "\"");
    return t.data;
}

/* Time zones by name, for keys of that type. */
static const char *with_zone(const struct build *b, const char *word)
{
    for (size_t i = 0; i < b->key_count; i++) {
        const struct key *k = b->key[i];
        const char *start = format("--%s=", k->name.text);
        if (strcmp(k->type.text, "timezone") != 0 ||
            strncmp(word, start, strlen(start)) != 0)
            continue;
        const char *text = timezone_text(word + strlen(start));
        if (text == NULL)
            stop(EXIT_MISTAKE,
                 "unknown time zone `%s`; write a name such as "
                 "Europe/Paris, or a POSIX text such as "
                 "CET-1CEST,M3.5.0,M10.5.0/3",
                 word + strlen(start));
        return format("%s%s", start, text);
    }
    return word;
}

struct vec launch_argv(const struct launch *l)
{
    struct vec argv = {0};
    const struct target *t = l->b->target;
    const char *tender = tender_path(t);
    if (tender != NULL) {
        push(&argv, tender);
        push(&argv, format("--mem=%lld", (long long)l->memory));
        if (l->core != NULL)
            push(&argv, format("--core=%s", l->core));
    } else {
        if (strcmp(t->arch, host_arch()) != 0) {
            push(&argv, format("qemu-%s", t->arch));
            push(&argv, "-L");
            push(&argv, format("/usr/%s-linux-gnu", t->arch));
        }
        push(&argv, l->image);
    }
    for (size_t i = 0; i < l->block.count; i++)
        push(&argv, format("--block:%s", l->block.item[i]));
    for (size_t i = 0; i < l->net.count; i++)
        push(&argv, format("--net:%s", l->net.item[i]));
    if (tender != NULL) {
        push(&argv, "--");
        push(&argv, l->image);
    }
    for (size_t i = 0; i < l->words.count; i++) {
        const char *word = with_zone(l->b, l->words.item[i]);
        push(&argv, tender != NULL ? quoted(word) : word);
    }
    return argv;
}

static const char *attached(const struct vec *list, const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < list->count; i++)
        if (strncmp(list->item[i], name, n) == 0 && list->item[i][n] == '=')
            return list->item[i] + n + 1;
    return NULL;
}

static const char *unknown_attachment(const struct build *b,
                                      const struct vec *list, const char *kind)
{
    struct vec names = {0};
    for (size_t i = 0; i < b->device_count; i++)
        if (b->device[i].kind->attach.text != NULL &&
            strcmp(b->device[i].kind->attach.text, kind) == 0)
            push(&names, b->device[i].device->name.text);
    for (size_t i = 0; i < list->count; i++) {
        const char *name =
            pool_copy(list->item[i], strcspn(list->item[i], "="));
        if (strchr(list->item[i], '=') == NULL)
            return format("--%s %s: write NAME=%s", kind, list->item[i],
                          strcmp(kind, "net") == 0 ? "INTERFACE" : "FILE");
        if (!contains(&names, name))
            return format(
                "--%s %s: `%s` has no such device%s", kind, list->item[i],
                b->program->label,
                suggest(name, &names,
                        names.count == 0
                            ? "leave it out"
                            : format("there are: %s", join(&names, ", "))));
    }
    return NULL;
}

const char *launch_problem(const struct launch *l)
{
    const struct build *b = l->b;
    const char *problem = unknown_attachment(b, &l->block, "block");
    if (l->core != NULL && strcmp(b->target->manifest->name.text, "hvt") != 0)
        return format("--core is for hvt; on %s use --debug",
                      b->target->manifest->name.text);
    if (problem == NULL)
        problem = unknown_attachment(b, &l->net, "net");
    for (size_t i = 0; problem == NULL && i < b->device_count; i++) {
        const struct kind *kind = b->device[i].kind;
        const char *name = b->device[i].device->name.text;
        if (kind->attach.text == NULL)
            continue;
        bool net = strcmp(kind->attach.text, "net") == 0;
        const char *where = attached(net ? &l->net : &l->block, name);
        if (where == NULL && net)
            problem = format("net device `%s` is not attached; add --net "
                             "%s=user, or -p 8080:80 to forward a port, or "
                             "--net %s=tap0",
                             name, name, name);
        else if (where == NULL)
            problem = format("block device `%s` is not attached; make a file "
                             "(truncate -s 1M %s.img) and add "
                             "--block %s=%s.img",
                             name, name, name, name);
        else if (!net && access(where, F_OK) != 0)
            problem = format("there is no file %s; make it: "
                             "truncate -s 1M %s",
                             where, where);
        else if (!net && access(where, R_OK | W_OK) != 0)
            problem = format("%s cannot be read and written; "
                             "correct its permissions",
                             where);
    }
    return problem;
}
