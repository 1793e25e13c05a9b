/* SPDX-License-Identifier: ISC */
/* Runs evp_test with the files whose names begin with one of the arguments. */
#include <fata/run.h>
#include <openssl_suite.h>
#include <stdio.h>
#include <string.h>
#include "app.h"

enum { FILES_MAX = 64 };

static bool wanted(const struct app *app, const char *name)
{
    for (int i = 0; i < app->argc; i++)
        if (strncmp(name, app->argv[i], strlen(app->argv[i])) == 0)
            return true;
    return false;
}

int start(struct app *app)
{
    static char program[] = "evp_test";
    char *argv[FILES_MAX + 2] = {program};
    int argc = 1;
    for (const struct openssl_suite_file *f = openssl_suite_vectors;
         f->name != NULL; f++)
        if (argc <= FILES_MAX && wanted(app, f->name))
            argv[argc++] = (char *)(uintptr_t)f->name;
    printf("%d files\n", argc - 1);
    return argc > 1 ? openssl_suite_main(argc, argv) : 1;
}
