/* SPDX-License-Identifier: ISC */
/* The one table of what a manifest may say.  The reader, the messages, the
 * reference in docs/manifest.md and its check all come from here. */
#include "schema.h"

#include <string.h>

#define ROW(in, name, type, struct_name, member, ...)                          \
    {                                                                          \
        in, name, type, offsetof(struct struct_name, member), __VA_ARGS__      \
    }
#define TOP(name, type, member, kinds, ...)                                    \
    ROW(IN_MANIFEST, name, type, manifest, member, kinds, __VA_ARGS__)
#define SUB(in, name, type, struct_name, member, ...)                          \
    ROW(in, name, type, struct_name, member, KIND_ALL, __VA_ARGS__)

/* After the kinds: context of the items, their size, words, needed, help. */
#define PLAIN        0, 0, NULL, false
#define NEEDED       0, 0, NULL, true
#define WORDS(words) 0, 0, words, false
#define OF(ctx, s)   ctx, sizeof(struct s), NULL, false

#define COMP  KIND_COMPONENT
#define UNIK  KIND_UNIKERNEL
#define TARG  KIND_TARGET
#define TYPES "string|int|bool|duration|size|timezone"

const struct schema_key schema[] = {
    /* One row, one key. */
    /* clang-format off */
    TOP("component", A_NAME, component, KIND_ALL, PLAIN, "what the folder is: a component of this name"),
    TOP("unikernel", A_NAME, unikernel, KIND_ALL, PLAIN, "what the folder is: a program that becomes an image"),
    TOP("target", A_NAME, target, KIND_ALL, PLAIN, "what the folder is: a platform that images run on"),
    TOP("doc", A_TEXT, doc, KIND_ALL, PLAIN, "one line that says what it is"),
    TOP("requires", LIST_OF, requires, KIND_ALL, OF(IN_REQUIRE, require), "components and interfaces it uses; only their headers (and those of what they require) can be included"),
    TOP("include", TEXTS, include, KIND_ALL, PLAIN, "folders of public headers, of ports also headers; `include` where that exists"),
    TOP("sources", LIST_OF, sources, KIND_ALL, OF(IN_SOURCE, source), "C and assembly files; in a port: globs inside the unpacked source (`./x` is the port's own)"),
    TOP("cflags", TEXTS, cflags, KIND_ALL, PLAIN, "compiler flags for its own objects"),
    TOP("defines", TEXTS, defines, KIND_ALL, PLAIN, "`NAME` or `NAME=VALUE` for its own objects"),
    TOP("generate", LIST_OF, generate, KIND_ALL, OF(IN_GENERATE, generate), "files made at build time by a command"),
    TOP("undefined", TEXTS, undefined, KIND_ALL, PLAIN, "layer check: the symbols that its objects may leave undefined (`mem*` is memcpy, memmove, memset, memcmp; any other trailing `*` is a prefix); absent: not checked"),
    TOP("globals", TEXTS, globals, KIND_ALL, PLAIN, "layer check: the writable variables it may have; `none` for none"),
    TOP("allow", PAIRS, allow, COMP | UNIK, PLAIN, "system calls that images do not have and that may be linked all the same, each with the reason; one that is made ends the image"),
    TOP("provides", A_NAME, provides, COMP | TARG, PLAIN, "the interface that it implements; a build uses the one component of the target's that provides it"),
    TOP("tests", LIST_OF, tests, KIND_ALL, OF(IN_TEST, test), "C files of FATA_TESTs, and folders of test unikernels (`tests/dir/`), for `fata test`"),
    TOP("paths", TEXTS, paths, KIND_ALL, PLAIN, "more folders in which components are found"),
    TOP("keys", MAP_OF, keys, COMP | UNIK, OF(IN_KEY, key), "boot arguments `--NAME=VALUE`, by name"),
    TOP("init", A_SYMBOL, init, COMP, PLAIN, "`int f(void)`, called at start-up in dependency order, before devices are opened"),
    TOP("init-if-used", A_SYMBOL, init_if_used, COMP, PLAIN, "the same, where the image has the file with the function for another reason"),
    TOP("main", A_SYMBOL, main, COMP, PLAIN, "`int f(int (*start)(void *app), void *app)`, called in place of start: the owner of the main loop"),
    TOP("kinds", MAP_OF, kinds, COMP, OF(IN_KIND, kind), "device kinds that it offers, by name"),
    TOP("version", A_TEXT, version, COMP | UNIK, PLAIN, "of the library or program; what `requires` compares"),
    TOP("licence", A_TEXT, licence, COMP | UNIK, PLAIN, "its licence, as an SPDX expression: `MIT`, `BSD-3-Clause OR GPL-2.0-only`"),
    TOP("licence-files", TEXTS, licence_files, COMP | UNIK, PLAIN, "files with the licence's text, patterns in the folder (of ports: in the source); absent: `LICENSE*`, `COPYING*` and the like"),
    TOP("sha256", A_TEXT, sha256, COMP, PLAIN, "port: hash of the original archive"),
    TOP("source", LIST_OF, source, COMP, OF(IN_FORM, form), "makes the component a port: where the source comes from, tried in order"),
    TOP("build", COMMANDS, build, COMP, PLAIN, "port: commands that build it, in place of `sources`"),
    TOP("pkg-config", TEXTS, pkg_config, COMP, PLAIN, "port: names by which pkg-config knows it, where it makes no `.pc` files; its own"),
    TOP("devices", MAP_OF, devices, UNIK, OF(IN_DEVICE, device), "devices, by the name they have in struct app"),
    TOP("stacks", A_GROUP, stacks, UNIK, IN_STACKS, 0, NULL, false, "the arena of fiber stacks"),
    TOP("memory", A_COUNT, memory, UNIK, PLAIN, "MiB that `fata run` gives it; 32"),
    TOP("cases", LIST_OF, cases, UNIK, OF(IN_CASE, test_case), "runs that `fata test` makes of it; one run with status 0"),
    TOP("flavour", A_TEXT, flavour, TARG, WORDS("image|host|pie"), "how objects for it are compiled"),
    TOP("arch", TEXTS, arch, TARG, WORDS("x86_64|aarch64"), "CPUs it exists for"),
    TOP("script", A_TEXT, script, TARG, PLAIN, "linker script; of flavour host one that adds to the linker's own (INSERT)"),
    TOP("tender", A_TEXT, tender, TARG, PLAIN, "program that runs its images; absent: the image is run itself"),

    SUB(IN_WHEN, "target", TEXTS, when, target, PLAIN, "any of these targets"),
    SUB(IN_WHEN, "flavour", TEXTS, when, flavour, WORDS("image|host|pie"), "any of these flavours"),
    SUB(IN_WHEN, "arch", TEXTS, when, arch, WORDS("x86_64|aarch64"), "any of these CPUs"),

    SUB(IN_REQUIRE, "names", TEXTS, require, names, NEEDED, "components or interfaces; of ports also versions: `zlib >= 1.2.11`, `zlib >= 1.2 < 2`"),
    SUB(IN_REQUIRE, "when", A_GROUP, require, when, IN_WHEN, 0, NULL, false, "only then"),

    SUB(IN_SOURCE, "files", TEXTS, source, files, NEEDED, "paths, from the manifest's folder"),
    SUB(IN_SOURCE, "cflags", TEXTS, source, cflags, PLAIN, "compiler flags for these files"),
    SUB(IN_SOURCE, "when", A_GROUP, source, when, IN_WHEN, 0, NULL, false, "only then"),

    SUB(IN_GENERATE, "output", TEXTS, generate, output, NEEDED, "names of files, or of folders (`site/`); a .c file is compiled, another file can be included, a folder can go into the image"),
    SUB(IN_GENERATE, "command", TEXTS, generate, command, NEEDED, "run in the manifest's folder; its standard output becomes the file; several files, and folders, it makes in the folder `$FATA_OUT`"),
    SUB(IN_GENERATE, "inputs", TEXTS, generate, inputs, PLAIN, "files whose change runs it again, and folders, with all files in them; a script that `command` names is one anyway"),

    SUB(IN_TEST, "file", A_TEXT, test, file, NEEDED, "a C file, or a folder with a manifest"),
    SUB(IN_TEST, "requires", LIST_OF, test, requires, OF(IN_REQUIRE, require), "more components for this file"),
    SUB(IN_TEST, "when", A_GROUP, test, when, IN_WHEN, 0, NULL, false, "only then"),

    SUB(IN_KEY, "type", A_TEXT, key, type, 0, 0, TYPES, true, "of the value"),
    SUB(IN_KEY, "default", ANY_TEXT, key, initial, PLAIN, "value when the argument is not given; without it the argument is required"),
    SUB(IN_KEY, "doc", A_TEXT, key, doc, PLAIN, "shown by --help and in messages"),
    SUB(IN_KEY, "min", AN_INTEGER, key, min, PLAIN, "int: least value"),
    SUB(IN_KEY, "max", AN_INTEGER, key, max, PLAIN, "int: greatest value"),
    SUB(IN_KEY, "set", A_SYMBOL, key, set, PLAIN, "component: `int f(const char *value)`, called with the final text"),

    SUB(IN_KIND, "type", A_TEXT, kind, type, NEEDED, "C type, `struct fata_block`"),
    SUB(IN_KIND, "header", A_TEXT, kind, header, NEEDED, "header that declares it, `fata/block.h`"),
    SUB(IN_KIND, "open", A_SYMBOL, kind, open, NEEDED, "`int f(TYPE **out, const char *name, ARGS in order)`"),
    SUB(IN_KIND, "is", A_NAME, kind, is, PLAIN, "interface of the device; the kind's own name"),
    SUB(IN_KIND, "attach", A_TEXT, kind, attach, WORDS("block|net"), "the host attaches it, as --block:NAME= or --net:NAME="),
    SUB(IN_KIND, "args", MAP_OF, kind, args, OF(IN_ARG, arg), "arguments of open, by name"),

    SUB(IN_ARG, "device", A_NAME, arg, device, PLAIN, "another device, with this interface"),
    SUB(IN_ARG, "offload", A_TEXT, arg, offload, WORDS("true"), "device: whoever opens this kind understands its offloads (fata/net.h)"),
    SUB(IN_ARG, "type", A_TEXT, arg, type, WORDS("size|int|string|bool|folder"), "a value: uint64_t, int64_t, const char *, bool, `struct fata_folder *` (the files in it are compiled into the image)"),
    SUB(IN_ARG, "default", ANY_TEXT, arg, initial, PLAIN, "value when the device does not give it"),

    SUB(IN_DEVICE, "kind", A_NAME, device, kind, NEEDED, "one of the kinds that components offer"),
    SUB(IN_DEVICE, "offload", A_TEXT, device, offload, WORDS("true"), "kind `net`, used by the program itself: it understands the offloads of fata/net.h"),

    {IN_STACKS, "size", A_SIZE, offsetof(struct manifest, stacks.size) - offsetof(struct manifest, stacks), KIND_ALL, PLAIN, "of one stack, its guard page included; 32KiB"},
    {IN_STACKS, "count", A_COUNT, offsetof(struct manifest, stacks.count) - offsetof(struct manifest, stacks), KIND_ALL, PLAIN, "number of stacks, the main loop's included; 16"},

    SUB(IN_CASE, "name", A_TEXT, test_case, name, NEEDED, "of the run"),
    SUB(IN_CASE, "args", TEXTS, test_case, args, PLAIN, "arguments of the program"),
    SUB(IN_CASE, "memory", A_COUNT, test_case, memory, PLAIN, "MiB; the unikernel's"),
    SUB(IN_CASE, "block", PAIRS, test_case, block, PLAIN, "device: a size (an empty file is made), or a file (a copy is used)"),
    SUB(IN_CASE, "net", PAIRS, test_case, net, PLAIN, "device: `tap`, `user`, or `host` on target unix"),
    SUB(IN_CASE, "status", AN_INTEGER, test_case, status, PLAIN, "exit status it must end with; 0"),
    SUB(IN_CASE, "output", TEXTS, test_case, output, PLAIN, "texts that its output must contain"),
    SUB(IN_CASE, "client", TEXTS, test_case, client, PLAIN, "a command that talks to it, started at the same time in the manifest's folder; when it ends, which must be with status 0, the image gets SIGTERM. Status 77 and a line `skip: WHY` skip the case"),
    SUB(IN_CASE, "when", A_GROUP, test_case, when, IN_WHEN, 0, NULL, false, "only then"),
    SUB(IN_CASE, "timeout", A_DURATION, test_case, timeout, PLAIN, "it is killed after this; 60s"),
    SUB(IN_CASE, "signal", A_GROUP, test_case, signal, IN_SIGNAL, 0, NULL, false, "a signal sent to it"),

    SUB(IN_SIGNAL, "signal", A_TEXT, stop_signal, name, 0, 0, "INT|TERM", true, "which"),
    SUB(IN_SIGNAL, "once", A_TEXT, stop_signal, once, PLAIN, "when its output has this text; absent: when it is started"),
    SUB(IN_SIGNAL, "after", A_DURATION, stop_signal, after, PLAIN, "how long after that; 200ms"),

    SUB(IN_FORM, "debian", A_TEXT, form, debian, PLAIN, "source package of the distribution"),
    SUB(IN_FORM, "debian-binary", A_TEXT, form, debian_binary, PLAIN, "binary package that contains the source files"),
    SUB(IN_FORM, "url", A_TEXT, form, url, PLAIN, "upstream archive"),
    SUB(IN_FORM, "files", TEXTS, form, files, PLAIN, "debian-binary: files to take from it"),
    /* clang-format on */
};
const size_t schema_count = sizeof(schema) / sizeof(schema[0]);

