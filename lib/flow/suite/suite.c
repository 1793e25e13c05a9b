/* SPDX-License-Identifier: ISC */
/* See fata/flow_suite.h. */
#include <fata/flow_suite.h>

#include <fata/run.h>
#include <string.h>

#define EXPECT(condition)                                                      \
    do {                                                                       \
        if (!(condition))                                                      \
            return #condition;                                                 \
    } while (0)

static fata_time_t in(fata_time_t span)
{
    return fata_time_add(fata_now(), span);
}

#define SOON in(FATA_S(10)) /* only a failure takes as long */

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* What byte `at` of every stream is. */
static char byte_at(size_t at)
{
    return (char)((at * 2654435761u) >> 13);
}

struct stream {
    struct fata_flow *flow;
    size_t length;
    uint32_t seed;
    size_t done;
};

/* Writes in slices of random sizes, then shuts down. */
static int produce(void *arg)
{
    static char text[65536 + 4096];
    struct stream *s = arg;
    while (s->done < s->length) {
        struct fata_slice slices[3];
        size_t n = 0;
        for (int i = 0; i < 3; i++) {
            size_t most = s->length - s->done - n;
            size_t length = next_random(&s->seed) %
                            (next_random(&s->seed) % 4 == 0 ? 20000 : 200);
            if (length > most)
                length = most;
            slices[i] = (struct fata_slice){text + n, length, false};
            n += length;
        }
        for (size_t i = 0; i < n; i++)
            text[i] = byte_at(s->done + i);
        int err = fata_flow_write(s->flow, slices, 3, SOON);
        if (err != 0)
            return err;
        memset(text, 'x', n); /* it is ours again */
        s->done += n;
    }
    return fata_flow_shutdown(s->flow);
}

/* Reads to the end, and acks in random sizes. */
static int consume(void *arg)
{
    struct stream *s = arg;
    for (;;) {
        const void *data;
        int n = fata_flow_read(s->flow, &data, SOON);
        if (n <= 0)
            return n;
        size_t some = 1 + next_random(&s->seed) % (size_t)n;
        for (size_t i = 0; i < some; i++)
            if (((const char *)data)[i] != byte_at(s->done + i))
                return FATA_EPROTO;
        s->done += some;
        fata_flow_ack(s->flow, some);
    }
}

static void close_both(struct fata_flow *a, struct fata_flow *b)
{
    fata_flow_close(a);
    fata_flow_close(b);
}

const char *fata_flow_check_bytes_arrive_both_ways(struct fata_flow *a,
                                                   struct fata_flow *b)
{
    static struct stream s[4];
    struct fata_scope scope;
    s[0] = (struct stream){a, 700000, 1, 0};
    s[1] = (struct stream){b, 700000, 2, 0};
    s[2] = (struct stream){b, 300000, 3, 0};
    s[3] = (struct stream){a, 300000, 4, 0};
    fata_scope_open(&scope);
    int err = 0;
    /* The text buffer of `produce` is shared: one direction at a time. */
    err |= fata_scope_spawn(&scope, produce, &s[0]);
    err |= fata_scope_spawn(&scope, consume, &s[1]);
    int first = fata_scope_close(&scope);
    EXPECT(err == 0 && first == 0);
    EXPECT(s[1].done == s[1].length);
    fata_scope_open(&scope);
    err |= fata_scope_spawn(&scope, produce, &s[2]); /* after a half close */
    err |= fata_scope_spawn(&scope, consume, &s[3]);
    first = fata_scope_close(&scope);
    EXPECT(err == 0 && first == 0);
    EXPECT(s[3].done == s[3].length);
    close_both(a, b);
    return NULL;
}

