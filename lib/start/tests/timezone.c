/* SPDX-License-Identifier: ISC */
#include <fata/error.h>
#include <fata/test.h>
#include <fata/timezone.h>
#include <string.h>
#include <time.h>

FATA_TEST(zones_are_checked)
{
    static const char *const good[] = {"UTC0",
                                       "CET-1CEST,M3.5.0,M10.5.0/3",
                                       "<+0330>-3:30",
                                       "EST5EDT,M3.2.0,M11.1.0",
                                       "AEST-10AEDT,M10.1.0,M4.1.0/3",
                                       "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
                                       "IST-2IDT,M3.4.4/26,M10.5.0",
                                       "EET-2EEST,J60/0,300/1:30:15"};
    static const char *const bad[] = {"",
                                      "UTC",
                                      "Europe/Paris",
                                      "CET",
                                      "C1",
                                      "CET-1CEST,",
                                      "CET-25",
                                      "CET-1CEST,M3.5.0",
                                      "CET-1CEST,M13.5.0,M10.5.0",
                                      "<+03-3",
                                      "CET-1CEST,M3.5.0,M10.5.0/3 ",
                                      "CET-1CEST,M3.5.7,M10.5.0",
                                      "CET-99999999999999999999"};
    for (size_t i = 0; i < FATA_COUNT(good); i++)
        fata_check(fata_timezone_valid(good[i]));
    for (size_t i = 0; i < FATA_COUNT(bad); i++)
        fata_check(!fata_timezone_valid(bad[i]));
}

static bool shows(time_t t, const char *expected)
{
    char text[64];
    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S %Z", localtime(&t));
    return strcmp(text, expected) == 0;
}

/* 2026-03-29 01:00 UTC and 2026-10-25 01:00 UTC, the European changes. */
FATA_TEST(local_time_across_daylight_saving)
{
    fata_check_int(fata_timezone_set("CET-1CEST,M3.5.0,M10.5.0/3"), ==, 0);
    fata_check(shows(1774745999, "2026-03-29 01:59:59 CET"));
    fata_check(shows(1774746000, "2026-03-29 03:00:00 CEST"));
    fata_check(shows(1792889999, "2026-10-25 02:59:59 CEST"));
    fata_check(shows(1792890000, "2026-10-25 02:00:00 CET"));
}

FATA_TEST(a_bad_zone_changes_nothing)
{
    fata_check_int(fata_timezone_set("UTC0"), ==, 0);
    fata_check_int(fata_timezone_set("nonsense"), ==, FATA_EINVAL);
    fata_check(shows(0, "1970-01-01 00:00:00 UTC"));
}
