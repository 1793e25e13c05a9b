/* SPDX-License-Identifier: ISC */
/* From main() to start(); the tables come from the generated start.c. */
#include <fata/start.h>
#include <string.h>

/* A wrong argument, as sysexits and MirageOS have it. */
#define STATUS_USAGE 64

static void print(const char *text)
{
    fata_console_write(text, strlen(text));
}

static void complain(const char *name, const char *subject, const char *what)
{
    print(name);
    print(": ");
    print(subject);
    print(what);
    print("\n");
}

static void help(const struct fata_start *s)
{
    print("Keys of ");
    print(s->name);
    print(":\n");
    for (size_t i = 0; i < s->key_count; i++) {
        const struct fata_key *k = &s->keys[i];
        print("  --");
        print(k->name);
        print(k->text == NULL ? "=VALUE" : "=");
        print(k->text == NULL ? "" : k->text);
        print("  ");
        print(k->doc != NULL ? k->doc : "");
        print("\n");
    }
}

/* Sets the keys; returns -1 to go on, or the exit status. */
static int take_keys(const struct fata_start *s, int *argc, char **argv)
{
    char message[256];
    for (int i = 1; i < *argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            help(s);
            return 0;
        }
    }
    if (fata_keys_parse(s->keys, s->key_count, s->key_texts, argc, argv,
                        message, sizeof(message)) != 0) {
        complain(s->name, message, "");
        return STATUS_USAGE;
    }
    for (size_t i = 0; i < s->key_count; i++) {
        int error =
            s->keys[i].set == NULL ? 0 : s->keys[i].set(s->key_texts[i]);
        if (error < 0) {
            print(s->name);
            print(": --");
            complain(s->keys[i].name, "", fata_strerror(error));
            return STATUS_USAGE;
        }
    }
    return -1;
}

int fata_start(const struct fata_start *s, int argc, char **argv)
{
    const char *device = "";
    int status = fata_platform_start(&argc, argv);
    if (status != 0)
        return status;
    status = take_keys(s, &argc, argv);
    if (status >= 0)
        return status;
    *s->argc = argc;
    *s->argv = argv;
    for (size_t i = 0; i < s->init_count; i++) {
        int error = s->init[i] == NULL ? 0 : s->init[i]();
        if (error < 0) {
            complain(s->name, "cannot start: ", fata_strerror(error));
            return 1;
        }
    }
    if (s->open != NULL) {
        int error = s->open(&device);
        if (error < 0) {
            print(s->name);
            print(": cannot open device ");
            complain(device, "", fata_strerror(error));
            return 1;
        }
    }
    status = s->main != NULL ? s->main(s->start, s->app) : s->start(s->app);
    if (status < 0) {
        complain(s->name, "ended with: ", fata_strerror(status));
        return 1;
    }
    return status;
}
