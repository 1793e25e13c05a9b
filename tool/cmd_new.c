/* SPDX-License-Identifier: ISC */
/* fata new: a folder with a unikernel that already does something. */
#define _GNU_SOURCE 1
#include "commands.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MANIFEST_TEXT                                                          \
    "unikernel: %s\n"                                                          \
    "doc: greets a few times, on timers\n"                                     \
    "sources: [main.c]\n"                                                      \
    "requires: [run]\n"                                                        \
    "keys:\n"                                                                  \
    "  name: { type: string, default: World, doc: whom to greet }\n"           \
    "cases: # what `fata test` runs\n"                                         \
    "  - name: greets\n"                                                       \
    "    args: [--name=Ada]\n"                                                 \
    "    output: [\"Hello, Ada!\", \"Hallo, Ada!\"]\n"

static const char main_text[] =
    "/* Two fibers greet in turn, each on a timer of its own. */\n"
    "#include <fata/run.h>\n"
    "#include <stdio.h>\n"
    "#include \"app.h\"\n"
    "\n"
    "struct greeter {\n"
    "    const char *greeting, *name;\n"
    "    fata_time_t first; /* absolute, as all deadlines */\n"
    "};\n"
    "\n"
    "static int greet(void *arg)\n"
    "{\n"
    "    const struct greeter *g = arg;\n"
    "    fata_time_t next = g->first;\n"
    "    for (int i = 0; i < 3; i++) {\n"
    "        int err = fata_sleep_until(next);\n"
    "        if (err < 0)\n"
    "            return err;\n"
    "        printf(\"%s, %s!\\n\", g->greeting, g->name);\n"
    "        next = fata_time_add(next, FATA_MS(400));\n"
    "    }\n"
    "    return 0;\n"
    "}\n"
    "\n"
    "int start(struct app *app)\n"
    "{\n"
    "    fata_time_t now = fata_now();\n"
    "    struct greeter one = {\"Hello\", app->keys.name, now};\n"
    "    struct greeter two = {\"Hallo\", app->keys.name,\n"
    "                          fata_time_add(now, FATA_MS(200))};\n"
    "    struct fata_scope scope;\n"
    "\n"
    "    fata_scope_open(&scope);\n"
    "    int err = fata_scope_spawn(&scope, greet, &one);\n"
    "    if (err == 0)\n"
    "        err = fata_scope_spawn(&scope, greet, &two);\n"
    "    if (err != 0)\n"
    "        fata_scope_cancel(&scope);\n"
    "    int first = fata_scope_close(&scope); /* waits for both */\n"
    "    return err != 0 ? err : first;\n"
    "}\n";

static void put(const char *folder, const char *name, const char *text)
{
    const char *path = path_of(folder, name);
    if (write_file(path, text, strlen(text)) < 0)
        stop(EXIT_FAILED, "cannot write %s: %s", path, strerror(errno));
}

int cmd_new(const struct options *o)
{
    if (o->words.count != 1)
        stop(EXIT_MISTAKE, "give one name: fata new NAME");
    const char *word = o->words.item[0];
    const char *folder = path_of(".", word);
    const char *name = name_of(folder);
    if (!is_name(name))
        stop(EXIT_MISTAKE,
             "`%s` is not a name; use a-z, 0-9, `-` and `_`, a "
             "letter first",
             name);
    if (mkdir(folder, 0777) < 0) {
        if (errno == EEXIST)
            stop(EXIT_MISTAKE, "%s exists already; choose another name", word);
        stop(EXIT_FAILED, "cannot make %s: %s", word, strerror(errno));
    }
    put(folder, "main.c", main_text);
    put(folder, ".gitignore", "build/\ncompile_commands.json\n");
    put(folder, "fata.yml", format(MANIFEST_TEXT, name));
    printf("%s is there; try: cd %s && fata run\n", word, word);
    return 0;
}
