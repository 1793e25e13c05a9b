/* SPDX-License-Identifier: ISC */
/* Whom a lookup asks, and when: the test is the network, time is a number. */
#include <fata/dns_lookup.h>
#include <fata/test.h>
#include "forge.h"

static struct fata_dns_lookup l;
static struct fata_dns_step step;
static struct forge f;
static fata_time_t now;
static struct fata_address servers[FATA_DNS_SERVERS];
static uint8_t entropy[FATA_DNS_ENTROPY];

static void begin(unsigned types, unsigned server_count)
{
    static const uint16_t type[] = {FATA_DNS_AAAA, FATA_DNS_A};
    now = FATA_S(1000);
    for (int i = 0; i < FATA_DNS_SERVERS; i++)
        servers[i] = fata_address_ipv4(10, 0, 0, (uint8_t)(i + 1));
    fata_expect(fata_dns_lookup_start(&l, "www.example.test", type, types,
                                      servers, server_count, 0, now) == 0);
}

/* The next step; each has an id of its own. */
static enum fata_dns_next next(void)
{
    entropy[1]++;
    return fata_dns_lookup_next(&l, now, entropy, &step);
}

static unsigned asked(void)
{
    return step.server->bytes[3];
}

/* A reply to question number `i`, from the server that is asked. */
static void reply(int i, unsigned flags)
{
    forge_reply(&f, &l.question[i].query, flags);
}

static void found(int i)
{
    reply(i, 0);
    if (l.question[i].query.type == FATA_DNS_A)
        forge_a(&f, "@12", 60, 1);
    else
        forge_aaaa(&f, "@12", 60, 1);
}

static struct fata_dns_question *arrives(void)
{
    return fata_dns_lookup_datagram(&l, &servers[l.server], FATA_DNS_PORT,
                                    f.bytes, f.length, now);
}

/* Both questions have been sent, and it waits. */
static bool both_sent(void)
{
    return next() == FATA_DNS_SEND && step.fresh && next() == FATA_DNS_SEND &&
           !step.fresh && next() == FATA_DNS_RECEIVE;
}

FATA_TEST(both_families_are_asked_for_at_once)
{
    begin(2, 1);
    fata_check_int(next(), ==, FATA_DNS_SEND);
    fata_check(step.fresh);
    fata_check_int(step.length, ==, 12 + 22 + 11);
    fata_check_int(((const uint8_t *)step.data)[31], ==, FATA_DNS_AAAA);
    fata_check_int(next(), ==, FATA_DNS_SEND);
    fata_check(!step.fresh);
    fata_check_int(((const uint8_t *)step.data)[31], ==, FATA_DNS_A);
    fata_check(
        memcmp(l.question[0].query.bytes, l.question[1].query.bytes, 2) != 0);
    fata_check_int(next(), ==, FATA_DNS_RECEIVE);
    fata_check_int(step.deadline - now, ==, FATA_S(1));
    found(1);
    fata_check(arrives() == &l.question[1]);
    fata_check(l.question[1].done && !l.question[0].done);
    fata_check_int(next(), ==, FATA_DNS_RECEIVE);
    found(0);
    fata_check(arrives() == &l.question[0]);
    fata_check_int(next(), ==, FATA_DNS_END);
    for (int i = 0; i < 2; i++) {
        fata_check_int(l.question[i].error, ==, 0);
        fata_check_int(l.question[i].answer.count, ==, 1);
    }
    fata_check_int(l.sent, ==, 2);
}

FATA_TEST(a_server_that_is_silent_is_left_and_comes_again)
{
    static const unsigned wait[] = {1, 1, 2, 2, 4, 4};
    begin(2, 2);
    for (unsigned i = 0; i < FATA_COUNT(wait); i++) {
        fata_check(both_sent());
        fata_check_int(asked(), ==, i % 2 + 1);
        fata_check_int(step.deadline - now, ==, FATA_S(wait[i]));
        now = step.deadline;
    }
    fata_check_int(next(), ==, FATA_DNS_END);
    fata_check_int(l.question[0].error, ==, FATA_ETIMEDOUT);
    fata_check_int(l.question[1].error, ==, FATA_ETIMEDOUT);
}

FATA_TEST(only_what_is_not_answered_is_asked_again)
{
    begin(2, 2);
    fata_check(both_sent());
    found(0);
    (void)arrives();
    now += FATA_S(1);
    fata_check_int(next(), ==, FATA_DNS_SEND);
    fata_check(step.fresh);
    fata_check_int(asked(), ==, 2);
    fata_check_int(next(), ==, FATA_DNS_RECEIVE);
    /* With addresses of one family two attempts are enough. */
    now = step.deadline;
    fata_check_int(next(), ==, FATA_DNS_END);
    fata_check_int(l.question[0].error, ==, 0);
    fata_check_int(l.question[1].error, ==, FATA_ETIMEDOUT);
}

