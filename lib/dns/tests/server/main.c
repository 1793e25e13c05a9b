/* SPDX-License-Identifier: ISC */
/* The resolver against a name server in the same image, which lies. */
#include <fata/dns.h>
#include <fata/run.h>
#include <fata/test.h>
#include "app.h"
#include "server.h"

enum { PORT = 1234 };

static struct fata_address found[FATA_DNS_ALL_ADDRESSES];

static struct app *app(void)
{
    return fata_test_app;
}

static fata_time_t in(fata_time_t span)
{
    return fata_time_add(fata_now(), span);
}

static int resolve(const char *name)
{
    return fata_dns_resolve(app()->resolver, name, found, FATA_COUNT(found),
                            in(FATA_S(20)));
}

/* The last byte of the `n`th address that was found. */
static int last(int n)
{
    return found[n].bytes[found[n].family == 6 ? 15 : 3];
}

static bool has_ipv6(void)
{
    size_t n = fata_stack_addresses(app()->stack, found, FATA_COUNT(found));
    for (size_t i = 0; i < n && i < FATA_COUNT(found); i++)
        if (found[i].family == 6 && found[i].bytes[0] == 0xfd)
            return true;
    return false;
}

static bool begin(server_says *says)
{
    for (int i = 0; app()->keys.wait_ipv6 && !has_ipv6() && i < 100; i++)
        fata_expect(fata_sleep(FATA_MS(100)) == 0);
    fata_expect(has_ipv6() == app()->keys.wait_ipv6);
    fata_dns_forget(app()->resolver);
    int err = server_start(app()->stack, says);
    fata_expect(err == 0);
    return err == 0;
}

/* 10.0.0.1 and fd00::2, for `ttl` seconds. */
static bool say_both(const struct asked *a, struct forge *f, uint32_t ttl)
{
    forge_reply(f, &a->query, 0);
    if (a->query.type == FATA_DNS_A)
        forge_a(f, "@12", ttl, 1);
    else
        forge_aaaa(f, "@12", ttl, 2);
    return true;
}

static bool says_both(const struct asked *a, struct forge *f)
{
    return say_both(a, f, 60);
}

static bool says_nothing(const struct asked *a, struct forge *f)
{
    (void)a;
    (void)f;
    return false;
}

FATA_TEST(both_families_are_found_and_kept)
{
    fata_check(begin(says_both));
    fata_expect(resolve("name.test") == 2);
    fata_expect(last(0) + last(1) == 3);
    fata_expect(server_asked() == 2);
    fata_expect(resolve("Name.Test.") == 2);
    fata_expect(server_asked() == 2);
    fata_dns_forget(app()->resolver);
    fata_expect(resolve("name.test") == 2);
    fata_expect(server_asked() == 4);
    server_stop();
}

FATA_TEST(the_family_that_goes_further_comes_first)
{
    fata_check(begin(says_both));
    fata_expect(resolve("name.test") == 2);
    fata_expect(found[0].family == (app()->keys.wait_ipv6 ? 6 : 4));
    server_stop();
}

FATA_TEST(what_does_not_fit_is_counted)
{
    fata_check(begin(says_both));
    fata_expect(fata_dns_resolve(app()->resolver, "name.test", found, 1,
                                 in(FATA_S(20))) == 2);
    fata_expect(fata_dns_resolve(app()->resolver, "name.test", NULL, 0,
                                 in(FATA_S(20))) == 2);
    server_stop();
}

static bool says_both_for_no_time(const struct asked *a, struct forge *f)
{
    return say_both(a, f, 0);
}

FATA_TEST(what_lives_for_no_time_is_not_kept)
{
    fata_check(begin(says_both_for_no_time));
    fata_expect(resolve("name.test") == 2);
    fata_expect(resolve("name.test") == 2);
    fata_expect(server_asked() == 4);
    server_stop();
}

static uint32_t no_for; /* seconds; 0: the server does not say */

static bool says_no(const struct asked *a, struct forge *f)
{
    forge_reply(f, &a->query, 3);
    if (no_for > 0)
        forge_soa(f, no_for, no_for);
    return true;
}

FATA_TEST(a_no_is_kept_if_it_says_how_long)
{
    no_for = 1;
    fata_check(begin(says_no));
    fata_expect(resolve("name.test") == FATA_ENOENT);
    fata_expect(resolve("name.test") == FATA_ENOENT);
    fata_expect(server_asked() == 2);
    fata_expect(fata_sleep(FATA_MS(1100)) == 0);
    fata_expect(resolve("name.test") == FATA_ENOENT);
    fata_expect(server_asked() == 4);
    no_for = 0;
    fata_expect(resolve("other.test") == FATA_ENOENT);
    fata_expect(resolve("other.test") == FATA_ENOENT);
    fata_expect(server_asked() == 8);
    server_stop();
}

