/* SPDX-License-Identifier: ISC */
/* fata: makes images of programs.  Reading guide:
 *
 *   options.c                              command line
 *   schema.c manifest.c reader.c check.c   fata.yml to structures
 *   edit.c                                 changes to fata.yml
 *   registry.c target.c resolve.c          names to components, their order
 *   wiring.c gen_app.c                     devices, app.h, start-up code
 *   flavour.c ports.c gen_ninja.c          what ninja shall do
 *   gen_made.c generate.c kv_*.c           files made at build time
 *   ninja.c link.c layer.c                 and how it goes
 *   reach.c calls.c                        what a link reaches, and why
 *   size*.c parts.c licence.c              what its bytes are, and whose
 *   toolchain.c cc.c sysroot.c              for other build systems
 *   cmd_*.c describe.c graph.c test_*.c watch*.c   the commands
 *   port*.c source*.c lock.c               third-party code
 *
 * Exit status: 0, 1 a build or a test failed, 2 a mistake in the command line
 * or a manifest; `fata run` ends as the program does. */
#include "options.h"
#include "util.h"
#include "schema.h"

#include <stdio.h>
#include <string.h>

#ifndef FATA_VERSION
#define FATA_VERSION "0.1"
#endif

int main(int argc, char **argv)
{
    struct options o = {0};
    use_private_programs();
    if (argc >= 2 && strcmp(argv[1], "__layer") == 0)
        return cmd_layer(argc - 2, argv + 2);
    if (argc >= 2 && strcmp(argv[1], "__link") == 0)
        return cmd_link(argc - 2, argv + 2);
    if (argc >= 2 && strcmp(argv[1], "__generate") == 0)
        return cmd_generate(argc - 2, argv + 2);
    if (argc >= 2 && strcmp(argv[1], "__kv") == 0)
        return cmd_kv(argc - 2, argv + 2);
    if (argc >= 2 && strcmp(argv[1], "__cc") == 0)
        return cmd_cc(argc - 2, argv + 2);
    if (argc >= 2 && strcmp(argv[1], "__reference") == 0) {
        struct buf t = {0};
        schema_reference(&t);
        fputs(t.data, stdout);
        return 0;
    }
    if (argc < 2) {
        help();
        return EXIT_MISTAKE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        help();
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("fata %s\n", FATA_VERSION);
        return 0;
    }
    const struct command_line *c = options_read(&o, argc, argv);
    return c == NULL ? 0 : c->run(&o);
}
