/* SPDX-License-Identifier: ISC */
/* What build.ninja says of files that are made at build time: by `generate`,
 * and of folders that go into the image. */
#include "gen.h"
#include "kv.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define MOST_INPUTS 65536

/* All files below a folder; hidden ones and what builds write are none. */
static void add_tree(struct vec *files, const struct word *input,
                     const char *folder)
{
    struct strings names = {0};
    if (list_dir(folder, &names) != 0)
        mistake(input->mark, "cannot read %s: %s; correct its permissions",
                shown_path(folder), strerror(errno));
    for (size_t i = 0; i < names.count; i++) {
        const char *path = path_of(folder, names.item[i]);
        if (names.item[i][0] == '.')
            continue;
        if (is_file(path))
            push(files, path);
        else if (is_folder(path) && strcmp(names.item[i], "build") != 0)
            add_tree(files, input, path);
        if (files->count > MOST_INPUTS)
            mistake(input->mark,
                    "below `%s` lie more than %d files; name "
                    "fewer",
                    input->text, MOST_INPUTS);
    }
    strings_free(&names);
}

struct vec generate_inputs(const struct manifest *m, const struct generate *g)
{
    struct vec files = {0};
    for (size_t i = 0; i < g->inputs.count; i++) {
        const char *path = path_of(m->folder, g->inputs.item[i].text);
        if (is_folder(path))
            add_tree(&files, &g->inputs.item[i], path);
        else
            push(&files, path);
    }
    /* A script that is run is an input, said or not. */
    for (size_t i = 0; i < g->command.count; i++) {
        const char *path = path_of(m->folder, g->command.item[i].text);
        if (g->command.item[i].text[0] != '/' && is_file(path))
            push_once(&files, path);
    }
    return files;
}

/* Goes into the command line: that is another one when a file was added or
 * removed, or has got an older time than it had, which ninja does not see. */
static const char *hash_of(const struct session *s, const struct vec *files)
{
    char sum[SHA256_TEXT];
    struct hash *h = hash_new();
    for (size_t i = 0; i < files->count; i++) {
        struct stat st = {0};
        if (stat(files->item[i], &st) != 0)
            memset(&st, 0, sizeof(st));
        hash_add_text(h, seen(s, files->item[i]));
        hash_add(h, &st.st_mtim.tv_sec, sizeof(st.st_mtim.tv_sec));
        hash_add(h, &st.st_mtim.tv_nsec, sizeof(st.st_mtim.tv_nsec));
    }
    hash_end(h, sum);
    return format("%.16s", sum);
}

struct vec made_generated(struct maker *k, const struct manifest *m,
                          const char *folder)
{
    struct vec made = {0};
    LIST_FOR(struct generate, g, m->generate)
    {
        struct vec outputs = {0};
        for (size_t i = 0; i < g->output.count; i++) {
            const char *name = g->output.item[i].text;
            const char *path = path_of(folder, name);
            push(&outputs,
                 ends_with(name, "/") ? format("%s.stamp", path) : path);
            push(&made, seen(k->s, outputs.item[i]));
        }
        if (!push_once(k->done, outputs.item[0]))
            continue;
        struct vec files = generate_inputs(m, g);
        const char *hash = hash_of(k->s, &files);
        buf_add(k->out, "build");
        for (size_t i = 0; i < outputs.count; i++)
            buf_add(k->out, " %s", escaped(seen(k->s, outputs.item[i])));
        buf_add(k->out, ": make");
        for (size_t i = 0; i < files.count; i++)
            buf_add(k->out, " %s", escaped(seen(k->s, files.item[i])));
        buf_add(k->out, "\n  what = %s\n  line = __generate %s %s %s",
                escaped(seen(k->s, outputs.item[0])), hash,
                shell_word(seen(k->s, m->folder)),
                shell_word(seen(k->s, folder)));
        for (size_t i = 0; i < g->output.count; i++)
            buf_add(k->out, " %s", shell_word(g->output.item[i].text));
        buf_add(k->out, " --");
        for (size_t i = 0; i < g->command.count; i++)
            buf_add(k->out, " %s", shell_word(g->command.item[i].text));
        buf_add(k->out, "\n");
    }
    return made;
}

struct vec made_folders(struct maker *k, const struct build *b,
                        const char *folder)
{
    struct vec sources = {0};
    for (size_t d = 0; d < b->device_count; d++) {
        const struct wired *w = &b->device[d];
        for (size_t i = 0; i < w->arg_count; i++) {
            const struct wired_arg *a = &w->arg[i];
            if (a->symbol == NULL)
                continue;
            const char *out = format("%s/%s", folder, a->symbol);
            const char *from =
                a->from != NULL ? a->from : path_of(folder, a->text);
            push(&sources, format("%s.c", out));
            push(&sources, format("%s.S", out));
            if (!push_once(k->done, format("%s.c", out)))
                continue;
            struct vec files = {0};
            struct kv_tree tree = {0};
            if (a->from != NULL)
                tree = kv_scan(from, a->mark);
            for (size_t f = 0; f < tree.count; f++)
                push(&files, tree.file[f].path);
            const char *hash = hash_of(k->s, &files);
            if (a->from == NULL)
                push(&files, format("%s.stamp", from));
            const char *seen_out = seen(k->s, out);
            buf_add(k->out, "build %s.bin %s.S %s.c: make", escaped(seen_out),
                    escaped(seen_out), escaped(seen_out));
            for (size_t f = 0; f < files.count; f++)
                buf_add(k->out, " %s", escaped(seen(k->s, files.item[f])));
            buf_add(k->out, "\n  what = %s.c\n  line = __kv %s %s %s %s %s\n",
                    escaped(seen_out), hash, shell_word(seen(k->s, from)),
                    shell_word(format("%s:%d:%d", a->mark.file, a->mark.line,
                                      a->mark.column)),
                    a->symbol, shell_word(seen_out));
        }
    }
    return sources;
}
