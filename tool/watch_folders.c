/* SPDX-License-Identifier: ISC */
/* Which folders `fata run --watch` looks at. */
#include "commands.h"

#include <string.h>

#define MOST_FOLDERS 4096

/* A folder with those below it; not what builds write, not hidden ones. */
static void add_tree(struct vec *folders, const char *folder)
{
    struct strings names = {0};
    if (folders->count == MOST_FOLDERS || !push_once(folders, folder) ||
        list_dir(folder, &names) != 0)
        return;
    for (size_t i = 0; i < names.count; i++) {
        const char *name = names.item[i];
        const char *path = path_of(folder, name);
        if (name[0] != '.' && strcmp(name, "build") != 0 &&
            strcmp(name, "tests") != 0 && is_folder(path))
            add_tree(folders, path);
    }
    strings_free(&names);
}

struct vec watch_folders(const struct build *b)
{
    struct vec folders = {0};
    for (size_t i = 0; i < b->unit_count; i++) {
        const struct manifest *m = b->unit[i]->manifest;
        add_tree(&folders, m->folder);
        LIST_FOR(struct source, src, m->sources)
        {
            for (size_t k = 0; !m->source.given && k < src->files.count; k++)
                push_once(&folders, folder_of(path_of(
                                        m->folder, src->files.item[k].text)));
        }
        LIST_FOR(struct generate, g, m->generate)
        {
            struct vec inputs = generate_inputs(m, g);
            for (size_t k = 0; k < inputs.count; k++)
                push_once(&folders, folder_of(inputs.item[k]));
            for (size_t k = 0; k < g->inputs.count; k++)
                if (is_folder(path_of(m->folder, g->inputs.item[k].text)))
                    add_tree(&folders,
                             path_of(m->folder, g->inputs.item[k].text));
        }
    }
    for (size_t i = 0; i < b->device_count; i++)
        for (size_t k = 0; k < b->device[i].arg_count; k++)
            if (b->device[i].arg[k].from != NULL)
                add_tree(&folders, b->device[i].arg[k].from);
    return folders;
}