FATA_TEST(strangers_are_not_heard)
{
    struct fata_address other = fata_address_ipv4(10, 0, 0, 2);
    begin(2, 2);
    fata_check(both_sent());
    found(0);
    fata_check(fata_dns_lookup_datagram(&l, &other, FATA_DNS_PORT, f.bytes,
                                        f.length, now) == NULL);
    fata_check(fata_dns_lookup_datagram(&l, &servers[0], 54, f.bytes, f.length,
                                        now) == NULL);
    f.bytes[1] ^= 0x40; /* the id */
    fata_check(arrives() == NULL);
    f.bytes[1] ^= 0x40;
    f.bytes[14] ^= 1; /* the name */
    fata_check(arrives() == NULL);
    f.bytes[14] ^= 1;
    for (size_t n = 0; n < 12; n++)
        fata_check(fata_dns_lookup_datagram(&l, &servers[0], FATA_DNS_PORT,
                                            f.bytes, n, now) == NULL);
    fata_check_int(next(), ==, FATA_DNS_RECEIVE);
    fata_check(arrives() == &l.question[0]);
    fata_check(arrives() == NULL); /* a second time */
}

FATA_TEST(a_reply_to_an_attempt_before_is_not_heard)
{
    begin(1, 1);
    fata_check_int(next(), ==, FATA_DNS_SEND);
    found(0);
    now += FATA_S(1);
    fata_check_int(next(), ==, FATA_DNS_SEND);
    fata_check(step.fresh);
    fata_check(arrives() == NULL);
    found(0);
    fata_check(arrives() != NULL);
}

FATA_TEST(a_server_that_refuses_is_left_at_once)
{
    begin(2, 2);
    fata_check(both_sent());
    reply(0, 2);
    (void)arrives();
    fata_check_int(next(), ==, FATA_DNS_RECEIVE); /* the other one may come */
    reply(1, 5);
    (void)arrives();
    fata_check(both_sent());
    fata_check_int(asked(), ==, 2);
    found(0);
    (void)arrives();
    reply(1, 2);
    (void)arrives();
    fata_check_int(next(), ==, FATA_DNS_END);
    fata_check_int(l.question[0].error, ==, 0);
    fata_check_int(l.question[1].error, ==, FATA_EIO);
    fata_check_int(l.sent, ==, 4);
}

FATA_TEST(a_malformed_reply_is_a_refusal)
{
    begin(1, 1);
    fata_check_int(next(), ==, FATA_DNS_SEND);
    found(0);
    f.length--;
    fata_check(arrives() != NULL);
    fata_check_int(next(), ==, FATA_DNS_END);
    fata_check_int(l.question[0].error, ==, FATA_EIO);
}

FATA_TEST(what_is_truncated_is_asked_by_tcp)
{
    begin(1, 2);
    fata_check_int(next(), ==, FATA_DNS_SEND);
    reply(0, FORGE_TC);
    (void)arrives();
    fata_check_int(next(), ==, FATA_DNS_CONNECT);
    fata_check_int(asked(), ==, 1);
    fata_check_int(step.deadline - now, ==, FATA_S(5));
    found(0);
    fata_check(fata_dns_lookup_message(&l, f.bytes, f.length, now) ==
               &l.question[0]);
    fata_check_int(next(), ==, FATA_DNS_END);
    fata_check_int(l.question[0].error, ==, 0);
}

FATA_TEST(what_goes_wrong_by_tcp_is_a_refusal)
{
    for (int how = 0; how < 3; how++) {
        begin(1, 2);
        fata_check_int(next(), ==, FATA_DNS_SEND);
        reply(0, FORGE_TC);
        (void)arrives();
        fata_check_int(next(), ==, FATA_DNS_CONNECT);
        reply(0, FORGE_TC); /* truncated, again */
        if (how == 0)
            fata_dns_lookup_broken(&l, now);
        else if (how == 1)
            (void)fata_dns_lookup_message(&l, f.bytes, 5, now);
        else
            (void)fata_dns_lookup_message(&l, f.bytes, f.length, now);
        fata_check_int(next(), ==, FATA_DNS_SEND);
        fata_check_int(asked(), ==, 2);
    }
}

FATA_TEST(a_server_that_changes_letters_is_asked_by_tcp)
{
    begin(1, 1);
    fata_check_int(next(), ==, FATA_DNS_SEND);
    found(0);
    f.bytes[13] ^= 0x20;
    fata_check(arrives() == &l.question[0]);
    fata_check(!l.question[0].done);
    fata_check_int(next(), ==, FATA_DNS_CONNECT);
    found(0);
    f.bytes[13] ^= 0x20;
    (void)fata_dns_lookup_message(&l, f.bytes, f.length, now);
    fata_check_int(next(), ==, FATA_DNS_END);
    fata_check_int(l.question[0].error, ==, 0);
}

