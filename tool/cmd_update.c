/* SPDX-License-Identifier: ISC */
/* fata update: newest revisions of ports into fata.lock. */
#include "commands.h"
#include "ports.h"

#include <string.h>

struct ports {
    const struct manifest **item;
    size_t count;
    struct vec names;
};

static void add(struct ports *p, const struct manifest *m)
{
    if (!m->source.given || !push_once(&p->names, m->name.text))
        return;
    p->item = pool_grow((void *)(uintptr_t)p->item, p->count,
                        sizeof(const struct manifest *));
    p->item[p->count++] = m;
}

/* The ports of the program in the folder; in the toolkit's own, all of its. */
static void find(struct session *s, const char *folder, struct ports *p)
{
    if (strcmp(path_of(".", folder), fata_root()) == 0) {
        for (size_t i = 0; i < s->registry.count; i++)
            if (s->registry.entry[i].kind == KIND_COMPONENT)
                add(p, entry_manifest(&s->registry.entry[i]));
        return;
    }
    size_t count;
    struct build **builds = session_resolve(s, folder, &count);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < builds[i]->unit_count; k++)
            add(p, builds[i]->unit[k]->manifest);
}

int cmd_update(const struct options *o)
{
    struct vec words = {0};
    const char *folder = folder_and_names(o, &words);
    struct session *s = session_open(o, folder);
    struct ports all = {0}, some = {0};
    find(s, folder, &all);
    for (size_t i = 0; i < words.count; i++) {
        size_t k = 0;
        while (k < all.count && strcmp(all.names.item[k], words.item[i]) != 0)
            k++;
        if (k == all.count)
            stop(EXIT_MISTAKE, "`%s` is no port here%s; nothing was changed",
                 words.item[i],
                 suggest(words.item[i], &all.names,
                         all.count == 0 ? "there are none"
                                        : format("there are: %s",
                                                 join(&all.names, ", "))));
        add(&some, all.item[k]);
    }
    if (words.count == 0)
        some = all;
    if (some.count == 0) {
        msg_note("there are no ports here");
        return 0;
    }
    return ports_pin(s, some.item, some.count, true);
}
