/* SPDX-License-Identifier: ISC */
#include <fata/error.h>
#include <fata/keys.h>
#include <fata/test.h>
#include <fata/time.h>
#include <string.h>

static struct {
    const char *name;
    int64_t port;
    bool loud;
    fata_time_t pause;
    uint64_t cache;
} v;

static const struct fata_key keys[] = {
    {.name = "name",
     .type = FATA_KEY_STRING,
     .text = "World",
     .value = &v.name},
    {.name = "port",
     .type = FATA_KEY_INT,
     .text = "80",
     .min = 1,
     .max = 65535,
     .value = &v.port},
    {.name = "loud", .type = FATA_KEY_BOOL, .text = "no", .value = &v.loud},
    {.name = "pause",
     .type = FATA_KEY_DURATION,
     .text = "1.5s",
     .value = &v.pause},
    {.name = "cache",
     .type = FATA_KEY_SIZE,
     .text = "64KiB",
     .value = &v.cache},
};
enum { COUNT = FATA_COUNT(keys) };

static char message[200];
static int argc;
static char *argv[8];

/* Parses up to five words; unused ones are NULL. */
static int parse(const char *a, const char *b, const char *c)
{
    static char words[4][64];
    const char *given[] = {"image", a, b, c};
    const char *final[COUNT];
    argc = 0;
    for (size_t i = 0; i < 4 && given[i] != NULL; i++) {
        strcpy(words[i], given[i]);
        argv[argc++] = words[i];
    }
    argv[argc] = NULL;
    return fata_keys_parse(keys, COUNT, final, &argc, argv, message,
                           sizeof(message));
}

FATA_TEST(defaults)
{
    fata_check_int(parse(NULL, NULL, NULL), ==, 0);
    fata_check(strcmp(v.name, "World") == 0);
    fata_check_int(v.port, ==, 80);
    fata_check(!v.loud);
    fata_check(v.pause == FATA_MS(1500));
    fata_check_int(v.cache, ==, 65536);
}

FATA_TEST(values_and_words_of_the_program)
{
    fata_check_int(parse("--port=0x1F90", "file", "--loud"), ==, 0);
    fata_check_int(v.port, ==, 8080);
    fata_check(v.loud);
    fata_check_int(argc, ==, 2);
    fata_check(strcmp(argv[1], "file") == 0 && argv[2] == NULL);
}

FATA_TEST(after_two_dashes_all_is_the_programs)
{
    fata_check_int(parse("--name=x", "--", "--port=1"), ==, 0);
    fata_check_int(v.port, ==, 80);
    fata_check_int(argc, ==, 2);
    fata_check(strcmp(argv[1], "--port=1") == 0);
}

FATA_TEST(durations_and_sizes)
{
    static const struct {
        const char *text;
        uint64_t value;
    } good[] = {{"--pause=0ns", 0},
                {"--pause=0.000000001s", 1},
                {"--pause=2m", FATA_S(120)},
                {"--pause=1h", FATA_S(3600)},
                {"--pause=10us", 10000}};
    static const char *const bad[] = {"--pause=",
                                      "--pause=5",
                                      "--pause=s",
                                      "--pause=5 s",
                                      "--pause=-1s",
                                      "--pause=99999999999999h",
                                      "--pause=1.0000000001s",
                                      "--cache=1MB",
                                      "--cache=99999999999GiB",
                                      "--cache=0x10"};
    for (size_t i = 0; i < FATA_COUNT(good); i++) {
        fata_check_int(parse(good[i].text, NULL, NULL), ==, 0);
        fata_check(v.pause == good[i].value);
    }
    for (size_t i = 0; i < FATA_COUNT(bad); i++)
        fata_check_int(parse(bad[i], NULL, NULL), ==, FATA_EINVAL);
}

FATA_TEST(mistakes_change_nothing_and_are_told)
{
    static const struct {
        const char *word, *message;
    } bad[] = {
        {"--prot=1", "--prot=1: no such key; --help lists them"},
        {"-p", "-p: no such key; --help lists them"},
        {"--port", "--port: the form is --port=VALUE"},
        {"--port=70000", "--port=70000: not a whole number in the key's range"},
        {"--port=1e3", "--port=1e3: not a whole number in the key's range"},
        {"--port=9223372036854775808",
         "--port=9223372036854775808: not a whole number in the key's range"},
        {"--loud=maybe", "--loud=maybe: not true or false"},
    };
    fata_check_int(parse("--name=before", NULL, NULL), ==, 0);
    for (size_t i = 0; i < FATA_COUNT(bad); i++) {
        fata_check_int(parse("--name=after", bad[i].word, "x"), ==,
                       FATA_EINVAL);
        fata_check(strcmp(message, bad[i].message) == 0);
        fata_check_int(argc, ==, 4);
        fata_check(strcmp(argv[1], "--name=after") == 0);
    }
}

FATA_TEST(a_key_without_default_is_required)
{
    static const char *value;
    static const struct fata_key required = {.name = "host",
                                             .doc = "where to connect to",
                                             .type = FATA_KEY_STRING,
                                             .value = &value};
    const char *final[1];
    char *words[] = {(char *)(uintptr_t) "image", NULL};
    int count = 1;
    fata_check_int(fata_keys_parse(&required, 1, final, &count, words, message,
                                   sizeof(message)),
                   ==, FATA_EINVAL);
    fata_check(strcmp(message, "--host=VALUE is needed: where to connect to") ==
               0);
}

FATA_TEST(a_long_message_is_cut)
{
    const char *final[COUNT];
    char tiny[10], *words[] = {(char *)(uintptr_t) "image",
                               (char *)(uintptr_t) "--unknown-key=1", NULL};
    int count = 2;
    fata_check_int(
        fata_keys_parse(keys, COUNT, final, &count, words, tiny, sizeof(tiny)),
        ==, FATA_EINVAL);
    fata_check(strcmp(tiny, "--unknown") == 0);
}
