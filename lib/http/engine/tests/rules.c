/* SPDX-License-Identifier: ISC */
/* Dates, lists, conditions, ranges, encodings. */
#include <fata/http_rules.h>
#include <fata/test.h>

#include <stdio.h>
#include <string.h>

static struct fata_http_text text(const char *s)
{
    return (struct fata_http_text){s, strlen(s)};
}

FATA_TEST(dates_are_written)
{
    char out[FATA_HTTP_DATE];
    fata_http_date(784111777, out);
    fata_check(strcmp(out, "Sun, 06 Nov 1994 08:49:37 GMT") == 0);
    fata_http_date(0, out);
    fata_check(strcmp(out, "Thu, 01 Jan 1970 00:00:00 GMT") == 0);
    fata_http_date(951782400, out);
    fata_check(strcmp(out, "Tue, 29 Feb 2000 00:00:00 GMT") == 0);
    fata_http_date(253402300799, out);
    fata_check(strcmp(out, "Fri, 31 Dec 9999 23:59:59 GMT") == 0);
}

FATA_TEST(dates_are_read)
{
    static const char *const bad[] = {
        "",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 32 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nox 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 29 Feb 1995 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 CET",
    };
    fata_check_int(fata_http_date_read(text("Sun, 06 Nov 1994 08:49:37 GMT")),
                   ==, 784111777);
    fata_check_int(fata_http_date_read(text("Sunday, 06-Nov-94 08:49:37 GMT")),
                   ==, 784111777);
    fata_check_int(fata_http_date_read(text("Sun Nov  6 08:49:37 1994")), ==,
                   784111777);
    fata_check_int(
        fata_http_date_read(text("Wednesday, 09-Nov-94 08:49:37 GMT")), ==,
        784111777 + 3 * 86400);
    for (size_t i = 0; i < FATA_COUNT(bad); i++)
        fata_check(fata_http_date_read(text(bad[i])) == FATA_HTTP_NO_TIME);
    for (int64_t t = 0; t < 253402300800; t += 86400 * 97 + 12345) {
        char out[FATA_HTTP_DATE];
        fata_http_date(t, out);
        fata_check_int(fata_http_date_read(text(out)), ==, t);
    }
}

FATA_TEST(lists)
{
    struct fata_http_text list = text(" , a ,\"b,\\\"c\" ;x,, d"), e;
    fata_check(fata_http_element(&list, &e) && fata_http_equal(e, "a"));
    fata_check(fata_http_element(&list, &e) &&
               fata_http_equal(e, "\"b,\\\"c\" ;x"));
    fata_check(fata_http_element(&list, &e) && fata_http_equal(e, "d"));
    fata_check(!fata_http_element(&list, &e));
}

FATA_TEST(escapes)
{
    char out[8];
    fata_check_int(fata_http_decode(text("a%20b%2F"), out, 8), ==, 4);
    fata_check(strcmp(out, "a b/") == 0);
    fata_check_int(fata_http_decode(text("a%00"), out, 8), ==, FATA_EINVAL);
    fata_check_int(fata_http_decode(text("a%2"), out, 8), ==, FATA_EINVAL);
    fata_check_int(fata_http_decode(text("a%2x"), out, 8), ==, FATA_EINVAL);
    fata_check_int(fata_http_decode(text("12345678"), out, 8), ==, FATA_ENOSPC);
    fata_check_int(fata_http_decode(text("1234567"), out, 8), ==, 7);
}

static struct fata_http *request(const char *method, const char *fields)
{
    static struct fata_http h;
    static char in[512];
    struct fata_http_text piece;
    size_t used;
    snprintf(in, sizeof(in), "%s / HTTP/1.1\r\nHost: h\r\n%s\r\n", method,
             fields);
    fata_http_init(&h, FATA_HTTP_SERVER, &fata_http_limits, 0);
    if (fata_http_feed(&h, 0, in, strlen(in), &used, &piece) != FATA_HTTP_HEAD)
        fata_panic("rules", "a bad request");
    return &h;
}

#define LAST "Sun, 06 Nov 1994 08:49:37 GMT"
#define LATE "Sun, 06 Nov 1994 08:49:38 GMT"
#define PAST "Sun, 06 Nov 1994 08:49:36 GMT"

static const struct fata_http_version version = {"\"v1\"", 784111777};
static const struct fata_http_version weak = {"W/\"v1\"", 784111777};

