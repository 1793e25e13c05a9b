/* SPDX-License-Identifier: ISC */
/* Several cores: a thread for each scheduler, and fata_sched_post between them.
 * The pattern for a program that uses more than one: nothing is shared but what
 * a posted job carries, and a job belongs to who runs it. */
#include <fata/async.h>
#include <fata/test.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

enum { CORES = 3, FIBERS = 4, STACK_SIZE = 65536 };

struct core {
    struct fata_sched sched;
    struct fata_stacks stacks;
    struct fata_fiber descriptors[FIBERS];
    char memory[FIBERS][STACK_SIZE] FATA_ALIGNED(16);
    struct fata_root root;
    bool ended;
    int error;

    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake; /* on CLOCK_MONOTONIC */
    bool woken;
};

static struct core cores[CORES];

static fata_time_t clock_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return FATA_S(t.tv_sec) + (fata_time_t)t.tv_nsec;
}

/* In the thread that posts. */
static void wake(void *arg)
{
    struct core *core = arg;
    pthread_mutex_lock(&core->lock);
    core->woken = true;
    pthread_cond_signal(&core->wake);
    pthread_mutex_unlock(&core->lock);
}

static void wait_until(struct core *core, fata_time_t deadline)
{
    struct timespec t = {.tv_sec = (time_t)(deadline / FATA_S(1)),
                         .tv_nsec = (long)(deadline % FATA_S(1))};
    pthread_mutex_lock(&core->lock);
    while (!core->woken && clock_now() < deadline) {
        if (deadline == FATA_NEVER)
            pthread_cond_wait(&core->wake, &core->lock);
        else
            pthread_cond_timedwait(&core->wake, &core->lock, &t);
    }
    core->woken = false;
    pthread_mutex_unlock(&core->lock);
}

static void *loop(void *arg)
{
    struct core *core = arg;
    while (!core->ended) {
        fata_time_t next = fata_sched_turn(&core->sched, clock_now());
        if (!core->ended && next > fata_sched_now(&core->sched))
            wait_until(core, next);
    }
    return NULL;
}

static void ended(struct fata_root *root, int error)
{
    struct core *core = FATA_CONTAINER(root, struct core, root);
    core->error = error;
    core->ended = true;
}

static void core_init(struct core *core)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&core->lock, NULL);
    pthread_cond_init(&core->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    fata_stacks_init(&core->stacks, core->memory, STACK_SIZE, FIBERS,
                     core->descriptors, false);
    fata_sched_init(&core->sched, &core->stacks);
    core->sched.wake = wake;
    core->sched.wake_arg = core;
    core->ended = core->woken = false;
    core->error = 1;
}

static void core_start(struct core *core, fata_fiber_fn *fn, void *arg)
{
    fata_expect(fata_root_start(&core->root, &core->sched, FATA_SPAWN("core"),
                                fn, arg, ended) == 0);
    fata_expect(pthread_create(&core->thread, NULL, loop, core) == 0);
}

/* When all threads have ended that may post to it: `wake` comes after the job.
 */
static bool core_fini(struct core *core)
{
    struct fata_counters c = fata_sched_counters(&core->sched);
    pthread_mutex_destroy(&core->lock);
    pthread_cond_destroy(&core->wake);
    return core->error == 0 && c.jobs == 0 && c.timers == 0 && c.fibers == 0;
}

/* Threads without a scheduler post into one: each one's jobs in their order. */

enum { POSTED = 5000 };

struct posted {
    struct fata_job job;
    unsigned from, number;
};

static struct posted posted[CORES][POSTED];
static unsigned arrived[CORES]; /* the consumer's */
static bool disordered;
static struct fata_event all_arrived;

static void arrive(struct fata_job *job)
{
    struct posted *p = FATA_CONTAINER(job, struct posted, job);
    disordered |= arrived[p->from] != p->number;
    arrived[p->from]++;
    for (unsigned i = 0; i < CORES; i++)
        if (arrived[i] != POSTED)
            return;
    fata_event_set(&all_arrived);
}