const char *const context_titles[CONTEXTS] = {
    [IN_MANIFEST] = "a manifest", [IN_WHEN] = "`when`",
    [IN_REQUIRE] = "`requires`",  [IN_SOURCE] = "`sources`",
    [IN_GENERATE] = "`generate`", [IN_TEST] = "`tests`",
    [IN_KEY] = "a key",           [IN_KIND] = "a kind",
    [IN_ARG] = "an argument",     [IN_DEVICE] = "a device",
    [IN_STACKS] = "`stacks`",     [IN_CASE] = "a case",
    [IN_SIGNAL] = "`signal`",     [IN_FORM] = "`source`",
};

const char *type_text(const struct schema_key *key)
{
    switch (key->type) {
    case A_NAME:
        return "a name (a-z, 0-9, `-`, `_`, a letter first)";
    case A_SYMBOL:
        return "the name of a C function";
    case A_TEXT:
    case ANY_TEXT:
        return key->words != NULL ? "one word" : "a text";
    case A_COUNT:
        return "a whole number from 1";
    case AN_INTEGER:
        return "a whole number";
    case A_SIZE:
        return "a size like 64KiB or 1MiB";
    case A_DURATION:
        return "a duration like 200ms or 10s";
    case TEXTS:
        return "a list of texts";
    case COMMANDS:
        return "a list of commands, each a list of texts";
    case A_GROUP:
        return "a group of keys";
    case LIST_OF:
        return "a list";
    case MAP_OF:
    case PAIRS:
        return "a group of names";
    }
    return "";
}