const char *fata_flow_check_a_read_without_ack_repeats(struct fata_flow *a,
                                                       struct fata_flow *b)
{
    const void *data;
    EXPECT(fata_flow_send(a, "abc", 3, SOON) == 0);
    EXPECT(fata_flow_read(b, &data, SOON) >= 1);
    EXPECT(*(const char *)data == 'a');
    EXPECT(fata_flow_read(b, &data, SOON) >= 1);
    EXPECT(*(const char *)data == 'a');
    fata_flow_ack(b, 1);
    EXPECT(fata_flow_read(b, &data, SOON) >= 1);
    EXPECT(*(const char *)data == 'b');
    close_both(a, b);
    return NULL;
}

const char *fata_flow_check_rules_of_waiting(struct fata_flow *a,
                                             struct fata_flow *b)
{
    const void *data;
    EXPECT(fata_flow_read(b, &data, in(FATA_MS(5))) == FATA_ETIMEDOUT);
    EXPECT(fata_flow_read(b, &data, 0) == FATA_ETIMEDOUT);
    EXPECT(fata_flow_send(a, "x", 1, 0) == 0); /* possible at once */
    EXPECT(fata_flow_read(b, &data, SOON) == 1);
    EXPECT(fata_flow_read(b, &data, 0) == 1);
    close_both(a, b);
    return NULL;
}

/* Writes more than there is room for. */
static int fill(struct fata_flow *flow, fata_time_t span)
{
    static const char block[1 << 20];
    return fata_flow_send(flow, block, sizeof(block), in(span));
}

const char *fata_flow_check_a_reader_holds_the_writer_up(struct fata_flow *a,
                                                         struct fata_flow *b)
{
    const void *data;
    EXPECT(fill(a, FATA_MS(200)) == FATA_ETIMEDOUT);
    /* An unknown part of a write is on its way: the stream is torn. */
    EXPECT(fata_flow_send(a, "x", 1, SOON) == FATA_EPIPE);
    EXPECT(fata_flow_read(b, &data, SOON) > 0);
    fata_flow_abort(a);
    fata_flow_abort(b);
    return NULL;
}

static int read_for_ever(void *arg)
{
    const void *data;
    return fata_flow_read(arg, &data, FATA_NEVER);
}

static int fill_for_ever(void *arg)
{
    return fill(arg, FATA_S(3600));
}

const char *
fata_flow_check_cancellation_ends_read_and_write(struct fata_flow *a,
                                                 struct fata_flow *b)
{
    struct fata_scope scope;
    fata_scope_open(&scope);
    int err = fata_scope_spawn(&scope, fill_for_ever, a);
    err |= fata_scope_spawn(&scope, read_for_ever, a);
    err |= fata_sleep(FATA_MS(100));
    fata_scope_cancel(&scope);
    int first = fata_scope_close(&scope);
    EXPECT(err == 0 && first == 0);
    fata_flow_abort(a);
    fata_flow_abort(b);
    return NULL;
}

const char *fata_flow_check_a_close_wakes_who_waits(struct fata_flow *a,
                                                    struct fata_flow *b)
{
    struct fata_scope scope;
    fata_scope_open(&scope);
    int err = fata_scope_spawn(&scope, read_for_ever, a);
    err |= fata_sleep(FATA_MS(5));
    fata_flow_close(a);
    int first = fata_scope_close(&scope);
    EXPECT(err == 0);
    EXPECT(first == FATA_EPIPE);
    fata_flow_close(b);
    return NULL;
}

/* To the end of the stream: returns how many bytes, or an error. */
static int read_all(struct fata_flow *flow)
{
    const void *data;
    int n, got = 0;
    while ((n = fata_flow_read(flow, &data, SOON)) > 0) {
        got += n;
        fata_flow_ack(flow, (size_t)n);
    }
    return n < 0 ? n : got;
}

const char *
fata_flow_check_what_was_written_arrives_after_a_close(struct fata_flow *a,
                                                       struct fata_flow *b)
{
    const void *data;
    EXPECT(fata_flow_send(a, "goodbye", 7, SOON) == 0);
    fata_flow_close(a);
    EXPECT(read_all(b) == 7);
    EXPECT(fata_flow_read(b, &data, SOON) == 0); /* again and again */
    fata_flow_close(b);
    return NULL;
}

