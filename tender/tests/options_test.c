/* SPDX-License-Identifier: ISC */
/* The command line: what is taken, and what each mistake says. */
#include "../options.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#define LONG32 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static struct options options;
static struct message why;
static bool flag;
static const char *text;

static const struct option_flag flags[] = {{"--x-exec-heap", "", &flag, NULL},
                                           {"--text=", "", NULL, &text},
                                           {NULL, NULL, NULL, NULL}};

/* Parses words that are separated by spaces. */
static int parse(const char *line)
{
    static char words[8192];
    static char *argv[128];
    int argc = 0;

    flag = false;
    why.text[0] = '\0';
    snprintf(words, sizeof words, "%s", line);
    argv[argc++] = words; /* the program's name is not looked at */
    for (char *p = words; (p = strchr(p, ' ')) != NULL && argc < 127;) {
        *p++ = '\0';
        argv[argc++] = p;
    }
    argv[argc] = NULL;
    return options_parse(&options, flags, argv, &why);
}

static const struct {
    const char *line;
    const char *says;
} bad[] = {
    {"t", "no image"},
    {"t --", "no image"},
    {"t --mem=2", "no image"},
    {"t --mem image", "--mem: unknown option"},
    {"t --mem= image", "number of MiB"},
    {"t --mem=0 image", "number of MiB"},
    {"t --mem=-1 image", "number of MiB"},
    {"t --mem=+1 image", "number of MiB"},
    {"t --mem=1k image", "number of MiB"},
    {"t --mem=0x10 image", "number of MiB"},
    {"t --mem=18446744073709551617 image", "number of MiB"},
    {"t --mem=67108865 image", "number of MiB"},
    {"t --mem=1 --mem=2 image", "given twice"},
    {"t -m image", "-m: unknown option"},
    {"t - image", "-: unknown option"},
    {"t --gdb image", "unknown option"},
    {"t --text image", "unknown option"},
    {"t --x-exec-heap= image", "unknown option"},
    {"t --x-exec-heap=1 image", "unknown option"},
    {"t --helpme image", "unknown option"},
    {"t --block image", "unknown option"},
    {"t --block: image", "--block:: the form is --block:NAME=VALUE"},
    {"t --block:disk image", "the form is --block:NAME=VALUE"},
    {"t --block:disk= image", "the form is"},
    {"t --block:=file image", "the form is"},
    {"t --block:" LONG32 LONG32 "abcd=file image", "name is too long"},
    {"t --block:d=a --block:d=b image", "given twice"},
    {"t --block-sector-size:d=511 image", "power of two"},
    {"t --block-sector-size:d=256 image", "power of two"},
    {"t --block-sector-size:d=768 image", "power of two"},
    {"t --block-sector-size:d=65536 image", "power of two"},
    {"t --block-sector-size:d=x image", "power of two"},
    {"t --block-sector-size:d=512 --block-sector-size:d=512 image", "twice"},
    {"t --net:n=abcdefghijklmnop image", "at most 15"},
    {"t --net:n=@ image", "descriptor number"},
    {"t --net:n=@x image", "descriptor number"},
    {"t --net:n=@-1 image", "descriptor number"},
    {"t --net:n=@2147483648 image", "descriptor number"},
    {"t --net:n=a --net:n=@3 image", "given twice"},
    {"t --net:n=@3 --net:n=b image", "given twice"},
    {"t --net-mac:n= image", "the form is"},
    {"t --net-mac:n=0 image", "MAC address"},
    {"t --net-mac:n=00:02:04:06:08 image", "MAC address"},
    {"t --net-mac:n=00:02:04:06:08: image", "MAC address"},
    {"t --net-mac:n=00:02:04:06:08:0 image", "MAC address"},
    {"t --net-mac:n=00:02:04:06:08:0a: image", "MAC address"},
    {"t --net-mac:n=00-02-04-06-08-0a image", "MAC address"},
    {"t --net-mac:n=00:02:04:06:08:0g image", "MAC address"},
    {"t --net-mac:n=01:02:04:06:08:0a image", "MAC address"},
    {"t --net-mac:n=02:02:04:06:08:0a --net-mac:n=02:02:04:06:08:0a image",
     "given twice"},
};

