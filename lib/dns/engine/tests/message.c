/* SPDX-License-Identifier: ISC */
/* What a forged reply says; tests/forge.h makes it. */
#include <fata/test.h>
#include "forge.h"

static struct forge f;
static struct fata_dns_answer answer;

static enum fata_dns_outcome read_all(const struct fata_dns_query *q)
{
    return forge_read(&f, q, f.length, &answer);
}

/* --- queries --- */

FATA_TEST(names_are_compared_in_one_form)
{
    char name[FATA_DNS_NAME], longest[FATA_DNS_NAME + 2];
    static const char *const wrong[] = {
        "",    ".",   "..",   "a..b",        ".a",
        "a..", "a b", "a\\b", "\xc3\xa4.de", "a\n"};

    fata_check_int(fata_dns_name(name, "WWW.Example.test."), ==, 0);
    fata_check(strcmp(name, "www.example.test") == 0);
    for (size_t i = 0; i < FATA_COUNT(wrong); i++)
        fata_check_int(fata_dns_name(name, wrong[i]), ==, FATA_EINVAL);
    memset(longest, 'a', sizeof(longest));
    for (size_t i = 60; i < FATA_DNS_NAME; i += 61)
        longest[i] = '.';
    longest[FATA_DNS_NAME - 1] = '\0'; /* 253 characters */
    fata_check_int(fata_dns_name(name, longest), ==, 0);
    longest[FATA_DNS_NAME - 1] = 'a';
    longest[FATA_DNS_NAME] = '\0';
    fata_check_int(fata_dns_name(name, longest), ==, FATA_EINVAL);
}

FATA_TEST(a_query_has_one_question_and_edns)
{
    struct fata_dns_query q;
    static const uint8_t want[] = {0, 0, 1,   0,    0,    1,   0, 0, 0,  0, 0,
                                   1, 1, 'a', 2,    'b',  'c', 0, 0, 28, 0, 1,
                                   0, 0, 41,  0x04, 0xd0, 0,   0, 0, 0,  0, 0};
    fata_check_int(fata_dns_query_make(&q, "a.bc", FATA_DNS_AAAA), ==, 0);
    fata_check_int(q.length, ==, sizeof(want));
    fata_check(memcmp(q.bytes, want, sizeof(want)) == 0);
    fata_dns_query_plain(&q);
    fata_check_int(q.length, ==, sizeof(want) - 11);
    fata_check_int(q.bytes[11], ==, 0);
}

FATA_TEST(what_is_no_name_is_not_asked_for)
{
    struct fata_dns_query q;
    char label[80];
    memset(label, 'a', 64);
    strcpy(label + 64, ".test");
    fata_check_int(fata_dns_query_make(&q, label, 1), ==, FATA_EINVAL);
    fata_check_int(fata_dns_query_make(&q, label + 1, 1), ==, 0);
    fata_check_int(fata_dns_query_make(&q, "a..b", 1), ==, FATA_EINVAL);
    fata_check_int(fata_dns_query_make(&q, "x.onion", 1), ==, FATA_ENOENT);
}

FATA_TEST(a_query_is_dressed_by_chance)
{
    struct fata_dns_query q = forge_query(FATA_DNS_A);
    uint8_t entropy[FATA_DNS_ENTROPY] = {0xab, 0xcd, 0x05};

    fata_dns_query_dress(&q, entropy);
    fata_check_int(q.bytes[0], ==, 0xab);
    fata_check_int(q.bytes[1], ==, 0xcd);
    /* A bit a byte: the label's length, then w, w, w. */
    fata_check(memcmp(q.bytes + 12, "\3WwW\7EXAMPLE\4TEST", 17) == 0);
    memset(entropy, 0xff, sizeof(entropy));
    fata_dns_query_dress(&q, entropy);
    fata_check(memcmp(q.bytes + 12, "\3www\7example\4test", 17) == 0);
}

/* --- whose reply is it? --- */

static enum fata_dns_match match_with(const struct fata_dns_query *q, size_t at,
                                      uint8_t flip)
{
    f.bytes[at] ^= flip;
    enum fata_dns_match m = fata_dns_reply_match(q, f.bytes, f.length);
    f.bytes[at] ^= flip;
    return m;
}

