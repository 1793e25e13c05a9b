/* SPDX-License-Identifier: ISC */
#include <fata/bare_words.h>
#include <fata/error.h>
#include <fata/test.h>
#include <string.h>

static int split(const char *text, char *line, char **words, int max)
{
    strcpy(line, text);
    return fata_bare_split(line, words, max);
}

FATA_TEST(words_are_split_at_blanks)
{
    char line[64], *w[4];
    fata_check_int(split("  --a=1 b\t c ", line, w, 4), ==, 3);
    fata_check(strcmp(w[0], "--a=1") == 0);
    fata_check(strcmp(w[1], "b") == 0);
    fata_check(strcmp(w[2], "c") == 0);
    fata_check_int(split("", line, w, 4), ==, 0);
    fata_check_int(split("   ", line, w, 4), ==, 0);
}

FATA_TEST(quotes_and_backslashes_keep_blanks)
{
    char line[64], *w[4];
    fata_check_int(split("--name=\"Ada L\" a\\ b \"\" \\\"", line, w, 4), ==,
                   4);
    fata_check(strcmp(w[0], "--name=Ada L") == 0);
    fata_check(strcmp(w[1], "a b") == 0);
    fata_check(strcmp(w[2], "") == 0);
    fata_check(strcmp(w[3], "\"") == 0);
    fata_check_int(split("a\\", line, w, 4), ==, 1);
    fata_check(strcmp(w[0], "a\\") == 0);
}

FATA_TEST(bad_command_lines_are_refused)
{
    char line[64], *w[2];
    fata_check_int(split("a \"b", line, w, 2), ==, FATA_EINVAL);
    fata_check_int(split("a b c", line, w, 2), ==, FATA_E2BIG);
}

FATA_TEST(solo5_words_are_dropped_at_the_front_only)
{
    char line[64], *w[4];
    fata_check_int(split("--solo5:quiet --solo5:debug x --solo5:y", line, w, 4),
                   ==, 2);
    fata_check(strcmp(w[0], "x") == 0);
    fata_check(strcmp(w[1], "--solo5:y") == 0);
}

FATA_TEST(solo5_words_set_how_much_is_said)
{
    char line[64], *w[4];
    fata_check_int(split("--solo5:quiet x", line, w, 4), ==, 1);
    fata_check(fata_bare_quiet);
    fata_check_int(split("--solo5:warn --solo5:info x", line, w, 4), ==, 1);
    fata_check(!fata_bare_quiet);
}
