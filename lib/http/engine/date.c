/* SPDX-License-Identifier: ISC */
/* Dates of RFC 9110, section 5.6.7.  Days are counted from 1970 in the
 * proleptic Gregorian calendar; a year begins in March, so that the odd day
 * comes last. */
#include <fata/http_rules.h>

#include <string.h>

static const char days[] = "SunMonTueWedThuFriSat";
static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

static void two(char *out, unsigned n)
{
    out[0] = (char)('0' + n / 10 % 10);
    out[1] = (char)('0' + n % 10);
}

void fata_http_date(int64_t seconds, char out[FATA_HTTP_DATE])
{
    uint64_t total = (uint64_t)seconds;
    unsigned second = (unsigned)(total % 86400);
    uint64_t day = total / 86400 + 719468; /* since March 1st of year 0 */
    unsigned era = (unsigned)(day / 146097);
    unsigned of_era = (unsigned)(day % 146097);
    unsigned year =
        (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    unsigned of_year = of_era - (365 * year + year / 4 - year / 100);
    unsigned month = (5 * of_year + 2) / 153; /* from March */
    unsigned of_month = of_year - (153 * month + 2) / 5 + 1;

    month = month < 10 ? month + 2 : month - 10; /* from January */
    year += era * 400 + (month < 2);
    memcpy(out, "Sun, 06 Nov 1994 08:49:37 GMT", FATA_HTTP_DATE);
    memcpy(out, days + 3 * ((total / 86400 + 4) % 7), 3);
    two(out + 5, of_month);
    memcpy(out + 8, months + 3 * (size_t)month, 3);
    two(out + 12, year / 100);
    two(out + 14, year);
    two(out + 17, second / 3600);
    two(out + 20, second / 60 % 60);
    two(out + 23, second % 60);
}

/* Reads what `form` says: d a digit of the day, o one of the month's letters
 * and so on; other characters stand for themselves, `w` for any. */
struct fields {
    unsigned d, y, h, m, s;
    char o[3];
};

static bool add_digit(unsigned *n, char c)
{
    unsigned digit = (unsigned)(unsigned char)c - '0';
    *n = *n * 10 + digit;
    return digit <= 9;
}

static bool match(struct fata_http_text text, const char *form,
                  struct fields *f)
{
    size_t letters = 0;
    *f = (struct fields){0};
    if (text.size != strlen(form))
        return false;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        bool good = true;
        switch (form[i]) {
        case 'd': /* asctime's day may have a space for its first digit */
            if (!(c == ' ' && f->d == 0 && form[i + 1] == 'd'))
                good = add_digit(&f->d, c);
            break;
        case 'y':
            good = add_digit(&f->y, c);
            break;
        case 'h':
            good = add_digit(&f->h, c);
            break;
        case 'm':
            good = add_digit(&f->m, c);
            break;
        case 's':
            good = add_digit(&f->s, c);
            break;
        case 'o':
            f->o[letters++] = c;
            break;
        case 'w':
            break;
        default:
            good = c == form[i];
        }
        if (!good)
            return false;
    }
    return true;
}

static unsigned month_of(const char name[3])
{
    for (unsigned i = 0; i < 12; i++)
        if (memcmp(months + 3 * i, name, 3) == 0)
            return i + 1;
    return 0;
}

static int64_t seconds_of(const struct fields *f, unsigned year)
{
    static const uint8_t length[] = {31, 29, 31, 30, 31, 30,
                                     31, 31, 30, 31, 30, 31};
    unsigned month = month_of(f->o);
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    if (month == 0 || f->d < 1 || f->d > length[month - 1] ||
        (month == 2 && f->d == 29 && !leap) || f->h > 23 || f->m > 59 ||
        f->s > 60)
        return FATA_HTTP_NO_TIME;
    unsigned y = year - (month <= 2);
    int64_t day = 365 * (int64_t)y + y / 4 - y / 100 + y / 400 +
                  (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + f->d -
                  1 - 719468;
    return day * 86400 + f->h * 3600 + f->m * 60 + f->s;
}

int64_t fata_http_date_read(struct fata_http_text text)
{
    /* "Sunday, 06-Nov-94 08:49:37 GMT": a day has six to nine letters. */
    static const char long_form[] = "wwwwwwwww, dd-ooo-yy hh:mm:ss GMT";
    struct fields f;

    if (match(text, "www, dd ooo yyyy hh:mm:ss GMT", &f) ||
        match(text, "www ooo dd hh:mm:ss yyyy", &f))
        return f.y == 0 ? FATA_HTTP_NO_TIME : seconds_of(&f, f.y);
    for (unsigned skip = 0; skip < 4; skip++)
        if (match(text, long_form + skip, &f)) /* 1970 .. 2069 */
            return seconds_of(&f, f.y + (f.y < 70 ? 2000 : 1900));
    return FATA_HTTP_NO_TIME;
}