FATA_TEST(a_reply_repeats_id_and_question)
{
    struct fata_dns_query q = forge_query(FATA_DNS_A);
    size_t question = FATA_DNS_HEADER + q.question;

    forge_reply(&f, &q, 0);
    forge_a(&f, "@12", 60, 1);
    fata_check_int(match_with(&q, 0, 0), ==, FATA_DNS_OURS);
    for (int i = 0; i < 6; i++) {
        if (i == 3) /* RA, rcode */
            continue;
        /* id; QR; count of questions */
        fata_check_int(match_with(&q, (size_t)i, i == 2 ? 0x80 : 1), ==,
                       FATA_DNS_FOREIGN);
    }
    fata_check_int(match_with(&q, 2, 0x10), ==, FATA_DNS_FOREIGN); /* opcode */
    for (size_t i = FATA_DNS_HEADER; i < question; i++)
        fata_check_int(match_with(&q, i, 0x01), ==, FATA_DNS_FOREIGN);
    /* The letters' case: none of other bytes, "." would be N and so on. */
    fata_check_int(match_with(&q, 13, 0x20), ==, FATA_DNS_OTHER_CASE);
    fata_check_int(match_with(&q, 12, 0x20), ==, FATA_DNS_FOREIGN);
    fata_check_int(match_with(&q, question - 1, 0x20), ==, FATA_DNS_FOREIGN);
    for (size_t n = 0; n < question; n++)
        fata_check_int(fata_dns_reply_match(&q, f.bytes, n), ==,
                       FATA_DNS_FOREIGN);
}

FATA_TEST(an_old_server_may_leave_out_the_question)
{
    struct fata_dns_query q = forge_query(FATA_DNS_A);
    forge_reply(&f, &q, 1);
    f.bytes[5] = 0;
    fata_check_int(fata_dns_reply_match(&q, f.bytes, 12), ==, FATA_DNS_OURS);
    fata_check_int(forge_read(&f, &q, 12, &answer), ==, FATA_DNS_NO_EDNS);
    fata_dns_query_plain(&q);
    fata_check_int(fata_dns_reply_match(&q, f.bytes, 12), ==, FATA_DNS_FOREIGN);
}

FATA_TEST(a_server_can_refuse)
{
    struct fata_dns_query q = forge_query(FATA_DNS_A);
    for (unsigned rcode = 2; rcode < 16; rcode++) {
        if (rcode == 3)
            continue;
        forge_reply(&f, &q, rcode);
        fata_check_int(read_all(&q), ==, FATA_DNS_REFUSED);
    }
    forge_reply(&f, &q, 1);
    fata_check_int(read_all(&q), ==, FATA_DNS_NO_EDNS);
    fata_dns_query_plain(&q);
    fata_check_int(read_all(&q), ==, FATA_DNS_REFUSED);
    forge_reply(&f, &q, FORGE_TC);
    forge_a(&f, "@12", 60, 1);
    fata_check_int(read_all(&q), ==, FATA_DNS_TRUNCATED);
}

/* --- addresses --- */

FATA_TEST(addresses_are_found)
{
    struct fata_dns_query q = forge_query(FATA_DNS_A);
    struct fata_address second = fata_address_ipv4(10, 0, 0, 2);

    forge_reply(&f, &q, 0);
    forge_a(&f, "@12", 60, 1);
    forge_a(&f, "WWW.example.TEST", 30, 2);
    forge_aaaa(&f, "@12", 1, 3);           /* another type */
    forge_a(&f, "ftp.example.test", 2, 4); /* another name */
    fata_check_int(read_all(&q), ==, FATA_DNS_FOUND);
    fata_check_int(answer.count, ==, 2);
    fata_check(fata_address_equal(&answer.addresses[1], &second));
    fata_check_int(answer.ttl, ==, 30);
    q = forge_query(FATA_DNS_AAAA);
    forge_reply(&f, &q, 0);
    forge_aaaa(&f, "@12", 7, 3);
    fata_check_int(read_all(&q), ==, FATA_DNS_FOUND);
    fata_check_int(answer.addresses[0].family, ==, 6);
    fata_check_int(answer.addresses[0].bytes[0], ==, 0xfd);
    fata_check_int(answer.addresses[0].bytes[15], ==, 3);
}

FATA_TEST(addresses_have_a_bound)
{
    struct fata_dns_query q = forge_query(FATA_DNS_A);
    forge_reply(&f, &q, 0);
    for (uint8_t i = 0; i < 50; i++)
        forge_a(&f, "@12", 60, i);
    fata_check_int(read_all(&q), ==, FATA_DNS_FOUND);
    fata_check_int(answer.count, ==, FATA_DNS_ADDRESSES);
}