FATA_TEST(conditions)
{
    static const struct {
        const char *section, *method, *fields;
        const struct fata_http_version *version;
        unsigned status;
    } cases[] = {
        {"none", "GET", "", &version, 0},
        {"13.1.1", "PUT", "If-Match: \"v0\", \"v1\"\r\n", &version, 0},
        {"13.1.1", "PUT", "If-Match: \"v0\"\r\n", &version, 412},
        {"13.1.1 *", "PUT", "If-Match: *\r\n", &version, 0},
        {"13.1.1 weak", "PUT", "If-Match: W/\"v1\"\r\n", &weak, 412},
        {"13.1.2", "GET", "If-None-Match: \"v1\"\r\n", &version, 304},
        {"13.1.2", "HEAD", "If-None-Match: \"v0\" , \"v1\"\r\n", &version, 304},
        {"13.1.2", "GET", "If-None-Match: \"v2\"\r\n", &version, 0},
        {"13.1.2 weak", "GET", "If-None-Match: W/\"v1\"\r\n", &version, 304},
        {"13.1.2 weak", "GET", "If-None-Match: \"v1\"\r\n", &weak, 304},
        {"13.1.2 *", "PUT", "If-None-Match: *\r\n", &version, 412},
        {"13.1.3", "GET", "If-Modified-Since: " LAST "\r\n", &version, 304},
        {"13.1.3", "GET", "If-Modified-Since: " LATE "\r\n", &version, 304},
        {"13.1.3", "GET", "If-Modified-Since: " PAST "\r\n", &version, 0},
        {"13.1.3 no date", "GET", "If-Modified-Since: x\r\n", &version, 0},
        {"13.1.3 of a write", "POST", "If-Modified-Since: " LAST "\r\n",
         &version, 0},
        {"13.1.4", "PUT", "If-Unmodified-Since: " LAST "\r\n", &version, 0},
        {"13.1.4", "PUT", "If-Unmodified-Since: " PAST "\r\n", &version, 412},
        {"13.2.2 order", "GET",
         "If-None-Match: \"v2\"\r\nIf-Modified-Since: " LATE "\r\n", &version,
         0},
    };
    for (size_t i = 0; i < FATA_COUNT(cases); i++) {
        unsigned status = fata_http_condition(
            request(cases[i].method, cases[i].fields), cases[i].version);
        if (status != cases[i].status)
            printf("%s %s", cases[i].section, cases[i].fields);
        fata_check_int(status, ==, cases[i].status);
    }
}

FATA_TEST(ranges)
{
    static const struct {
        const char *fields;
        uint64_t size;
        unsigned status, first, last;
    } cases[] = {
        {"", 10, 200, 0, 0},
        {"Range: bytes=0-4\r\n", 10, 206, 0, 4},
        {"Range: bytes=3-\r\n", 10, 206, 3, 9},
        {"Range: Bytes=3-99999999999999999999\r\n", 10, 200, 0, 0},
        {"Range: bytes=3-99\r\n", 10, 206, 3, 9},
        {"Range: bytes=-4\r\n", 10, 206, 6, 9},
        {"Range: bytes=-40\r\n", 10, 206, 0, 9},
        {"Range: bytes=-0\r\n", 10, 416, 0, 0},
        {"Range: bytes=10-\r\n", 10, 416, 0, 0},
        {"Range: bytes=0-\r\n", 0, 416, 0, 0},
        {"Range: bytes=-1\r\n", 0, 416, 0, 0},
        {"Range: bytes=4-3\r\n", 10, 200, 0, 0},
        {"Range: bytes=0-1,4-5\r\n", 10, 200, 0, 0},
        {"Range: bytes=a-b\r\n", 10, 200, 0, 0},
        {"Range: bytes=-\r\n", 10, 200, 0, 0},
        {"Range: lines=0-1\r\n", 10, 200, 0, 0},
        {"Range: bytes=0-1\r\nIf-Range: \"v1\"\r\n", 10, 206, 0, 1},
        {"Range: bytes=0-1\r\nIf-Range: \"v0\"\r\n", 10, 200, 0, 0},
        {"Range: bytes=0-1\r\nIf-Range: W/\"v1\"\r\n", 10, 200, 0, 0},
        {"Range: bytes=0-1\r\nIf-Range: " LAST "\r\n", 10, 206, 0, 1},
        {"Range: bytes=0-1\r\nIf-Range: " LATE "\r\n", 10, 200, 0, 0},
    };
    for (size_t i = 0; i < FATA_COUNT(cases); i++) {
        uint64_t first = 0, last = 0;
        unsigned status =
            fata_http_range(request("GET", cases[i].fields), &version,
                            cases[i].size, &first, &last);
        if (status != cases[i].status)
            printf("%s", cases[i].fields);
        fata_check_int(status, ==, cases[i].status);
        if (status == 206) {
            fata_check_int(first, ==, cases[i].first);
            fata_check_int(last, ==, cases[i].last);
        }
    }
}

FATA_TEST(encodings)
{
    static const struct {
        const char *fields;
        bool accepts;
    } cases[] = {
        {"", false},
        {"Accept-Encoding: gzip, br\r\n", true},
        {"Accept-Encoding: br, GZIP;q=0.5\r\n", true},
        {"Accept-Encoding: gzip;q=0\r\n", false},
        {"Accept-Encoding: gzip;q=0.000, *\r\n", false},
        {"Accept-Encoding: gzip ; q=0.001\r\n", true},
        {"Accept-Encoding: *\r\n", true},
        {"Accept-Encoding: *;q=0\r\n", false},
        {"Accept-Encoding: identity\r\n", false},
        {"Accept-Encoding: gzip;q=2\r\n", false},
        {"Accept-Encoding:\r\n", false},
    };
    for (size_t i = 0; i < FATA_COUNT(cases); i++) {
        bool accepts =
            fata_http_accepts(request("GET", cases[i].fields), "gzip");
        if (accepts != cases[i].accepts)
            printf("%s", cases[i].fields);
        fata_check(accepts == cases[i].accepts);
    }
}