/* Everything that is not the reply, and only then the reply. */
static bool says_lies_first(const struct asked *a, struct forge *f)
{
    say_both(a, f, 60);
    uint8_t *address = f->bytes + f->length - 1, truth = *address;
    *address = 66;
    f->bytes[0] ^= 1; /* another id */
    server_send(a, f, false);
    f->bytes[0] ^= 1;
    f->bytes[14] ^= 1; /* another name */
    server_send(a, f, false);
    f->bytes[14] ^= 1;
    f->bytes[2] ^= 0x80; /* a query */
    server_send(a, f, false);
    f->bytes[2] ^= 0x80;
    server_send(a, f, true); /* from another port */
    size_t length = f->length;
    f->length = 3;
    server_send(a, f, false);
    f->length = length;
    *address = truth;
    return true;
}

FATA_TEST(forged_replies_are_ignored)
{
    fata_check(begin(says_lies_first));
    fata_expect(resolve("name.test") == 2);
    fata_expect(last(0) + last(1) == 3);
    fata_expect(server_asked() == 2);
    server_stop();
}

static struct asked heard[4];

/* The first attempt's queries are lost. */
static bool says_later(const struct asked *a, struct forge *f)
{
    if (a->number < FATA_COUNT(heard))
        heard[a->number] = *a;
    return a->number >= 2 && say_both(a, f, 60);
}

FATA_TEST(what_is_lost_is_asked_again_from_another_port)
{
    fata_check(begin(says_later));
    fata_expect(resolve("name.test") == 2);
    fata_expect(server_asked() == 4);
    server_stop();
    fata_check(heard[0].port == heard[1].port);
    fata_check(heard[2].port == heard[3].port);
    fata_check(heard[0].port != heard[2].port); /* by chance once in 16384 */
    fata_check(heard[0].port >= 49152 && heard[2].port >= 49152);
    fata_check(memcmp(heard[0].query.bytes, heard[2].query.bytes, 2) != 0 ||
               memcmp(heard[1].query.bytes, heard[3].query.bytes, 2) != 0);
}

static bool says_it_by_tcp(const struct asked *a, struct forge *f)
{
    say_both(a, f, 60);
    if (!a->by_tcp)
        f->bytes[2] |= FORGE_TC >> 8;
    return true;
}

FATA_TEST(what_is_truncated_comes_by_tcp)
{
    fata_check(begin(says_it_by_tcp));
    fata_expect(resolve("name.test") == 2);
    fata_expect(server_asked() == 4);
    server_stop();
}

static bool says_nothing_by_tcp(const struct asked *a, struct forge *f)
{
    return !a->by_tcp && says_it_by_tcp(a, f);
}

static bool says_other_things_by_tcp(const struct asked *a, struct forge *f)
{
    says_it_by_tcp(a, f);
    if (a->by_tcp)
        f->bytes[0] ^= 1;
    return true;
}

FATA_TEST(a_server_can_fail_by_tcp)
{
    fata_check(begin(says_nothing_by_tcp));
    fata_expect(resolve("name.test") == FATA_EIO);
    server_stop();
    fata_check(begin(says_other_things_by_tcp));
    fata_expect(resolve("name.test") == FATA_EIO);
    server_stop();
}

/* Small letters, whatever came. */
static bool says_it_in_small_letters(const struct asked *a, struct forge *f)
{
    struct asked small = *a;
    uint8_t bits[FATA_DNS_ENTROPY];
    memset(bits, 0xff, sizeof(bits));
    memcpy(bits, a->query.bytes, 2);
    fata_dns_query_dress(&small.query, bits);
    return !a->by_tcp && say_both(&small, f, 60);
}

FATA_TEST(a_server_that_changes_letters_is_believed_in_the_end)
{
    fata_check(begin(says_it_in_small_letters));
    fata_expect(resolve("abcdefghijklmnopqrstuvwxyz.test") == 2);
    server_stop();
}

static bool says_an_alias(const struct asked *a, struct forge *f)
{
    if (a->number >= 2)
        return say_both(a, f, 60);
    forge_reply(f, &a->query, 0);
    forge_cname(f, "@12", 60, "other.test");
    return true;
}

