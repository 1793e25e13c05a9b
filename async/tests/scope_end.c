/* SPDX-License-Identifier: ISC */
/* How scopes end: daemons, release hooks, failures after the first. */
#include "world.h"

#include <fata/error.h>

#define DAEMON(name) FATA_SPAWN(name, .daemon = true)

static int never(void *arg)
{
    int err = fata_sleep_until(FATA_NEVER);
    mark(err == FATA_ECANCELED ? (arg != NULL ? *(char *)arg : 'd') : '?');
    return err;
}

static int sleeps(void *arg)
{
    int err = fata_sleep_until(*(fata_time_t *)arg);
    mark(err == 0 ? 's' : 'c');
    return err;
}

static fata_time_t at10 = 10, at20 = 20;

static int with_daemon(void *arg)
{
    struct fata_scope scope;
    (void)arg;
    fata_scope_open(&scope);
    fata_expect(fata_scope_spawn_with(&scope, DAEMON("d"), never, NULL) == 0);
    fata_expect(fata_scope_spawn(&scope, sleeps, &at10) == 0);
    fata_expect(fata_scope_spawn(&scope, sleeps, &at20) == 0);
    fata_expect(fata_scope_close(&scope) == 0);
    fata_expect(fata_sched_now(&sched) == 20);
    return fata_yield();
}

FATA_TEST(daemons_are_cancelled_when_the_others_have_ended)
{
    world();
    fata_check_int(run(with_daemon, NULL), ==, 0);
    fata_check(strcmp(trace, "ssd") == 0);
}

/* A daemon that ends by itself keeps nobody, nor does one that is alone. */
static int early_daemon(void *arg)
{
    struct fata_scope scope;
    (void)arg;
    fata_scope_open(&scope);
    fata_expect(fata_scope_spawn_with(&scope, DAEMON("d"), sleeps, &at10) == 0);
    fata_expect(fata_scope_spawn(&scope, sleeps, &at20) == 0);
    fata_expect(fata_scope_close(&scope) == 0);
    fata_scope_open(&scope);
    fata_expect(fata_scope_spawn_with(&scope, DAEMON("d"), never, NULL) == 0);
    fata_expect(fata_scope_spawn_with(&scope, DAEMON("e"), never, NULL) == 0);
    fata_expect(fata_scope_close(&scope) == 0);
    return fata_yield();
}

FATA_TEST(daemons_alone_end_at_once)
{
    world();
    fata_check_int(run(early_daemon, NULL), ==, 0);
    fata_check(strcmp(trace, "ssdd") == 0);
    fata_check_int(now, ==, 20);
}

static int fails(void *arg)
{
    int err = fata_sleep_until(*(fata_time_t *)arg);
    mark(err == 0 ? 'f' : 'c');
    return FATA_EPROTO;
}

static int daemon_fails(void *arg)
{
    struct fata_scope scope;
    (void)arg;
    fata_scope_open(&scope);
    fata_expect(fata_scope_spawn_with(&scope, DAEMON("d"), fails, &at10) == 0);
    fata_expect(fata_scope_spawn(&scope, never, NULL) == 0);
    int err = fata_scope_close(&scope);
    fata_expect(fata_sched_now(&sched) == 10);
    fata_expect(strcmp(fata_scope_failure(&scope, 0)->fiber, "d") == 0);
    return err;
}

FATA_TEST(a_daemon_that_fails_cancels_its_scope)
{
    world();
    fata_check_int(run(daemon_fails, NULL), ==, FATA_EPROTO);
    fata_check(strcmp(trace, "fd") == 0);
}

/* Also where only its clean-up fails, after the others. */
static int daemon_fails_last(void *arg)
{
    struct fata_scope scope;
    (void)arg;
    fata_scope_open(&scope);
    fata_expect(fata_scope_spawn_with(&scope, DAEMON("d"), fails, &at20) == 0);
    fata_expect(fata_scope_spawn(&scope, sleeps, &at10) == 0);
    return fata_scope_close(&scope);
}

FATA_TEST(a_daemon_may_fail_in_its_end)
{
    world();
    fata_check_int(run(daemon_fails_last, NULL), ==, FATA_EPROTO);
    fata_check(strcmp(trace, "sc") == 0);
}

/* A root: its first fiber spawns daemons beside itself. */
static struct fata_root root;

static int takes_time(void *arg)
{
    struct fata_scope shield;
    fata_expect(fata_sleep_until(FATA_NEVER) == FATA_ECANCELED);
    fata_scope_open_shielded(&shield, 30);
    fata_expect(fata_sleep_until(20) == 0);
    (void)!fata_scope_close(&shield);
    fata_expect(fata_scope_spawn(&root.scope, never, NULL) == FATA_ECANCELED);
    mark('t');
    return arg != NULL ? FATA_EIO : FATA_ECANCELED;
}

static int first_fiber(void *arg)
{
    fata_expect(
        fata_scope_spawn_with(&root.scope, DAEMON("t"), takes_time, arg) == 0);
    fata_expect(fata_scope_spawn_with(&root.scope, DAEMON("d"), never, NULL) ==
                0);
    int err = fata_sleep_until(10);
    mark('m');
    return err;
}