FATA_TEST(a_server_that_changes_letters_without_tcp_gets_small_ones)
{
    for (int again = 0; again < 2; again++) {
        begin(1, 1);
        fata_check_int(next(), ==, FATA_DNS_SEND);
        found(0);
        f.bytes[13] ^= 0x20;
        (void)arrives();
        fata_check_int(next(), ==, FATA_DNS_CONNECT);
        fata_dns_lookup_broken(&l, now);
        fata_check_int(next(), ==, FATA_DNS_SEND);
        fata_check(memcmp((const uint8_t *)step.data + 12,
                          "\3www\7example\4test", 17) == 0);
        found(0);
        if (again == 1)
            f.bytes[13] ^= 0x20;
        (void)arrives();
        fata_check_int(next(), ==, FATA_DNS_END);
        fata_check_int(l.question[0].error, ==, again == 0 ? 0 : FATA_EIO);
    }
}

FATA_TEST(who_answered_is_known)
{
    begin(2, 3);
    fata_check(both_sent());
    now = step.deadline;
    fata_check(both_sent());
    found(0);
    (void)arrives();
    now += FATA_S(1);
    fata_check_int(next(), ==, FATA_DNS_END); /* two attempts: enough */
    fata_check_int(l.answered, ==, 1);
}

FATA_TEST(an_old_server_is_asked_without_edns)
{
    begin(1, 1);
    fata_check_int(next(), ==, FATA_DNS_SEND);
    size_t length = step.length;
    reply(0, 1);
    (void)arrives();
    fata_check_int(next(), ==, FATA_DNS_SEND);
    fata_check_int(step.length, ==, length - 11);
    found(0);
    (void)arrives();
    fata_check_int(next(), ==, FATA_DNS_END);
    fata_check_int(l.question[0].error, ==, 0);
}

FATA_TEST(an_alias_is_asked_for)
{
    begin(1, 1);
    fata_check_int(next(), ==, FATA_DNS_SEND);
    reply(0, 0);
    forge_cname(&f, "@12", 20, "other.test");
    (void)arrives();
    fata_check_int(next(), ==, FATA_DNS_SEND);
    fata_check_int(((const uint8_t *)step.data)[12], ==, 5);
    found(0);
    (void)arrives();
    fata_check_int(next(), ==, FATA_DNS_END);
    fata_check_int(l.question[0].answer.ttl, ==, 20);
}

FATA_TEST(aliases_from_reply_to_reply_have_a_bound)
{
    begin(1, 1);
    for (int i = 0; i <= FATA_DNS_ALIASES; i++) {
        fata_check_int(next(), ==, FATA_DNS_SEND);
        reply(0, 0);
        forge_cname(&f, "@12", 20, i % 2 == 0 ? "b.test" : "a.test");
        (void)arrives();
    }
    fata_check_int(next(), ==, FATA_DNS_END);
    fata_check_int(l.question[0].error, ==, FATA_EPROTO);
}

FATA_TEST(there_is_no_such_name)
{
    begin(2, 2);
    fata_check(both_sent());
    for (int i = 0; i < 2; i++) {
        reply(i, 3);
        forge_soa(&f, 77, 100);
        (void)arrives();
        fata_check_int(l.question[i].error, ==, FATA_ENOENT);
        fata_check_int(l.question[i].answer.ttl, ==, 77);
    }
    fata_check_int(next(), ==, FATA_DNS_END);
}

/* Whatever comes, it ends: a reply of every kind, at random. */
FATA_TEST(every_lookup_ends)
{
    uint32_t random = 1;
    for (int run = 0; run < 2000; run++) {
        int steps = 0;
        begin(2, 1 + (unsigned)run % FATA_DNS_SERVERS);
        for (enum fata_dns_next what = next(); what != FATA_DNS_END;
             what = next()) {
            random = random * 1103515245 + 12345;
            int i = random >> 30 & 1;
            unsigned kind = random >> 16 & 15;
            fata_check(++steps < 500);
            reply(i, kind < 6 ? kind : 0);
            if (kind == 6 || kind == 7)
                forge_cname(&f, "@12", 60, "b.test");
            if (kind == 8)
                found(i);
            if (kind == 9)
                reply(i, FORGE_TC);
            if (kind == 10)
                f.bytes[13] ^= 0x20;
            if (what == FATA_DNS_CONNECT && kind == 11)
                fata_dns_lookup_broken(&l, now);
            else if (what == FATA_DNS_CONNECT)
                (void)fata_dns_lookup_message(&l, f.bytes, f.length, now);
            else if (what == FATA_DNS_RECEIVE && kind > 11)
                now = step.deadline;
            else if (what == FATA_DNS_RECEIVE)
                (void)arrives();
        }
        fata_check(l.question[0].done && l.question[1].done);
    }
}