FATA_TEST(an_alias_alone_is_followed)
{
    fata_check(begin(says_an_alias));
    fata_expect(resolve("name.test") == 2);
    fata_expect(server_asked() == 4);
    server_stop();
}

static bool says_it_is_itself(const struct asked *a, struct forge *f)
{
    forge_reply(f, &a->query, 0);
    forge_cname(f, "@12", 60, a->number % 4 < 2 ? "a.test" : "b.test");
    return true;
}

FATA_TEST(aliases_in_a_circle_end)
{
    fata_check(begin(says_it_is_itself));
    fata_expect(resolve("name.test") == FATA_EPROTO);
    fata_expect(server_asked() == 2 * (FATA_DNS_ALIASES + 1));
    server_stop();
}

/* One family is refused, the other one has an address. */
static bool says_half(const struct asked *a, struct forge *f)
{
    if (a->query.type == FATA_DNS_A)
        return say_both(a, f, 60);
    forge_reply(f, &a->query, 2);
    return true;
}

FATA_TEST(one_family_is_enough)
{
    fata_check(begin(says_half));
    fata_expect(resolve("name.test") == 1);
    fata_expect(resolve("name.test") == 1);
    fata_expect(server_asked() == 2);
    server_stop();
}

static bool refuses(const struct asked *a, struct forge *f)
{
    forge_reply(f, &a->query, 5);
    return true;
}

FATA_TEST(a_refusal_is_not_kept)
{
    fata_check(begin(refuses));
    fata_expect(resolve("name.test") == FATA_EIO);
    fata_expect(resolve("name.test") == FATA_EIO);
    fata_expect(server_asked() == 4);
    server_stop();
}

/* --- many askers --- */

static int results[8];

static int ask(void *arg)
{
    int *result = arg;
    *result = resolve("name.test");
    return 0;
}

static int ask_in_vain(void *arg)
{
    int *result = arg;
    *result = fata_dns_resolve(app()->resolver, "name.test", found, 1,
                               in(FATA_MS(20)));
    return 0;
}

FATA_TEST(all_who_ask_share_one_lookup)
{
    struct fata_scope scope;
    fata_check(begin(says_both));
    fata_scope_open(&scope);
    for (int i = 0; i < 8; i++)
        fata_expect(fata_scope_spawn(&scope, ask, &results[i]) == 0);
    fata_expect(fata_scope_close(&scope) == 0);
    for (int i = 0; i < 8; i++)
        fata_expect(results[i] == 2);
    fata_expect(server_asked() == 2);
    server_stop();
}

/* The first three drive the lookup one after the other: one gives up, two are
 * cancelled; the fourth has the answer. */
FATA_TEST(who_drives_a_lookup_may_leave)
{
    struct fata_scope scope, cancelled;
    fata_check(begin(says_later));
    fata_scope_open(&scope);
    fata_scope_open(&cancelled);
    fata_expect(fata_scope_spawn(&scope, ask_in_vain, &results[0]) == 0);
    fata_expect(fata_scope_spawn(&cancelled, ask, &results[1]) == 0);
    fata_expect(fata_scope_spawn(&cancelled, ask, &results[2]) == 0);
    fata_expect(fata_scope_spawn(&scope, ask, &results[3]) == 0);
    fata_expect(fata_sleep(FATA_MS(60)) == 0);
    fata_scope_cancel(&cancelled);
    fata_expect(fata_scope_close(&cancelled) == 0);
    fata_expect(fata_scope_close(&scope) == 0);
    fata_expect(results[0] == FATA_ETIMEDOUT);
    fata_expect(results[1] == FATA_ECANCELED);
    fata_expect(results[2] == FATA_ECANCELED);
    fata_expect(results[3] == 2);
    fata_expect(server_asked() == 4);
    server_stop();
}

FATA_TEST(all_may_leave)
{
    struct fata_scope scope;
    fata_check(begin(says_nothing));
    fata_scope_open(&scope);
    for (int i = 0; i < 4; i++)
        fata_expect(fata_scope_spawn(&scope, ask_in_vain, &results[i]) == 0);
    fata_expect(fata_scope_close(&scope) == 0);
    for (int i = 0; i < 4; i++)
        fata_expect(results[i] == FATA_ETIMEDOUT);
    server_stop();
    fata_check(begin(says_both)); /* nothing is left of it */
    fata_expect(resolve("name.test") == 2);
    fata_expect(server_asked() == 2);
    server_stop();
}

