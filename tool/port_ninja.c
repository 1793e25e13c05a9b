/* SPDX-License-Identifier: ISC */
/* The build.ninja of a port that is a list of C files. */
#define _GNU_SOURCE 1
#include "port_make.h"

#include "util.h"

#include <errno.h>
#include <fnmatch.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

char *port_resolve(const struct port *port, const char *source,
                   const char *name)
{
    return starts_with(name, "./")  ? path_join(port->dir, name)
           : strcmp(name, ".") == 0 ? xstrdup(source)
                                    : path_join(source, name);
}

/* For the shell inside a ninja variable. */
static void quote(struct text *out, const char *word)
{
    bool plain = word[0] != '\0' && word[strspn(word, "abcdefghijklmnopqrstuvw"
                                                      "xyzABCDEFGHIJKLMNOPQRSTU"
                                                      "VWXYZ0123456789@%_+=:,./"
                                                      "-")] == '\0';

    text_add(out, plain ? " " : " '");
    for (; *word != '\0'; word++) {
        if (*word == '\'')
            text_add(out, "'\\''");
        else
            text_addf(out, "%s%c", *word == '$' ? "$" : "", *word);
    }
    text_add(out, plain ? "" : "'");
}

/* For a path in a ninja build line. */
static void escape(struct text *out, const char *path)
{
    text_add(out, " ");
    for (; *path != '\0'; path++)
        text_addf(out, "%s%c", strchr("$ :", *path) != NULL ? "$" : "", *path);
}

/* Expands the patterns of `sources:`; `!pattern` takes files out again. */
static int expand(const struct port *port, const char *source,
                  struct strings *files)
{
    struct strings kept = {0};

    for (const char *const *s = port->sources; s != NULL && *s != NULL; s++) {
        bool out = (*s)[0] == '!';
        char *pattern = port_resolve(port, source, *s + out);
        glob_t found;

        if (out) {
            for (size_t i = 0; i < files->count; i++)
                if (fnmatch(pattern, files->item[i], FNM_PATHNAME) != 0)
                    strings_add(&kept, files->item[i]);
            strings_free(files);
            *files = kept;
            kept = (struct strings){0};
        } else if (glob(pattern, GLOB_BRACE, NULL, &found) != 0) {
            msg_error("%s/fata.yml: sources: %s matches no file of %s %s",
                      port->dir, *s, port->name, port->version);
            free(pattern);
            return -1;
        } else {
            for (size_t i = 0; i < found.gl_pathc; i++)
                if (!strings_have(files, found.gl_pathv[i]))
                    strings_add(files, found.gl_pathv[i]);
            globfree(&found);
        }
        free(pattern);
    }
    return 0;
}

static void add_flags(struct text *out, const struct port *port,
                      const struct port_env *env, const char *source,
                      const char *tmp)
{
    char *map[] = {
        xformat("-ffile-prefix-map=%s=%s-%s", source, port->name,
                port->version),
        xformat("-ffile-prefix-map=%s=%s", port->dir, port->name),
        xformat("-ffile-prefix-map=%s=.", tmp),
    };

    for (const char *const *f = env->cflags; f != NULL && *f != NULL; f++)
        quote(out, *f);
    for (size_t i = 0; i < FATA_COUNT(map); i++) {
        quote(out, map[i]);
        free(map[i]);
    }
    for (const char *const *i = port->include; i != NULL && *i != NULL; i++) {
        char *dir = port_resolve(port, source, *i);

        if (path_is_dir(dir)) {
            text_add(out, " -I");
            quote(out, dir);
        }
        free(dir);
    }
    for (const char *const *i = port->dep_include; i != NULL && *i != NULL;
         i++) {
        text_add(out, " -I");
        quote(out, *i);
    }
    for (const char *const *d = port->defines; d != NULL && *d != NULL; d++) {
        text_add(out, " -D");
        quote(out, *d);
    }
    for (const char *const *f = port->cflags; f != NULL && *f != NULL; f++)
        quote(out, *f);
}

int port_write_ninja(const struct port *port, const struct port_env *env,
                     const char *source, const char *tmp, const char *out)
{
    struct strings files = {0};
    struct text n = {0};
    struct text objects = {0};
    char *path = path_join(tmp, "build.ninja");
    char *archive =
        xformat("%s/lib/%s%s.a", out,
                starts_with(port->name, "lib") ? "" : "lib", port->name);
    int err = expand(port, source, &files);

    text_add(&n, "ninja_required_version = 1.5\n\ncc =");
    for (const char *const *w = env->cc; *w != NULL; w++)
        quote(&n, *w);
    text_add(&n, "\nflags =");
    add_flags(&n, port, env, source, tmp);
    /* In the source's folder: flags may name folders relative to it. */
    text_add(&n, "\nsource =");
    quote(&n, source);
    text_add(&n, "\nhere =");
    quote(&n, tmp);
    text_addf(&n,
              "\n\nrule cc\n"
              "  command = cd $source && $cc $flags -c $in -o $here/$out\n"
              "  description = CC $out\n"
              "rule ar\n  command = rm -f $out && %s rcsD $out @$out.rsp\n"
              "  rspfile = $out.rsp\n  rspfile_content = $in\n"
              "  description = AR $out\n\n",
              env->ar);
    for (size_t i = 0; i < files.count; i++) {
        char *object = xformat("o/%zu-%s.o", i, path_base(files.item[i]));

        text_add(&n, "build");
        escape(&n, object);
        text_add(&n, ": cc");
        escape(&n, files.item[i]);
        text_add(&n, "\n");
        escape(&objects, object);
        free(object);
    }
    text_add(&n, "build");
    escape(&n, archive);
    text_addf(&n, ": ar%s\n", objects.data != NULL ? objects.data : "");
    if (err == 0 && write_file(path, n.data, n.len) != 0) {
        msg_error("%s: %s", path, strerror(errno));
        err = -1;
    }
    text_free(&n);
    text_free(&objects);
    strings_free(&files);
    free(archive);
    free(path);
    return err;
}
