/* SPDX-License-Identifier: ISC */
/* Calls port_build, port_fetch and port_pin for tests/source.sh, which
 * describes a port as JSON:  source_driver build|fetch|update PORT.json
 * [--frozen] [--offline]
 * [--lock=FILE].  Prints what port_build found: one path per line. */
#define _GNU_SOURCE 1
#include "../port.h"
#include "../source_apt.h"
#include "../util.h"

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *text(const json_t *o, const char *key)
{
    return json_string_value(json_object_get(o, key));
}

static const char *const *list(const json_t *array)
{
    const char **v;
    size_t n = json_array_size(array);

    if (array == NULL)
        return NULL;
    v = xcalloc(n + 1, sizeof v[0]);
    for (size_t i = 0; i < n; i++)
        v[i] = json_string_value(json_array_get(array, i));
    return v;
}

static void read_forms(const json_t *array, struct port *port)
{
    size_t n = json_array_size(array);
    struct port_form *forms = xcalloc(n, sizeof forms[0]);

    for (size_t i = 0; i < n; i++) {
        const json_t *o = json_array_get(array, i);

        forms[i].files = list(json_object_get(o, "files"));
        forms[i].kind = PORT_URL;
        forms[i].what = text(o, "url");
        if (forms[i].what == NULL) {
            forms[i].kind = PORT_DEBIAN;
            forms[i].what = text(o, "debian");
        }
        if (forms[i].what == NULL) {
            forms[i].kind = PORT_DEBIAN_BINARY;
            forms[i].what = text(o, "debian-binary");
        }
    }
    port->forms = forms;
    port->form_count = n;
}

static struct port read_port(const json_t *o)
{
    const json_t *build = json_object_get(o, "build");
    size_t n = json_array_size(build);
    struct port port = {
        .name = text(o, "name"),
        .version = text(o, "version"),
        .sha256 = text(o, "sha256"),
        .dir = text(o, "dir"),
        .sources = list(json_object_get(o, "sources")),
        .include = list(json_object_get(o, "include")),
        .cflags = list(json_object_get(o, "cflags")),
        .defines = list(json_object_get(o, "defines")),
    };

    read_forms(json_object_get(o, "source"), &port);
    if (build != NULL) {
        const char *const **commands = xcalloc(n + 1, sizeof commands[0]);

        for (size_t i = 0; i < n; i++)
            commands[i] = list(json_array_get(build, i));
        port.build = commands;
    }
    return port;
}

static void free_port(struct port *port)
{
    for (size_t i = 0; i < port->form_count; i++)
        free((void *)(uintptr_t)port->forms[i].files);
    for (size_t i = 0; port->build != NULL && port->build[i] != NULL; i++)
        free((void *)(uintptr_t)port->build[i]);
    free((void *)(uintptr_t)port->forms);
    free((void *)(uintptr_t)port->build);
    free((void *)(uintptr_t)port->sources);
    free((void *)(uintptr_t)port->include);
    free((void *)(uintptr_t)port->cflags);
    free((void *)(uintptr_t)port->defines);
}

int main(int argc, char **argv)
{
    static const char *const cc[] = {"gcc", NULL};
    static const char *const cflags[] = {"-O1", NULL};
    struct port_env env = {.arch = "x86_64",
                           .flavour = "host",
                           .cc = cc,
                           .cflags = cflags,
                           .ar = "ar",
                           .ld = "ld"};
    struct port_result result = {0};
    struct port port;
    char *dir = NULL;
    json_t *o;
    int err;

    if (argc == 4 && strcmp(argv[1], "compare") == 0) {
        printf("%d\n", apt_compare_versions(argv[2], argv[3]));
        return 0;
    }
    if (argc < 3 || (o = json_load_file(argv[2], 0, NULL)) == NULL)
        die(2, "source_driver build|fetch|update PORT.json [options]");
    for (int i = 3; i < argc; i++) {
        env.frozen = env.frozen || strcmp(argv[i], "--frozen") == 0;
        env.offline = env.offline || strcmp(argv[i], "--offline") == 0;
        if (starts_with(argv[i], "--lock="))
            env.lock_path = argv[i] + strlen("--lock=");
        if (starts_with(argv[i], "--flavour="))
            env.flavour = argv[i] + strlen("--flavour=");
    }
    port = read_port(o);
    if (strcmp(argv[1], "update") == 0)
        err = port_pin(&port, 1, &env, true);
    else if (strcmp(argv[1], "fetch") == 0)
        err = port_fetch(&port, &env, &dir, NULL);
    else
        err = port_build(&port, &env, &result);
    if (dir != NULL)
        puts(dir);
    for (char **p = result.include; p != NULL && *p != NULL; p++)
        puts(*p);
    for (char **p = result.archives; p != NULL && *p != NULL; p++)
        puts(*p);
    port_result_free(&result);
    free(dir);
    free_port(&port);
    json_decref(o);
    return err == 0 ? 0 : 1;
}
