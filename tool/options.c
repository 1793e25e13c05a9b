/* SPDX-License-Identifier: ISC */
/* The command line: commands, options, help.  One table of each. */
#include "options.h"

#include <stdio.h>
#include <string.h>

const struct command_line command_lines[] = {
    {"new", cmd_new, "NAME", "make a folder with a small unikernel", ""},
    {"build", cmd_build, "[FOLDER]",
     "build the image; its path is the last line of the output", "tsvflc"},
    {"run", cmd_run, "[FOLDER] [-- WORD...]",
     "build the image and run it; words go to the program", "tsvflcdmbnpwkr"},
    {"test", cmd_test, "[FOLDER|FILE]...",
     "build and run the tests of all components and unikernels there",
     "tsvflc"},
    {"check", cmd_check, "[FOLDER]",
     "show which system calls an image reaches and why; whether layers hold",
     "tsvflcj"},
    {"size", cmd_size, "[FOLDER]",
     "show the bytes of an image by component, and what is largest", "tsvflcg"},
    {"licenses", cmd_licenses, "[FOLDER]",
     "show what is in an image, under which licences", "tsvflcu"},
    {"sbom", cmd_sbom, "[FOLDER]",
     "print a bill of materials of an image: SPDX, as JSON", "tsvflch"},
    {"clean", cmd_clean, "[FOLDER]", "remove the project's build folder", ""},
    {"describe", cmd_describe, "[FOLDER]",
     "show what an image is made of, and how devices are wired", "tscgo"},
    {"env", cmd_env, "[FOLDER]",
     "print the variables of the toolchain, for scripts", "tsflc"},
    {"toolchain", cmd_toolchain, "FOLDER [PORT...]",
     "make a cross compiler for build systems of others, with these ports",
     "tflc"},
    {"add", cmd_add, "NAME... [FOLDER]",
     "require components or ports, and pin their sources in fata.lock", "tl"},
    {"update", cmd_update, "[PORT...] [FOLDER]",
     "pin the newest revisions of the ports in fata.lock", "tv"},
    {NULL, NULL, NULL, NULL, NULL},
};

static const struct {
    char letter;
    const char *name, *shape, *help;
} option_lines[] = {
    {'t', "-t", "-t TARGET[,TARGET]",
     "targets, with or without CPU: unix, spt, spt-aarch64"},
    {'s', "--sanitize", "--sanitize",
     "with AddressSanitizer and UBSan (image targets: UBSan traps)"},
    {'d', "--debug", "--debug", "under gdb, stopped at start()"},
    {'r', "--watch", "--watch", "build and run anew whenever a source changes"},
    {'k', "--core", "--core DIR",
     "hvt: a core file for gdb there, when the image ends badly"},
    {'m', "--mem", "--mem=MIB", "memory of the image"},
    {'b', "--block", "--block NAME=FILE", "attach a file as a block device"},
    {'n', "--net", "--net NAME=user|TAP|host",
     "attach the user-mode network, a TAP interface, or (unix) this host"},
    {'p', "-p", "-p HOST:GUEST[/udp]",
     "forward a port of this host, over the user-mode network"},
    {'w', "--pcap", "--pcap FILE", "capture the user-mode network's frames"},
    {'f', "--frozen", "--frozen", "ports exactly as fata.lock says"},
    {'l', "--offline", "--offline", "do not use the network"},
    {'c', "--cc", "--cc=gcc|clang", "the compiler"},
    {'g', "--svg", "--svg FILE", "draw a picture"},
    {'o', "--dot", "--dot", "print the picture's graph, for graphviz"},
    {'u', "--full", "--full", "and the texts of the licences"},
    {'h', "-o", "-o FILE", "write to FILE instead of standard output"},
    {'j', "--json", "--json", "as JSON"},
    {'v', "-v", "-v", "show the commands (check: and all chains)"},
    {0, NULL, NULL, NULL},
};

void help(void)
{
    printf("usage: fata COMMAND [OPTION...] [WORD...]\n\n"
           "Turns an asynchronous C program into an image that holds the "
           "program, the\nlibraries it uses, and nothing else.\n\n");
    for (const struct command_line *c = command_lines; c->name != NULL; c++)
        printf("  %-9s %s\n", c->name, c->help);
    printf("\n`fata COMMAND --help` tells more; so does `man fata`.\n");
}

static void help_command(const struct command_line *c)
{
    printf("usage: fata %s%s %s\n\n%c%s.\n", c->name,
           c->takes[0] != '\0' ? " [OPTION...]" : "", c->usage,
           c->help[0] - 'a' + 'A', c->help + 1);
    if (c->takes[0] != '\0')
        printf("\n");
    for (int i = 0; option_lines[i].name != NULL; i++)
        if (strchr(c->takes, option_lines[i].letter) != NULL)
            printf("  %-20s %s\n", option_lines[i].shape, option_lines[i].help);
}

