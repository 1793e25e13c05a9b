/* SPDX-License-Identifier: ISC */
/* --logs: what it sets, and what it says of mistakes. */
#include "../internal.h"

#include <fata/test.h>
#include <string.h>

static FATA_LOG_SOURCE(one, "one", "first");
static FATA_LOG_SOURCE(two, "two", "second");

static char message[160];

static int set(const char *text)
{
    message[0] = '\0';
    return fata__log_levels(text, message, sizeof(message));
}

FATA_TEST(all_and_one)
{
    fata_check_int(set("*:error,two:debug"), ==, 0);
    fata_check_int(one.level, ==, FATA_LOG_ERROR);
    fata_check_int(two.level, ==, FATA_LOG_DEBUG);
}

FATA_TEST(a_name_goes_before_all)
{
    fata_check_int(set("two:off,*:warning"), ==, 0);
    fata_check_int(one.level, ==, FATA_LOG_WARNING);
    fata_check_int(two.level, ==, FATA_LOG_OFF);
}

FATA_TEST(who_is_not_named_stays)
{
    fata_check_int(set("*:info"), ==, 0);
    fata_check_int(set("one:debug"), ==, 0);
    fata_check_int(set(""), ==, 0);
    fata_check_int(one.level, ==, FATA_LOG_DEBUG);
    fata_check_int(two.level, ==, FATA_LOG_INFO);
}

static void wrong(const char *text, const char *says)
{
    fata_expect(set("*:info") == 0);
    fata_expect(set(text) == FATA_EINVAL);
    fata_expect(strstr(message, says) != NULL);
    fata_expect(one.level == FATA_LOG_INFO && two.level == FATA_LOG_INFO);
}

FATA_TEST(mistakes_change_nothing)
{
    wrong("one:debug,three:info", "no source \"three\"; there are *, ");
    wrong("three:info", "one");
    wrong("three:info", "two");
    wrong("two:loud", "no level \"loud\"; there are off, error, warning");
    wrong("two:", "no level \"\"");
    wrong("debug", "\"debug\" has no level; the form is SOURCE:LEVEL");
    wrong("one:debug,,", "\"\" has no level");
    wrong(":info", "no source \"\"");
    wrong("on:info", "no source \"on\"");
    wrong("*:inf", "no level \"inf\"");
}

FATA_TEST(a_message_fits_its_room)
{
    char small[24];
    memset(small, '!', sizeof(small));
    fata_check_int(fata__log_levels("three:info", small, sizeof(small) - 1), ==,
                   FATA_EINVAL);
    fata_check(small[sizeof(small) - 1] == '!');
    fata_check_int(strlen(small), ==, sizeof(small) - 2);
}
