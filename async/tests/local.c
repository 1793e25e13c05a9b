/* SPDX-License-Identifier: ISC */
/* Locals, and the chains that doings make of errors. */
#include "world.h"

#include <fata/error.h>

static const char key, other_key;
static char one[] = "one", two[] = "two";

static int sees(void *arg)
{
    fata_expect(fata_local_get(&key) == arg);
    fata_expect(fata_yield() == 0);
    fata_expect(fata_local_get(&key) == arg);
    return 0;
}

/* A child has its own bindings above those of who started it. */
static int hides(void *arg)
{
    struct fata_local local;
    struct fata_scope scope;
    fata_local_bind(&local, &key, two);
    fata_scope_open(&scope);
    fata_expect(fata_scope_spawn(&scope, sees, two) == 0);
    fata_expect(fata_scope_close(&scope) == 0);
    fata_local_unbind(&local);
    return sees(arg);
}

static int binds(void *arg)
{
    struct fata_local local, other, again;
    struct fata_scope before, after;
    (void)arg;
    fata_expect(fata_local_get(&key) == NULL);
    fata_scope_open(&before);
    fata_local_bind(&local, &key, one);
    fata_local_bind(&other, &other_key, two);
    fata_scope_open(&after);
    fata_expect(fata_scope_spawn(&before, sees, NULL) == 0);
    fata_expect(fata_scope_spawn(&after, sees, one) == 0);
    fata_expect(fata_scope_spawn(&after, hides, one) == 0);
    fata_local_bind(&again, &key, two);
    fata_expect(fata_local_get(&key) == two);
    fata_expect(fata_scope_spawn(&after, sees, one) == 0); /* as at the open */
    fata_expect(fata_yield() == 0);
    fata_local_unbind(&again);
    fata_expect(fata_scope_close(&after) == 0);
    fata_expect(fata_local_get(&key) == one);
    fata_expect(fata_local_get(&other_key) == two);
    fata_local_unbind(&other);
    fata_local_unbind(&local);
    fata_expect(fata_local_get(&key) == NULL);
    return fata_scope_close(&before);
}

FATA_TEST(locals_are_seen_by_the_fibers_of_scopes_opened_in_between)
{
    world();
    fata_check(fata_local_get(&key) == NULL);
    fata_check_int(run(binds, NULL), ==, 0);
    fata_check(fata_local_get(&key) == NULL);
}

/* Misuse. */

static int unbinds_wrong(void *arg)
{
    struct fata_local a, b;
    (void)arg;
    fata_local_bind(&a, &key, one);
    fata_local_bind(&b, &key, two);
    fata_local_unbind(&a);
    return 0;
}

static int returns_bound(void *arg)
{
    static struct fata_local local;
    (void)arg;
    fata_local_bind(&local, &key, one);
    return 0;
}

static int closes_bound(void *arg)
{
    struct fata_local local;
    struct fata_scope scope;
    (void)arg;
    fata_scope_open(&scope);
    fata_local_bind(&local, &key, one);
    (void)!fata_scope_close(&scope);
    fata_local_unbind(&local);
    return 0;
}

static int unbinds_early(void *arg)
{
    struct fata_local local;
    struct fata_scope scope;
    (void)arg;
    fata_local_bind(&local, &key, one);
    fata_scope_open(&scope);
    fata_local_unbind(&local);
    return fata_scope_close(&scope);
}

static fata_fiber_fn *misuse;

static void misuses(void)
{
    (void)run(misuse, NULL);
}

static void binds_outside(void)
{
    (void)binds(NULL);
}

FATA_TEST(misuse_of_locals_panics)
{
    static fata_fiber_fn *const all[] = {unbinds_wrong, returns_bound,
                                         closes_bound, unbinds_early};
    if (!CAN_FORK)
        fata_skip("needs fork");
    world();
    for (size_t i = 0; i < FATA_COUNT(all); i++) {
        misuse = all[i];
        if (!panics(misuses))
            fata_check_int(i, ==, -1);
    }
    fata_check(panics(binds_outside));
}

/* Doings. */

static int does(const char *text, int result)
{
    struct fata_doing doing;
    fata_doing_begin(&doing, text);
    return fata_doing_end(&doing, result);
}

static int reads(void *arg)
{
    struct fata_scope scope;
    struct fata_doing doing;
    int err;
    (void)arg;
    fata_doing_begin(&doing, "reading request");
    fata_scope_open(&scope);
    err = fata_sleep_until(10);
    if (err == 0)
        err = FATA_ECONNRESET;
    (void)!fata_scope_close(&scope);
    return fata_doing_end(&doing, err);
}

static int serves(void *arg)
{
    struct fata_scope scope;
    struct fata_doing doing;
    (void)arg;
    fata_doing_begin(&doing, "serving 10.0.0.7");
    fata_scope_open(&scope);
    fata_expect(fata_scope_spawn(&scope, reads, NULL) == 0);
    return fata_doing_end(&doing, fata_scope_close(&scope));
}