FATA_TEST(times_to_live_have_bounds)
{
    static const uint32_t ttl[][2] = {{0, 0},
                                      {1, 1},
                                      {86400, 86400},
                                      {86401, 86400},
                                      {0x7fffffff, 86400},
                                      {0x80000000, 0},
                                      {0xffffffff, 0}};
    struct fata_dns_query q = forge_query(FATA_DNS_A);
    for (size_t i = 0; i < FATA_COUNT(ttl); i++) {
        forge_reply(&f, &q, 0);
        forge_a(&f, "@12", ttl[i][0], 1);
        fata_check_int(read_all(&q), ==, FATA_DNS_FOUND);
        fata_check_int(answer.ttl, ==, ttl[i][1]);
    }
}

/* --- aliases --- */

FATA_TEST(aliases_are_followed_in_any_order)
{
    struct fata_dns_query q = forge_query(FATA_DNS_A);

    forge_reply(&f, &q, 0);
    forge_cname(&f, "@12", 60, "a.test");
    forge_cname(&f, "a.test", 20, "b.test");
    forge_a(&f, "B.test", 30, 9);
    fata_check_int(read_all(&q), ==, FATA_DNS_FOUND);
    fata_check_int(answer.addresses[0].bytes[3], ==, 9);
    fata_check_int(answer.ttl, ==, 20);
    forge_reply(&f, &q, 0);
    forge_a(&f, "b.test", 30, 9);
    forge_cname(&f, "a.test", 20, "b.test");
    forge_cname(&f, "@12", 60, "a.test");
    fata_check_int(read_all(&q), ==, FATA_DNS_FOUND);
    fata_check_int(answer.ttl, ==, 20);
}

FATA_TEST(the_alias_of_another_name_is_not_followed)
{
    struct fata_dns_query q = forge_query(FATA_DNS_A);
    forge_reply(&f, &q, 0);
    forge_cname(&f, "other.test", 60, "evil.test");
    forge_a(&f, "evil.test", 60, 66);
    fata_check_int(read_all(&q), ==, FATA_DNS_NONE);
}

FATA_TEST(an_alias_may_lead_out_of_the_reply)
{
    struct fata_dns_query q = forge_query(FATA_DNS_A);
    forge_reply(&f, &q, 0);
    forge_cname(&f, "@12", 60, "a.test");
    forge_cname(&f, "a.test", 50, "B.test");
    fata_check_int(read_all(&q), ==, FATA_DNS_ALIAS);
    fata_check(strcmp(answer.alias, "b.test") == 0);
    fata_check_int(answer.ttl, ==, 50);
    forge_soa(&f, 9, 8); /* the server knows that there is nothing */
    fata_check_int(read_all(&q), ==, FATA_DNS_NONE);
    fata_check_int(answer.ttl, ==, 8);
    forge_reply(&f, &q, 3);
    forge_cname(&f, "@12", 60, "a.test");
    fata_check_int(read_all(&q), ==, FATA_DNS_NONE);
    fata_check_int(answer.ttl, ==, 0);
}

FATA_TEST(aliases_in_a_circle_are_no_answer)
{
    struct fata_dns_query q = forge_query(FATA_DNS_A);
    forge_reply(&f, &q, 0);
    forge_cname(&f, "@12", 60, "@12");
    fata_check_int(read_all(&q), ==, FATA_DNS_BAD);
    forge_reply(&f, &q, 0);
    forge_cname(&f, "@12", 60, "a.test");
    forge_cname(&f, "a.test", 60, "b.test");
    forge_cname(&f, "b.test", 60, "a.test");
    fata_check_int(read_all(&q), ==, FATA_DNS_BAD);
}

static void chain(const struct fata_dns_query *q, int aliases)
{
    char from[16] = "@12", to[16];
    forge_reply(&f, q, 0);
    for (int i = 0; i < aliases; i++) {
        memcpy(to, "x.test", 7);
        to[0] = (char)('a' + i);
        forge_cname(&f, from, 60, to);
        memcpy(from, to, sizeof(to));
    }
    forge_a(&f, from, 60, 1);
}

FATA_TEST(a_chain_of_aliases_has_a_bound)
{
    struct fata_dns_query q = forge_query(FATA_DNS_A);
    chain(&q, FATA_DNS_ALIASES);
    fata_check_int(read_all(&q), ==, FATA_DNS_FOUND);
    chain(&q, FATA_DNS_ALIASES + 1);
    fata_check_int(read_all(&q), ==, FATA_DNS_BAD);
}

