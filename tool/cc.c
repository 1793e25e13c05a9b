/* SPDX-License-Identifier: ISC */
/* <cpu>-fata-cc: the compiler with the flags, headers and libraries of images,
 * for build systems that know nothing of them.  Called by the scripts that
 * toolchain.c writes. */
#define _GNU_SOURCE 1
#include "calls.h"
#include "commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TARGET_OPTION "--fata-target="
#define ALLOW_OPTION  "--fata-allow="
#define DEFAULT       "stub"

struct cc {
    const char *arch, *sysroot;
    const char *builtin; /* the compiler's own headers */
    const char *libgcc;  /* its archive of helpers */
    struct vec compiler; /* and its flags */
    struct vec words;    /* of the caller, but for ours */
    const char *target;  /* without the CPU */
    struct vec allow;    /* system calls */
    const char *output;  /* -o, for messages */
    bool links, partial, shared, asks;
};

static bool one_of(const char *w, const char *const *list)
{
    for (; *list != NULL; list++)
        if (strcmp(w, *list) == 0)
            return true;
    return false;
}

static void add_allowed(struct cc *c, const char *text)
{
    for (; *text != '\0'; text += *text == ',') {
        size_t n = strcspn(text, ",");
        push(&c->allow, pool_copy(text, n));
        text += n;
    }
}

static void read_words(struct cc *c, char **argv)
{
    static const char *const no_link[] = {
        "-c", "-S", "-E", "-M", "-MM", "-fsyntax-only", "-r", NULL};
    static const char *const ask[] = {
        "--version",        "-v",   "-V", "-qversion", "--help", "-dumpversion",
        "-dumpfullversion", "-###", NULL};
    const char *target = getenv("FATA_TARGET");
    bool inputs = false;
    c->target = target != NULL && target[0] != '\0' ? target : DEFAULT;
    c->links = true;
    c->output = "a.out";
    for (; *argv != NULL; argv++) {
        const char *w = *argv;
        if (starts_with(w, TARGET_OPTION)) {
            c->target = w + strlen(TARGET_OPTION);
            continue;
        }
        if (starts_with(w, ALLOW_OPTION)) {
            add_allowed(c, w + strlen(ALLOW_OPTION));
            continue;
        }
        if (one_of(w, no_link))
            c->links = false;
        if (strcmp(w, "-shared") == 0)
            c->shared = true;
        if (one_of(w, ask) || starts_with(w, "-print-"))
            c->asks = true;
        if (strcmp(w, "-o") == 0 && argv[1] != NULL) {
            c->output = argv[1];
            push(&c->words, *argv++);
            w = *argv;
        } else if (w[0] != '-' || strcmp(w, "-") == 0 ||
                   starts_with(w, "-Wl,")) {
            inputs = true;
        }
        push(&c->words, w);
    }
    /* A question, with nothing to make. */
    if (c->asks && !inputs)
        c->links = false;
    const char *end = format("-%s", c->arch);
    if (ends_with(c->target, end))
        c->target = pool_copy(c->target, strlen(c->target) - strlen(end));
}

/* Nothing is found but what is in the sysroot. */
static void add_headers(const struct cc *c, struct vec *line)
{
    push(line, "-nostdinc");
    push(line, "-isystem");
    push(line, path_of(c->sysroot, "include"));
    push(line, "-isystem");
    push(line, c->builtin);
}

/* A C file, alone in a folder for the time of the link, with servers of the
 * system calls that are allowed: each ends the image when it is made.  NULL:
 * there are none. */
static const char *allowed_source(const struct cc *c, const char *calls)
{
    struct buf t = {0};
    if (c->allow.count == 0)
        return NULL;
    buf_add(&t, "__attribute__((noreturn)) void fata_panic(const char *, "
                "const char *);\n");
    for (size_t i = 0; i < c->allow.count; i++) {
        const char *number = call_number(calls, c->allow.item[i]);
        if (number == NULL) /* not on this CPU */
            continue;
        buf_add(&t,
                "#ifdef __x86_64__\n"
                "__attribute__((force_align_arg_pointer))\n"
                "#endif\n"
                "void fata_sys_%s(void);\n"
                "void fata_sys_%s(void)\n{\n    fata_panic(\"libc\", "
                "\"system call %s, which images do not have\");\n}\n",
                number, number, c->allow.item[i]);
    }
    const char *temporary = getenv("TMPDIR");
    char *folder =
        format("%s/fata-XXXXXX", temporary != NULL ? temporary : "/tmp");
    if (mkdtemp(folder) == NULL)
        stop(EXIT_FAILED, "cannot make %s: %s", folder, strerror(errno));
    const char *path = path_of(folder, "allow.c");
    if (write_file(path, t.data, t.size) != 0)
        stop(EXIT_FAILED, "cannot write %s: %s", path, strerror(errno));
    return path;
}