/* --- connecting --- */

/* Addresses 10.99.0.X in the order of the list; no IPv6 - and no answer about
 * it, where that is wanted. */
static uint8_t hosts[4];
static bool silent_about_ipv6;

static bool says_hosts(const struct asked *a, struct forge *f)
{
    forge_reply(f, &a->query, 0);
    if (a->query.type != FATA_DNS_A)
        return !silent_about_ipv6;
    for (size_t i = 0; i < FATA_COUNT(hosts) && hosts[i] != 0; i++) {
        uint8_t address[] = {10, 99, 0, hosts[i]};
        forge_data(f, "@12", FATA_DNS_A, 60, address, sizeof(address));
    }
    return true;
}

/* Connects to name.test.  Returns the last byte of the address, or an error.
 * took  returned, ms */
static int join(uint16_t port, fata_time_t span, unsigned *took)
{
    struct fata_flow *flow;
    struct fata_address peer;
    fata_time_t began = fata_now();
    int err =
        fata_dns_connect(app()->resolver, "name.test", port, &flow, in(span));
    *took = (unsigned)((fata_now() - began) / 1000000);
    if (err != 0)
        return err;
    fata_stack_peer(flow, &peer, NULL);
    fata_flow_close(flow);
    return peer.bytes[3];
}

static bool begin_hosts(uint8_t a, uint8_t b, uint8_t c, bool silent,
                        struct fata_listener **listener)
{
    hosts[0] = a;
    hosts[1] = b;
    hosts[2] = c;
    silent_about_ipv6 = silent;
    fata_expect(fata_stack_listen(app()->stack, PORT, 8, listener) == 0);
    return begin(says_hosts);
}

FATA_TEST(a_connection_to_a_name)
{
    struct fata_listener *listener;
    unsigned took;
    fata_check(begin_hosts(2, 0, 0, false, &listener));
    fata_expect(join(PORT, FATA_S(10), &took) == 2);
    fata_expect(join(PORT + 1, FATA_S(10), &took) == FATA_ECONNREFUSED);
    server_stop();
    fata_listener_close(listener);
}

FATA_TEST(dead_addresses_are_passed_by)
{
    struct fata_listener *listener;
    unsigned took;
    fata_check(begin_hosts(77, 78, 2, false, &listener));
    fata_expect(join(PORT, FATA_S(10), &took) == 2);
    fata_expect(took >= 500);
    server_stop();
    fata_listener_close(listener);
}

/* Also the ones whose attempts are cut short. */
FATA_TEST(a_connection_has_a_deadline)
{
    struct fata_listener *listener;
    unsigned took;
    fata_check(begin_hosts(77, 78, 79, false, &listener));
    fata_expect(join(PORT, FATA_MS(700), &took) == FATA_ETIMEDOUT);
    fata_expect(took >= 700);
    server_stop();
    fata_listener_close(listener);
}

FATA_TEST(one_family_does_not_wait_for_the_other)
{
    struct fata_listener *listener;
    unsigned took;
    fata_check(begin_hosts(2, 0, 0, true, &listener));
    fata_expect(join(PORT, FATA_S(10), &took) == 2);
    fata_expect(took < 900); /* the query that is lost takes a second */
    server_stop();
    fata_listener_close(listener);
}

/* Somebody else's lookup ends after the connect has joined it, and before the
 * connect's own fiber has looked at it: the last reply is on its way when the
 * connect begins. */
static struct fata_scope *late;

static int join_late(void *arg)
{
    unsigned took;
    int *result = arg;
    *result = join(PORT, FATA_S(3), &took);
    return 0;
}

static bool says_hosts_and_spawns(const struct asked *a, struct forge *f)
{
    says_hosts(a, f);
    if (a->number != 1)
        return true;
    server_send(a, f, false);
    fata_expect(fata_scope_spawn(late, join_late, &results[0]) == 0);
    return false;
}

FATA_TEST(a_connect_may_come_when_its_lookup_ends)
{
    struct fata_listener *listener;
    struct fata_scope scope;
    hosts[0] = 2;
    hosts[1] = 0;
    silent_about_ipv6 = false;
    fata_check_int(fata_stack_listen(app()->stack, PORT, 8, &listener), ==, 0);
    fata_scope_open(&scope);
    late = &scope;
    fata_check(begin(says_hosts_and_spawns));
    fata_expect(resolve("name.test") == 1);
    server_stop();
    fata_expect(fata_scope_close(&scope) == 0);
    fata_listener_close(listener);
    fata_check_int(results[0], ==, 2);
}