const char *
fata_flow_check_so_does_all_that_there_was_room_for(struct fata_flow *a,
                                                    struct fata_flow *b)
{
    static const char piece[500];
    int written = 0, err;
    /* Until one does not even begin for want of room. */
    while ((err = fata_flow_send(a, piece, sizeof(piece), in(FATA_MS(50)))) ==
               0 &&
           written < 100000000)
        written += (int)sizeof(piece);
    EXPECT(err == FATA_ETIMEDOUT);
    err = fata_flow_send(a, piece, 1, 0); /* there may be room for so much */
    bool torn = err == FATA_EPIPE;
    written += err == 0;
    fata_flow_close(a);
    int got = read_all(b);
    EXPECT(torn ? got >= written : got == written);
    fata_flow_close(b);
    return NULL;
}

const char *fata_flow_check_a_close_with_unread_data_resets(struct fata_flow *a,
                                                            struct fata_flow *b)
{
    const void *data;
    EXPECT(fata_flow_send(a, "unread", 6, SOON) == 0);
    EXPECT(fata_flow_read(b, &data, SOON) > 0);
    fata_flow_close(b);
    EXPECT(fata_flow_read(a, &data, SOON) == FATA_ECONNRESET);
    EXPECT(fata_flow_send(a, "x", 1, SOON) == FATA_ECONNRESET);
    fata_flow_close(a);
    return NULL;
}

const char *fata_flow_check_an_abort_resets(struct fata_flow *a,
                                            struct fata_flow *b)
{
    const void *data;
    fata_flow_abort(a);
    EXPECT(fata_flow_read(b, &data, SOON) == FATA_ECONNRESET);
    EXPECT(fata_flow_read(b, &data, SOON) == FATA_ECONNRESET);
    fata_flow_close(b);
    return NULL;
}

const char *
fata_flow_check_nothing_is_written_after_a_shutdown(struct fata_flow *a,
                                                    struct fata_flow *b)
{
    const void *data;
    EXPECT(fata_flow_shutdown(a) == 0);
    EXPECT(fata_flow_shutdown(a) == FATA_EPIPE);
    EXPECT(fata_flow_send(a, "x", 1, SOON) == FATA_EPIPE);
    EXPECT(fata_flow_read(b, &data, SOON) == 0);
    close_both(a, b);
    return NULL;
}

struct notice {
    struct fata_job job;
    struct fata_event event;
};

static void noticed(struct fata_job *job)
{
    fata_event_set(&FATA_CONTAINER(job, struct notice, job)->event);
}

const char *
fata_flow_check_a_job_tells_of_something_to_read(struct fata_flow *a,
                                                 struct fata_flow *b)
{
    struct notice n;
    const void *data;
    fata_job_init(&n.job, noticed);
    fata_event_init(&n.event);
    fata_flow_notify(b, fata_run_sched(), &n.job);
    EXPECT(fata_event_wait(&n.event, in(FATA_MS(5))) == FATA_ETIMEDOUT);
    EXPECT(fata_flow_send(a, "x", 1, SOON) == 0);
    EXPECT(fata_event_wait(&n.event, SOON) == 0);
    EXPECT(fata_flow_read(b, &data, 0) == 1);
    fata_event_init(&n.event); /* there already: at once */
    fata_flow_notify(b, fata_run_sched(), &n.job);
    EXPECT(fata_event_wait(&n.event, SOON) == 0);
    fata_flow_ack(b, 1);
    fata_event_init(&n.event);
    fata_flow_notify(b, fata_run_sched(), &n.job);
    fata_flow_notify(b, NULL, NULL); /* taken back */
    EXPECT(fata_flow_send(a, "x", 1, SOON) == 0);
    EXPECT(fata_flow_read(b, &data, SOON) == 1);
    EXPECT(fata_event_wait(&n.event, in(FATA_MS(5))) == FATA_ETIMEDOUT);
    fata_flow_ack(b, 1);
    close_both(a, b);
    return NULL;
}