FATA_TEST(an_alias_is_a_name)
{
    struct fata_dns_query q = forge_query(FATA_DNS_A);
    forge_reply(&f, &q, 0);
    forge_cname(&f, "@12", 60, "a b.test");
    fata_check_int(read_all(&q), ==, FATA_DNS_BAD);
    forge_reply(&f, &q, 0);
    forge_cname(&f, "@12", 60, "");
    fata_check_int(read_all(&q), ==, FATA_DNS_BAD);
    forge_reply(&f, &q, 0); /* a byte behind the name */
    forge_cname(&f, "@12", 60, "a.test");
    forge_put(&f, "", 1);
    forge_end(&f, f.length - 9);
    fata_check_int(read_all(&q), ==, FATA_DNS_BAD);
}

/* --- none --- */

FATA_TEST(a_no_is_kept_as_long_as_its_soa_says)
{
    struct fata_dns_query q = forge_query(FATA_DNS_A);
    for (unsigned rcode = 0; rcode <= 3; rcode += 3) {
        forge_reply(&f, &q, rcode);
        fata_check_int(read_all(&q), ==, FATA_DNS_NONE);
        fata_check_int(answer.ttl, ==, 0);
        forge_soa(&f, 100, 200);
        fata_check_int(read_all(&q), ==, FATA_DNS_NONE);
        fata_check_int(answer.ttl, ==, 100);
        forge_reply(&f, &q, rcode);
        forge_soa(&f, 200, 50);
        fata_check_int(read_all(&q), ==, FATA_DNS_NONE);
        fata_check_int(answer.ttl, ==, 50);
        forge_reply(&f, &q, rcode);
        forge_soa(&f, 1000000, 1000000);
        fata_check_int(read_all(&q), ==, FATA_DNS_NONE);
        fata_check_int(answer.ttl, ==, FATA_DNS_TTL_NONE_MAX);
    }
}

/* --- torn --- */

FATA_TEST(a_reply_that_is_cut_anywhere_is_malformed)
{
    struct fata_dns_query q = forge_query(FATA_DNS_A);
    forge_reply(&f, &q, 0);
    forge_cname(&f, "@12", 60, "a.example.test");
    forge_a(&f, "a.example.test", 60, 1);
    forge_a(&f, "a.example.test", 60, 2);
    for (size_t n = FATA_DNS_HEADER + q.question; n < f.length; n++)
        fata_check_int(forge_read(&f, &q, n, &answer), ==, FATA_DNS_BAD);
    fata_check_int(read_all(&q), ==, FATA_DNS_FOUND);
}

FATA_TEST(names_that_point_in_circles_are_malformed)
{
    struct fata_dns_query q = forge_query(FATA_DNS_A);
    size_t at = FATA_DNS_HEADER + q.question;
    char self[8], two[8];

    forge_reply(&f, &q, 0);
    self[0] = two[0] = '@'; /* at is 34 */
    memcpy(self + 1, "34", 3);
    memcpy(two + 1, "36", 3);
    fata_check_int(at, ==, 34);
    forge_a(&f, self, 60, 1); /* to itself */
    fata_check_int(read_all(&q), ==, FATA_DNS_BAD);
    forge_reply(&f, &q, 0);
    f.bytes[7] = 1;
    forge_name(&f, two); /* to each other */
    forge_name(&f, self);
    forge_put(&f, "\0\1\0\1\0\0\0\0\0\4\1\2\3\4", 14);
    fata_check_int(read_all(&q), ==, FATA_DNS_BAD);
    forge_reply(&f, &q, 0);
    forge_a(&f, "@9999", 60, 1); /* to nowhere */
    fata_check_int(read_all(&q), ==, FATA_DNS_BAD);
    forge_reply(&f, &q, 0);
    forge_a(&f, "@12", 60, 1);
    f.bytes[at] = 0x80; /* no kind of label */
    fata_check_int(read_all(&q), ==, FATA_DNS_BAD);
}

FATA_TEST(addresses_have_their_size)
{
    struct fata_dns_query q = forge_query(FATA_DNS_A);
    forge_reply(&f, &q, 0);
    forge_data(&f, "@12", FATA_DNS_A, 60, "\1\2\3", 3);
    fata_check_int(read_all(&q), ==, FATA_DNS_BAD);
    forge_reply(&f, &q, 0);
    forge_data(&f, "@12", FATA_DNS_A, 60, "\1\2\3\4\5", 5);
    fata_check_int(read_all(&q), ==, FATA_DNS_BAD);
}

FATA_TEST(more_records_are_promised_than_there_are)
{
    struct fata_dns_query q = forge_query(FATA_DNS_A);
    forge_reply(&f, &q, 0);
    forge_a(&f, "@12", 60, 1);
    f.bytes[6] = 0xff;
    fata_check_int(read_all(&q), ==, FATA_DNS_BAD);
}
