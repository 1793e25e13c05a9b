/* SPDX-License-Identifier: ISC */
/* What gdb is told: where sources are, what fibers are; and what one types to
 * open a core file. */
#define _GNU_SOURCE 1
#include "commands.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct vec gdb_argv(const struct session *s)
{
    struct vec argv = {0};
    char *cache = cache_dir();
    const char *const words[] = {
        "gdb", "-q",
        "-ex", format("directory %s", s->project),
        "-ex", format("set substitute-path /fata %s", fata_root()),
        "-ex", format("set substitute-path /fata-cache %s", cache),
        "-x",  path_of(fata_root(), "gdb/fata.py"),
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        push(&argv, words[i]);
    free(cache);
    return argv;
}

void gdb_tell_core(const struct session *s, const struct launch *l, pid_t child,
                   time_t begin)
{
    const char *name = strrchr(l->image, '/');
    const char *core = format("%s/core.%s.%ld", l->core,
                              name != NULL ? name + 1 : l->image, (long)child);
    struct stat st;
    if (stat(core, &st) != 0 || st.st_ctime < begin)
        return;
    struct vec argv = gdb_argv(s), quoted = {0};
    push(&argv, image_debug_path(s, l->b));
    push(&argv, core);
    for (size_t i = 0; i < argv.count; i++)
        push(&quoted, shell_word(argv.item[i]));
    msg_note("to look at it (bt, fata fibers): %s", join(&quoted, " "));
}