void schema_reference(struct buf *out)
{
    for (int c = 0; c < CONTEXTS; c++) {
        const char *title = context_titles[c];
        buf_add(out, "%s### In %s\n\n", c == 0 ? "" : "\n", title);
        buf_add(out, "| key | value | %smeaning |\n",
                c == IN_MANIFEST ? "in | " : "");
        buf_add(out, "| --- | --- | %s--- |\n",
                c == IN_MANIFEST ? "--- | " : "");
        for (size_t i = 0; i < schema_count; i++) {
            const struct schema_key *k = &schema[i];
            if (k->in != (enum context)c)
                continue;
            buf_add(out, "| `%s`%s | ", k->name, k->needed ? " (needed)" : "");
            if (k->words != NULL) {
                const char *w = k->words;
                for (; *w != '\0'; w += strcspn(w, "|"), w += *w == '|')
                    buf_add(out, "%s`%.*s`", w == k->words ? "" : ", ",
                            (int)strcspn(w, "|"), w);
            } else {
                buf_add(out, "%s", type_text(k));
            }
            buf_add(out, " | ");
            if (c == IN_MANIFEST)
                buf_add(out, "%s | ",
                        k->kinds == KIND_ALL        ? "all"
                        : k->kinds == COMP          ? "component"
                        : k->kinds == UNIK          ? "unikernel"
                        : k->kinds == TARG          ? "target"
                        : k->kinds == (COMP | TARG) ? "component, target"
                                                    : "component, unikernel");
            buf_add(out, "%s |\n", k->help);
        }
    }
}