/* What is told of the failure of fn(arg). */
static const char *told(fata_fiber_fn *fn, void *arg)
{
    static struct fata_root root;
    root_error = 0;
    if (fata_root_start(&root, &sched, FATA_SPAWN("root"), fn, arg, root_done) <
        0)
        return "not started";
    run_until(FATA_NEVER);
    if (!nothing_left() || fata_scope_failures(&root.scope) != 1)
        return "not ended, or not failed";
    return fata_scope_failure(&root.scope, 0)->text;
}

FATA_TEST(a_failure_tells_what_was_being_done)
{
    world();
    fata_check(
        strcmp(told(serves, NULL), "serving 10.0.0.7: reading request") == 0);
    fata_check_int(root_error, ==, FATA_ECONNRESET);
}

static int fails(void *arg)
{
    (void)arg;
    return FATA_EIO;
}

static int serves_a_silent_one(void *arg)
{
    struct fata_scope scope;
    struct fata_doing doing;
    (void)arg;
    fata_doing_begin(&doing, "serving");
    fata_scope_open(&scope);
    fata_expect(
        fata_scope_spawn_with(&scope, FATA_SPAWN("worker"), fails, NULL) == 0);
    return fata_doing_end(&doing, fata_scope_close(&scope));
}

FATA_TEST(a_fiber_that_says_nothing_is_told_by_its_name)
{
    world();
    fata_check(strcmp(told(serves_a_silent_one, NULL), "serving: worker") == 0);
    fata_check(strcmp(told(fails, NULL), "") == 0);
}

static int long_chain(void *arg)
{
    struct fata_doing doing;
    char *text = arg;
    fata_doing_begin(&doing, text);
    if (*text != '\0' && text[1] != '\0')
        return fata_doing_end(&doing, long_chain(text + 1));
    return fata_doing_end(&doing, FATA_EIO);
}

static int says(void *arg)
{
    return does(arg, FATA_EIO);
}

FATA_TEST(a_chain_is_cut_at_its_end)
{
    static char text[] = "abcdefghijklmnopqrstuvwxyz";
    static char longest[2 * FATA_DOING_TEXT];
    world();
    const char *got = told(long_chain, text);
    fata_check_int(strlen(got), ==, FATA_DOING_TEXT - 1);
    fata_check(memcmp(got, "abcdefghijklmnopqrstuvwxyz: bcdefg", 34) == 0);
    memset(longest, 'x', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    got = told(says, longest);
    fata_check_int(strlen(got), ==, FATA_DOING_TEXT - 1);
}

/* Another code is another error: what was told of the first is forgotten. */

static int tries(void *arg)
{
    struct fata_doing doing;
    fata_doing_begin(&doing, "serving");
    (void)does("connecting", FATA_ECONNREFUSED); /* tries something else */
    (void)does("sending", *(int *)arg);
    return fata_doing_end(&doing, FATA_ETIMEDOUT);
}

static int tries_and_returns(void *arg)
{
    (void)does("connecting", *(int *)arg);
    return FATA_ETIMEDOUT;
}

FATA_TEST(an_old_error_is_not_mixed_into_a_new_one)
{
    int other = FATA_EIO, same = FATA_ETIMEDOUT;
    world();
    fata_check(strcmp(told(tries, &other), "serving") == 0);
    fata_check(strcmp(told(tries, &same), "serving: sending") == 0);
    fata_check(strcmp(told(tries_and_returns, &other), "") == 0);
    fata_check(strcmp(told(tries_and_returns, &same), "connecting") == 0);
}

/* Nor one of a fiber that had the same descriptor. */
static int handles(void *arg)
{
    (void)does("handled", FATA_EIO);
    *(void **)arg = fata_fiber_self();
    return 0;
}

static int fails_on(void *arg)
{
    fata_expect(fata_fiber_self() == *(void **)arg);
    return FATA_EIO;
}

static int reuses(void *arg)
{
    struct fata_scope scope;
    void *first = NULL;
    (void)arg;
    fata_scope_open(&scope);
    fata_expect(fata_scope_spawn(&scope, handles, &first) == 0);
    fata_expect(fata_yield() == 0);
    fata_expect(fata_scope_spawn(&scope, fails_on, &first) == 0);
    int err = fata_scope_close(&scope);
    fata_expect(fata_scope_failure(&scope, 0)->text[0] == '\0');
    return err;
}

FATA_TEST(a_fiber_does_not_tell_what_another_did)
{
    world();
    fata_check(strcmp(told(reuses, NULL), "fails_on") == 0);
}

/* One that is told in a fiber that is cancelled then. */
static int collects(void *arg)
{
    struct fata_failure others[1];
    struct fata_scope scope;
    (void)arg;
    fata_scope_open(&scope);
    fata_scope_collect(&scope, others, 1);
    fata_expect(fata_scope_spawn(&scope, serves, NULL) == 0);
    fata_expect(fata_scope_spawn(&scope, reads, NULL) == 0);
    (void)!fata_scope_close(&scope);
    fata_expect(
        strcmp(fata_scope_failure(&scope, 0)->text, "reading request") == 0);
    return does("starting", fata_scope_failure(&scope, 0)->error);
}

FATA_TEST(the_first_failure_tells_its_own)
{
    world();
    fata_check(strcmp(told(collects, NULL), "starting") == 0);
}