static void root_with_daemons(void *arg, int want)
{
    world();
    roots_done = 0;
    root_error = 1;
    fata_check_int(fata_root_start(&root, &sched, FATA_SPAWN("root"),
                                   first_fiber, arg, root_done),
                   ==, 0);
    run_until(15);
    fata_check(strcmp(trace, "md") == 0 && roots_done == 0);
    run_until(FATA_NEVER);
    fata_check(strcmp(trace, "mdt") == 0);
    fata_check_int(roots_done, ==, 1);
    fata_check_int(root_error, ==, want);
    fata_check(nothing_left());
}

FATA_TEST(a_root_waits_for_its_daemons)
{
    root_with_daemons(NULL, 0);
    if (!fata_test_failed())
        root_with_daemons(&at10, FATA_EIO);
}

/* Release hooks. */

static void release(void *arg)
{
    mark(*(char *)arg);
}

static void release_slowly(void *arg)
{
    struct fata_scope shield;
    bool cancelled = fata_fiber_cancelled();
    fata_scope_open_shielded(&shield, FATA_NEVER);
    fata_expect(fata_sleep_until(fata_sched_now(&sched) + 5) == 0);
    fata_expect(fata_scope_close(&shield) == (cancelled ? FATA_ECANCELED : 0));
    mark(*(char *)arg);
}

enum { BY_ITSELF, BY_FAILURE, BY_CANCEL, BY_DEADLINE, FROM_AROUND };

static int released(void *arg)
{
    static char a = 'a', b = 'b', c = 'c';
    int how = *(int *)arg;
    struct fata_release first, second, third;
    struct fata_scope around, scope;
    fata_scope_open(&around);
    fata_scope_open_deadline(&scope, how == BY_DEADLINE ? 10 : FATA_NEVER);
    fata_scope_release(&scope, &first, release, &a);
    fata_scope_release(&scope, &second, release_slowly, &b);
    fata_scope_release(&scope, &third, release, &c);
    if (how == BY_FAILURE)
        fata_expect(fata_scope_spawn(&scope, fails, &at10) == 0);
    else if (how == BY_ITSELF)
        fata_expect(fata_scope_spawn(&scope, sleeps, &at10) == 0);
    else
        fata_expect(fata_scope_spawn(&scope, never, NULL) == 0);
    fata_expect(fata_sleep_until(5) == 0);
    if (how == BY_CANCEL)
        fata_scope_cancel(&scope);
    if (how == FROM_AROUND)
        fata_scope_cancel(&around);
    int err = fata_scope_close(&scope);
    fata_expect(fata_sched_now(&sched) ==
                (how == BY_CANCEL || how == FROM_AROUND ? 10 : 15));
    (void)!fata_scope_close(&around);
    return err;
}

FATA_TEST(hooks_run_in_reverse_however_the_scope_ends)
{
    static const struct {
        const char *trace;
        int error;
    } want[] = {
        [BY_ITSELF] = {"scba", 0},
        [BY_FAILURE] = {"fcba", FATA_EPROTO},
        [BY_CANCEL] = {"dcba", 0},
        [BY_DEADLINE] = {"dcba", FATA_ETIMEDOUT},
        [FROM_AROUND] = {"dcba", FATA_ECANCELED},
    };
    for (int how = BY_ITSELF; how <= FROM_AROUND; how++) {
        world();
        fata_check_int(run(released, &how), ==, want[how].error);
        fata_check(strcmp(trace, want[how].trace) == 0);
    }
}

/* Failures after the first. */

static int fails_as_told(void *arg)
{
    (void)!fata_sleep_until(FATA_NEVER);
    return *(int *)arg;
}

static int collects(void *arg)
{
    static int errors[] = {FATA_EIO, FATA_EPIPE, FATA_ECANCELED, FATA_EINVAL,
                           FATA_EBUSY};
    struct fata_failure others[2];
    struct fata_scope scope;
    bool collect = arg != NULL;
    fata_scope_open(&scope);
    if (collect)
        fata_scope_collect(&scope, others, FATA_COUNT(others));
    fata_expect(fata_scope_failure(&scope, 0) == NULL);
    for (unsigned i = 0; i < FATA_COUNT(errors); i++)
        fata_expect(fata_scope_spawn_with(&scope,
                                          i % 2 == 0 ? FATA_SPAWN("even")
                                                     : FATA_SPAWN("odd"),
                                          fails_as_told, &errors[i]) == 0);
    fata_expect(fata_yield() == 0);
    fata_scope_cancel(&scope);
    fata_expect(fata_scope_close(&scope) == FATA_EIO);
    fata_expect(fata_scope_failures(&scope) == 4); /* cancelled is none */
    fata_expect(fata_scope_failure(&scope, 0)->error == FATA_EIO);
    fata_expect(fata_scope_failure(&scope, 0)->text[0] == '\0');
    fata_expect((fata_scope_failure(&scope, 1) != NULL) == collect);
    if (collect) {
        fata_expect(others[0].error == FATA_EPIPE);
        fata_expect(strcmp(others[0].fiber, "odd") == 0);
        fata_expect(fata_scope_failure(&scope, 1) == &others[0]);
        fata_expect(fata_scope_failure(&scope, 2)->error == FATA_EINVAL);
    }
    fata_expect(fata_scope_failure(&scope, 3) == NULL); /* no room */
    return 0;
}

FATA_TEST(failures_after_the_first_are_kept_where_there_is_room)
{
    world();
    fata_check_int(run(collects, NULL), ==, 0);
    fata_check_int(run(collects, &at10), ==, 0);
}