FATA_TEST(no_name_no_connection)
{
    struct fata_flow *flow;
    unsigned took;
    no_for = 0;
    fata_check(begin(says_no));
    fata_expect(join(PORT, FATA_S(10), &took) == FATA_ENOENT);
    fata_expect(fata_dns_connect(app()->resolver, "a..b", PORT, &flow,
                                 in(FATA_S(1))) == FATA_EINVAL);
    fata_expect(fata_dns_connect(app()->resolver, "name.test", 0, &flow,
                                 in(FATA_S(1))) == FATA_EINVAL);
    server_stop();
}

static int join_in_vain(void *arg)
{
    unsigned took;
    int *result = arg;
    *result = join(PORT, FATA_S(10), &took);
    return 0;
}

FATA_TEST(a_connect_can_be_cancelled)
{
    struct fata_listener *listener;
    struct fata_scope scope;
    fata_check(begin_hosts(77, 78, 79, false, &listener));
    fata_scope_open(&scope);
    fata_expect(fata_scope_spawn(&scope, join_in_vain, &results[0]) == 0);
    fata_expect(fata_sleep(FATA_MS(400)) == 0);
    fata_scope_cancel(&scope);
    fata_expect(fata_scope_close(&scope) == 0);
    fata_expect(results[0] == FATA_ECANCELED);
    server_stop();
    fata_listener_close(listener);
}

/* --- other records --- */

static bool says_records(const struct asked *a, struct forge *f)
{
    forge_reply(f, &a->query, 0);
    size_t begin = forge_begin(f, 6, "@12", a->query.type, 60);
    if (a->query.type == FATA_DNS_TXT) {
        forge_put(f, "\2hi", 3);
    } else {
        if (a->query.type != FATA_DNS_PTR)
            forge_put16(f, 7);
        if (a->query.type == FATA_DNS_SRV)
            forge_put32(f, 0x00080009);
        forge_name(f, "host.test");
    }
    forge_end(f, begin);
    return true;
}

FATA_TEST(other_records_are_found)
{
    struct fata_dns_place p;
    struct fata_address a = fata_address_ipv4(10, 0, 0, 1);
    char text[8], name[FATA_DNS_NAME];
    struct fata_dns *dns = app()->resolver;
    fata_time_t soon = in(FATA_S(20));

    fata_check(begin(says_records));
    fata_expect(fata_dns_services(dns, "_a._tcp.test", &p, 1, soon) == 1);
    fata_expect(p.priority == 7 && p.weight == 8 && p.port == 9);
    fata_expect(strcmp(p.host, "host.test") == 0);
    fata_expect(fata_dns_mail(dns, "name.test", &p, 1, soon) == 1);
    fata_expect(p.priority == 7 && strcmp(p.host, "host.test") == 0);
    fata_expect(fata_dns_text(dns, "name.test", text, 8, soon) == 3);
    fata_expect(strcmp(text, "hi") == 0);
    fata_expect(fata_dns_reverse(dns, &a, name, soon) == 0);
    fata_expect(strcmp(name, "host.test") == 0);
    fata_expect(server_asked() == 4);
    server_stop();
}

/* --- at random --- */

static uint32_t random_state = 1;

static unsigned random_below(unsigned bound)
{
    random_state = random_state * 1103515245 + 12345;
    return (random_state >> 16) % bound;
}

/* A good reply with a few bytes that are not. */
static bool says_anything(const struct asked *a, struct forge *f)
{
    switch (random_below(4)) {
    case 0:
        says_an_alias(a, f);
        break;
    case 1:
        says_records(a, f);
        break;
    default:
        say_both(a, f, 60);
    }
    for (unsigned n = random_below(4); n > 0; n--)
        f->bytes[2 + random_below((unsigned)f->length - 2)] =
            (uint8_t)random_below(256);
    if (random_below(8) == 0)
        f->length -= random_below((unsigned)f->length - 20);
    return random_below(16) != 0;
}

FATA_TEST(any_reply_ends_a_lookup)
{
    fata_check(begin(says_anything));
    for (int i = 0; i < 300; i++) {
        fata_dns_forget(app()->resolver);
        int n = fata_dns_resolve(app()->resolver, "name.test", found,
                                 FATA_COUNT(found), in(FATA_MS(10)));
        fata_expect(n != 0 && n <= (int)FATA_COUNT(found));
    }
    server_stop();
}