static void test_good(void)
{
    UNIT("defaults",
         parse("t image") == OPTIONS_RUN && options.memory_mib == 512 &&
             options.device_count == 0 && !flag &&
             strcmp(options.image, "image") == 0 &&
             options.arguments[0] == NULL,
         "%s", why.text);
    UNIT("image-options",
         parse("t --mem=3 image --mem=4 -- x") == OPTIONS_RUN &&
             options.memory_mib == 3 &&
             strcmp(options.arguments[0], "--mem=4") == 0 &&
             strcmp(options.arguments[2], "x") == 0,
         "%s", why.text);
    UNIT("dashes",
         parse("t --mem=3 -- -image --") == OPTIONS_RUN &&
             strcmp(options.image, "-image") == 0 &&
             strcmp(options.arguments[0], "--") == 0,
         "%s", why.text);
    UNIT("flag", parse("t --x-exec-heap image") == OPTIONS_RUN && flag, "%s",
         why.text);
    UNIT("help", parse("t --mem=2 --help --bad") == OPTIONS_HELP, "not help");
    UNIT("version", parse("t --version") == OPTIONS_VERSION, "not version");
    UNIT("memory-most",
         parse("t --mem=67108864 image") == OPTIONS_RUN &&
             options.memory_mib == 67108864,
         "%s", why.text);
    UNIT("devices",
         parse("t --net-mac:n=00:02:04:0a:0B:fF --block:d=x=y --net:n=@0 "
               "--block-sector-size:d=32768 --net:m=tap100 image") ==
                 OPTIONS_RUN &&
             options.device_count == 3,
         "%s", why.text);

    const struct device_option *d = options.device;

    UNIT("device-net",
         strcmp(d[0].name, "n") == 0 && d[0].has_mac && d[0].descriptor == 0 &&
             memcmp(d[0].mac, "\0\2\4\12\13\377", 6) == 0,
         "wrong");
    UNIT("device-block",
         strcmp(d[1].block, "x=y") == 0 && d[1].block_size == 32768, "wrong");
    UNIT("device-tap",
         strcmp(d[2].network, "tap100") == 0 && d[2].descriptor == -1, "wrong");
}

static void test_command_line(void)
{
    static char line[SOLO5_CMDLINE_SIZE];
    static char word[8193];
    char *arguments[] = {word, NULL};

    UNIT("join",
         parse("t image a  b ") == OPTIONS_RUN &&
             options_command_line(&options, line, &why) == 5 &&
             strcmp(line, "a  b ") == 0,
         "\"%s\"", line);
    UNIT("join-empty-first",
         parse("t image  b") == OPTIONS_RUN &&
             options_command_line(&options, line, &why) == 2 &&
             strcmp(line, " b") == 0,
         "\"%s\"", line);
    UNIT("join-none",
         parse("t image") == OPTIONS_RUN &&
             options_command_line(&options, line, &why) == 0 && line[0] == '\0',
         "\"%s\"", line);
    memset(word, 'x', 8191);
    options.arguments = arguments;
    UNIT("join-longest", options_command_line(&options, line, &why) == 8191,
         "%s", why.text);
    word[8191] = 'x';
    UNIT("join-too-long", options_command_line(&options, line, &why) == -1,
         "taken");
}

static void test_many(void)
{
    static char line[4096];
    size_t used = (size_t)snprintf(line, sizeof line, "t");

    for (int i = 0; i < 64; i++)
        used += (size_t)snprintf(line + used, sizeof line - used,
                                 " --block:d%d=f", i);
    snprintf(line + used, sizeof line - used, " image");
    UNIT("devices-64", parse(line) < 0 && strstr(why.text, "63") != NULL, "%s",
         why.text);
}

int main(void)
{
    char help[2048], tiny[10];

    test_good();
    test_command_line();
    test_many();
    UNIT("help-text",
         options_help(help, sizeof help, "t", flags) == strlen(help) &&
             strstr(help, "--x-exec-heap") != NULL,
         "%s", help);
    UNIT("help-cut", options_help(tiny, sizeof tiny, "t", flags) == 9, "long");
    for (size_t i = 0; i < FATA_COUNT(bad); i++) {
        int result = parse(bad[i].line);
        char name[64];

        snprintf(name, sizeof name, "mistake-%zu", i);
        UNIT(name, result < 0 && strstr(why.text, bad[i].says) != NULL,
             "`%s` says \"%s\" (%d), not \"%s\"", bad[i].line, why.text, result,
             bad[i].says);
    }
    return unit_failures > 0;
}