/* The value of an option written `--x=V`, `--x V`, `-tV` or `-t V`. */
static const char *value_of(const char *name, int *i, int argc, char **argv)
{
    const char *rest = argv[*i] + strlen(name);
    if (*rest == '=')
        return rest + 1;
    if (*rest != '\0')
        return rest;
    if (*i + 1 >= argc || strcmp(argv[*i + 1], "--") == 0)
        stop(EXIT_MISTAKE, "%s needs a value; see `fata %s --help`", name,
             argv[1]);
    return argv[++*i];
}

static bool is_option(const char *word, const char *name)
{
    size_t n = strlen(name);
    if (strncmp(word, name, n) != 0)
        return false;
    if (word[n] == '\0')
        return true;
    return name[1] != '-' || word[n] == '=';
}

FATA_NORETURN static void unknown_option(const struct command_line *c,
                                         const char *word)
{
    struct vec names = {0};
    for (int i = 0; option_lines[i].name != NULL; i++)
        if (strchr(c->takes, option_lines[i].letter) != NULL)
            push(&names, option_lines[i].name);
    stop(EXIT_MISTAKE, "unknown option %s%s", word,
         suggest(word, &names,
                 format("see `fata %s --help`%s", c->name,
                        strcmp(c->name, "run") == 0
                            ? "; options of the program follow --"
                            : "")));
}

const struct command_line *options_read(struct options *o, int argc,
                                        char **argv)
{
    struct vec names = {0};
    const struct command_line *c = command_lines;
    for (; c->name != NULL && strcmp(c->name, argv[1]) != 0; c++)
        push(&names, c->name);
    if (c->name == NULL)
        stop(EXIT_MISTAKE, "unknown command `%s`%s", argv[1],
             suggest(argv[1], &names, "see `fata --help`"));
    o->command = c->name;
    o->all = argv;
    for (int i = 2; i < argc; i++) {
        const char *w = argv[i];
        char letter = 0;
        if (strcmp(w, "--") == 0) {
            o->separator = true;
            for (i++; i < argc; i++)
                push(&o->program, argv[i]);
            break;
        }
        if (strcmp(w, "--help") == 0 || strcmp(w, "-h") == 0) {
            help_command(c);
            return NULL;
        }
        if (w[0] != '-' || w[1] == '\0') {
            push(&o->words, w);
            continue;
        }
        for (int k = 0; option_lines[k].name != NULL; k++)
            if (is_option(w, option_lines[k].name) &&
                strchr(c->takes, option_lines[k].letter) != NULL)
                letter = option_lines[k].letter;
        switch (letter) {
        case 't':
            w = value_of("-t", &i, argc, argv);
            o->targets =
                o->targets == NULL ? w : format("%s,%s", o->targets, w);
            break;
        case 's':
            o->sanitize = true;
            break;
        case 'd':
            o->debug = true;
            break;
        case 'r':
            if (strcmp(w, "--watch") != 0)
                stop(EXIT_MISTAKE,
                     "--watch takes no value; words for the program, such as "
                     "%s, follow --",
                     w);
            o->watch = true;
            break;
        case 'm':
            o->memory = value_of("--mem", &i, argc, argv);
            break;
        case 'k':
            o->core = value_of("--core", &i, argc, argv);
            break;
        case 'b':
            push(&o->block, value_of("--block", &i, argc, argv));
            break;
        case 'n':
            push(&o->net, value_of("--net", &i, argc, argv));
            break;
        case 'p':
            push(&o->ports, value_of("-p", &i, argc, argv));
            break;
        case 'w':
            o->pcap = value_of("--pcap", &i, argc, argv);
            break;
        case 'f':
            o->frozen = true;
            break;
        case 'l':
            o->offline = true;
            break;
        case 'o':
            o->dot = true;
            break;
        case 'g':
            o->svg = value_of("--svg", &i, argc, argv);
            break;
        case 'u':
            o->full = true;
            break;
        case 'h':
            o->output = value_of("-o", &i, argc, argv);
            break;
        case 'j':
            o->json = true;
            break;
        case 'v':
            o->verbose = true;
            break;
        case 'c':
            w = value_of("--cc", &i, argc, argv);
            if (strcmp(w, "gcc") != 0 && strcmp(w, "clang") != 0)
                stop(EXIT_MISTAKE, "--cc=%s: choose gcc or clang", w);
            o->use_clang = strcmp(w, "clang") == 0;
            break;
        default:
            unknown_option(c, w);
        }
    }
    if (o->separator && strcmp(c->name, "run") != 0)
        stop(EXIT_MISTAKE, "`fata %s` takes no words after --", c->name);
    return c;
}