FATA_NORETURN static void no_target(const struct cc *c)
{
    struct strings names = {0};
    struct vec known = {0};
    (void)list_dir(path_of(c->sysroot, "lib"), &names);
    for (size_t i = 0; i < names.count; i++)
        if (starts_with(names.item[i], "libfata-") &&
            ends_with(names.item[i], ".a"))
            push(&known,
                 pool_copy(names.item[i] + 8, strlen(names.item[i]) - 10));
    if (known.count == 0)
        stop(EXIT_FAILED,
             "there is no toolchain in %s; make it with `fata toolchain "
             "FOLDER`",
             c->sysroot);
    if (strcmp(c->target, "unix") == 0)
        stop(EXIT_MISTAKE,
             "target unix has the C library of this machine: compile for it "
             "with this machine's compiler; here there are: %s",
             join(&known, ", "));
    stop(EXIT_MISTAKE, "unknown target `%s`%s", c->target,
         suggest(c->target, &known,
                 format("here there are: %s", join(&known, ", "))));
}

static int link_program(const struct cc *c)
{
    static const char *const flags[] = {
        "-nostdlib",
        "-static",
        "-Wl,--gc-sections",
        "-Wl,-z,max-page-size=0x1000",
        "-Wl,-z,noexecstack",
        "-Wl,--build-id=none",
        NULL,
    };
    const char *lib = path_of(c->sysroot, "lib");
    const char *archive = format("%s/libfata-%s.a", lib, c->target);
    const char *calls = path_of(c->sysroot, "include/bits/syscall.h");
    struct vec line = {0};
    if (!is_file(archive))
        no_target(c);
    push_all(&line, c->compiler.item);
    push_all(&line, flags);
    if (strstr(name_of(c->compiler.item[0]), "clang") == NULL)
        push(&line, format("-specs=%s/gcc.specs", lib));
    else
        push(&line, format("--sysroot=%s", c->sysroot));
    push(&line, format("-Wl,-T,%s/%s.ld", lib, c->target));
    push_all(&line, c->words.item);
    const char *source = allowed_source(c, calls);
    if (source != NULL) {
        push(&line, "-x");
        push(&line, "c");
        push(&line, source);
        /* The image does not tell the folder's name. */
        push(&line, format("-ffile-prefix-map=%s=.", folder_of(source)));
    }
    add_headers(c, &line);
    push(&line, "-no-pie");
    push(&line, format("-L%s", lib));
    /* Past the compiler, which might be told of a language (-x). */
    push(&line, format("-Wl,--start-group,%s,%s/libc.a,--end-group,%s", archive,
                       lib, c->libgcc));
    struct text errors = {0};
    setenv("LC_ALL", "C", 1);
    int status = command_run(&(struct command){.argv = line.item,
                                               .errors = &errors,
                                               .keep_stdin = true});
    if (source != NULL) {
        unlink(source);
        rmdir(folder_of(source));
    }
    if (errors.len != 0 && status != 0)
        link_explain(errors.data, name_of(c->output),
                     format("%s-%s", c->target, c->arch), calls, false);
    else if (errors.len != 0)
        fputs(errors.data, stderr);
    text_free(&errors);
    return status;
}

/* ARCH SYSROOT BUILTIN LIBGCC COMPILER FLAG... -- WORD... */
int cmd_cc(int argc, char **argv)
{
    struct cc c = {0};
    static const char *const not_ours[] = {"CPATH", "C_INCLUDE_PATH",
                                           "LIBRARY_PATH", NULL};
    int i = 4;
    for (const char *const *v = not_ours; *v != NULL; v++)
        unsetenv(*v);
    if (argc < 6)
        stop(EXIT_MISTAKE, "__cc is for the scripts of a toolchain only");
    c.arch = argv[0];
    c.sysroot = argv[1];
    c.builtin = argv[2];
    c.libgcc = argv[3];
    for (; i < argc && strcmp(argv[i], "--") != 0; i++)
        push(&c.compiler, argv[i]);
    read_words(&c, argv + (i < argc ? i + 1 : argc));
    if (c.words.count == 1 && strcmp(c.words.item[0], "-dumpmachine") == 0) {
        printf("%s-linux-musl\n", c.arch);
        return 0;
    }
    if (c.shared)
        stop(EXIT_FAILED, "images have no shared libraries: -shared; configure "
                          "with --disable-shared, or what does that");
    if (c.links)
        return link_program(&c);
    push_all(&c.compiler, c.words.item);
    add_headers(&c, &c.compiler);
    execvp(c.compiler.item[0], (char **)(uintptr_t)c.compiler.item);
    stop(EXIT_FAILED, "%s: %s", c.compiler.item[0], strerror(errno));
}