static void *post_all(void *arg)
{
    unsigned from = *(unsigned *)arg;
    for (unsigned i = 0; i < POSTED; i++) {
        struct posted *p = &posted[from][i];
        fata_job_init(&p->job, arrive);
        p->from = from;
        p->number = i;
        fata_sched_post(&cores[0].sched, &p->job);
    }
    return NULL;
}

static int consume(void *arg)
{
    (void)arg;
    return fata_event_wait(&all_arrived, FATA_NEVER);
}

FATA_TEST(jobs_of_a_thread_arrive_in_order)
{
    pthread_t threads[CORES];
    unsigned from[CORES];
    memset(arrived, 0, sizeof(arrived));
    disordered = false;
    fata_event_init(&all_arrived);
    core_init(&cores[0]);
    core_start(&cores[0], consume, NULL);
    for (unsigned i = 0; i < CORES; i++) {
        from[i] = i;
        pthread_create(&threads[i], NULL, post_all, &from[i]);
    }
    for (unsigned i = 0; i < CORES; i++)
        pthread_join(threads[i], NULL);
    pthread_join(cores[0].thread, NULL);
    fata_check(core_fini(&cores[0]));
    fata_check(!disordered);
}

/* A message goes round the cores; in each a fiber takes it from a channel, with
 * others at work beside it, and hands it on. */

enum { ROUNDS = 300 };

struct message {
    struct fata_job job; /* arrives at a core */
    unsigned hops;
};

static struct fata_channel inbox[CORES];
static struct message *items[CORES][1];

static struct core *core_of(const struct fata_sched *s)
{
    return FATA_CONTAINER((uintptr_t)s, struct core, sched);
}

static void deliver(struct fata_job *job)
{
    struct message *m = FATA_CONTAINER(job, struct message, job);
    fata_expect(fata_channel_try_send(&inbox[m->hops % CORES], &m) == 0);
}

static int ticks(void *arg)
{
    (void)arg;
    for (;;) {
        int err = fata_sleep_until(
            fata_time_add(fata_sched_now(fata_fiber_sched()), FATA_US(50)));
        if (err == 0)
            err = fata_yield();
        if (err < 0)
            return err;
    }
}

static int hands_on(void *arg)
{
    struct fata_channel *channel = arg;
    struct fata_scope scope;
    unsigned last = 0;
    fata_scope_open(&scope);
    fata_expect(fata_scope_spawn_with(&scope,
                                      FATA_SPAWN("ticks", .daemon = true),
                                      ticks, NULL) == 0);
    while (last + CORES <= ROUNDS * CORES) {
        struct message *m;
        if (fata_channel_recv(channel, &m, FATA_NEVER) < 0)
            break;
        fata_expect(core_of(fata_fiber_sched()) == &cores[m->hops % CORES]);
        last = ++m->hops;
        if (last < ROUNDS * CORES)
            fata_sched_post(&cores[last % CORES].sched, &m->job);
    }
    return fata_scope_close(&scope);
}

FATA_TEST(a_message_goes_round_the_cores)
{
    struct message m = {.hops = 0};
    fata_job_init(&m.job, deliver);
    for (unsigned i = 0; i < CORES; i++) {
        core_init(&cores[i]);
        fata_channel_init(&inbox[i], items[i], sizeof(items[i][0]), 1);
    }
    for (unsigned i = 0; i < CORES; i++)
        core_start(&cores[i], hands_on, &inbox[i]);
    fata_sched_post(&cores[0].sched, &m.job);
    for (unsigned i = 0; i < CORES; i++)
        pthread_join(cores[i].thread, NULL);
    for (unsigned i = 0; i < CORES; i++)
        fata_check(core_fini(&cores[i]));
    fata_check_int(m.hops, ==, ROUNDS * CORES);
}
