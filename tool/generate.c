/* SPDX-License-Identifier: ISC */
/* One item of `generate` (hidden command, called by build.ninja): runs the
 * command, checks that it has made what it shall make, and puts that in place.
 * What is the same as before is not touched, so that nothing else is made
 * anew. */
#define _GNU_SOURCE 1
#include "commands.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINES_SHOWN 20

/* The last lines of what the command said. */
static const char *last_lines(const char *text)
{
    size_t n = strlen(text);
    int lines = 0;
    while (n > 0 && text[n - 1] == '\n')
        n--;
    size_t from = n;
    while (from > 0 && (text[from - 1] != '\n' || ++lines < LINES_SHOWN))
        from--;
    return pool_copy(text + from, n - from);
}

struct generation {
    const char *folder;  /* the manifest's */
    const char *out;     /* where outputs go */
    const char *scratch; /* where they are made */
    struct vec outputs, command;
};

static bool to_folder(const char *output)
{
    return ends_with(output, "/");
}

FATA_NORETURN static void give_up(const struct generation *g, const char *said,
                                  const char *problem)
{
    fprintf(stderr, "fata: error: `%s`, run in %s, %s\n",
            join(&g->command, " "), shown_path(g->folder), problem);
    const char *lines = last_lines(said);
    if (lines[0] != '\0')
        fprintf(stderr, "%s\n", lines);
    remove_tree(g->scratch);
    _exit(EXIT_FAILED);
}

static void run(const struct generation *g)
{
    bool one = g->outputs.count == 1 && !to_folder(g->outputs.item[0]);
    const char *const env[] = {format("FATA_OUT=%s", g->scratch), NULL};
    struct text said = {0};
    struct command c = {.argv = g->command.item,
                        .cwd = g->folder,
                        .env = env,
                        .errors = &said};
    if (one)
        c.output = path_of(g->scratch, g->outputs.item[0]);
    else
        c.capture = &said;
    int status = command_run(&c);
    const char *text = said.data != NULL ? said.data : "";
    if (status != 0)
        give_up(g, text, format("ended with status %d", status));
    for (size_t i = 0; i < g->outputs.count; i++) {
        const char *name = g->outputs.item[i];
        const char *path = path_of(g->scratch, name);
        if (to_folder(name) ? !is_folder(path) : !is_file(path))
            give_up(g, text,
                    format("has not made $FATA_OUT/%s; correct it, or "
                           "`output`",
                           name));
    }
    if (said.len != 0)
        fputs(said.data, stderr);
    text_free(&said);
}

static void add_file(struct hash *h, const char *folder, const char *name)
{
    char sum[SHA256_TEXT];
    if (sha256_file(path_of(folder, name), sum) != 0)
        stop(EXIT_FAILED, "cannot read %s: %s",
             shown_path(path_of(folder, name)), strerror(errno));
    hash_add_text(h, name);
    hash_add_text(h, sum);
}

/* A folder takes the place of the old one whole; its stamp, the hash of all
 * that is in it, is what build.ninja looks at. */
static void place_folder(const struct generation *g, const char *name)
{
    const char *made = path_of(g->scratch, name);
    const char *place = path_of(g->out, name);
    struct strings files = {0};
    struct hash *h = hash_new();
    char sum[SHA256_TEXT];
    if (list_tree(made, &files) != 0)
        stop(EXIT_FAILED, "cannot read %s: %s", shown_path(made),
             strerror(errno));
    for (size_t i = 0; i < files.count; i++)
        add_file(h, made, files.item[i]);
    strings_free(&files);
    hash_end(h, sum);
    if (remove_tree(place) != 0 || rename(made, place) != 0)
        stop(EXIT_FAILED, "cannot write %s: %s", shown_path(place),
             strerror(errno));
    if (write_file_if_changed(format("%s.stamp", place), sum, strlen(sum)) < 0)
        stop(EXIT_FAILED, "cannot write %s.stamp: %s", shown_path(place),
             strerror(errno));
}

static void place_file(const struct generation *g, const char *name)
{
    size_t size;
    char *data = slurp(path_of(g->scratch, name), &size);
    const char *place = path_of(g->out, name);
    if (data == NULL || write_file_if_changed(place, data, size) < 0)
        stop(EXIT_FAILED, "cannot write %s: %s", shown_path(place),
             strerror(errno));
}

/* INPUTS FOLDER OUT OUTPUT... -- COMMAND...
 * INPUTS is a hash that only makes the command line another one (gen_made.c).
 */
int cmd_generate(int argc, char **argv)
{
    struct generation g = {0};
    int i = 3;
    for (; i < argc && strcmp(argv[i], "--") != 0; i++)
        push(&g.outputs, argv[i]);
    for (i++; i < argc; i++)
        push(&g.command, argv[i]);
    if (g.outputs.count == 0 || g.command.count == 0)
        stop(EXIT_MISTAKE, "__generate is for build.ninja only");
    g.folder = path_of(".", argv[1]);
    g.out = path_of(".", argv[2]);
    g.scratch =
        format("%s/.%s", g.out, name_of(path_of("/", g.outputs.item[0])));
    if (remove_tree(g.scratch) != 0)
        stop(EXIT_FAILED, "cannot remove %s: %s", shown_path(g.scratch),
             strerror(errno));
    make_folders(g.scratch);
    for (size_t k = 0; k < g.outputs.count; k++)
        if (to_folder(g.outputs.item[k]))
            make_folders(path_of(g.scratch, g.outputs.item[k]));
    run(&g);
    for (size_t k = 0; k < g.outputs.count; k++)
        if (to_folder(g.outputs.item[k]))
            place_folder(&g, g.outputs.item[k]);
        else
            place_file(&g, g.outputs.item[k]);
    remove_tree(g.scratch);
    return 0;
}
