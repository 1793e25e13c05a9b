/* SPDX-License-Identifier: ISC */
/* Channels. */
#include "world.h"

static struct fata_channel channel;
static char items[4];

static char letter_of(int err)
{
    switch (err) {
    case FATA_EPIPE:
        return '|';
    case FATA_ETIMEDOUT:
        return 't';
    case FATA_ECANCELED:
        return 'c';
    default:
        return '?';
    }
}

static int sends(void *arg)
{
    for (const char *p = arg; *p != '\0'; p++) {
        int err = fata_channel_send(&channel, p, 100);
        if (err < 0) {
            mark(letter_of(err));
            break;
        }
    }
    return 0;
}

static int receives(void *arg)
{
    for (unsigned n = *(unsigned *)arg; n > 0; n--) {
        char c;
        int err = fata_channel_recv(&channel, &c, 100);
        mark(err < 0 ? letter_of(err) : c);
        if (err < 0)
            break;
    }
    return 0;
}

/* Two receivers and two senders, started in the order that `arg` says. */
static int traffic(void *arg)
{
    static char digits[] = "01234567", letters[] = "abcd";
    static unsigned four = 4, eight = 8;
    struct fata_scope scope;
    fata_scope_open(&scope);
    for (const char *p = arg; *p != '\0'; p++) {
        int err = *p == 'D'   ? fata_scope_spawn(&scope, sends, digits)
                  : *p == 'L' ? fata_scope_spawn(&scope, sends, letters)
                  : *p == '4' ? fata_scope_spawn(&scope, receives, &four)
                  : *p == '8' ? fata_scope_spawn(&scope, receives, &eight)
                              : 0;
        if (*p == '!')
            fata_channel_close(&channel);
        if (*p == '?')
            fata_channel_close_recv(&channel);
        if (*p == 'x')
            fata_scope_cancel(&scope);
        if (*p == ' ')
            (void)!fata_yield();
        fata_expect(err == 0);
    }
    return fata_scope_close(&scope);
}

/* Returns the trace. */
static const char *after(size_t capacity, const char *script)
{
    char text[16];
    strcpy(text, script);
    world();
    fata_channel_init(&channel, items, 1, capacity);
    fata_expect(run(traffic, text) == 0);
    return trace;
}

FATA_TEST(items_arrive_in_order)
{
    for (size_t capacity = 1; capacity <= 4; capacity++) {
        fata_check(strcmp(after(capacity, "D8"), "01234567") == 0);
        fata_check(strcmp(after(capacity, "8D"), "01234567") == 0);
    }
}

FATA_TEST(without_room_sender_and_receiver_meet)
{
    fata_check(strcmp(after(0, "D8"), "01234567") == 0);
    fata_check(strcmp(after(0, "8D"), "01234567") == 0);
    /* 0 and a are met by the receiver, which then waits and gets 1; D waits
     * with 2, L with b; and so on. */
    fata_check(strcmp(after(0, "DL 8"), "0a12b34ctt") == 0);
    fata_check(strcmp(after(0, "L !8"), "||") == 0); /* a was refused */
    fata_check(strcmp(after(0, "8 !"), "|") == 0);
    fata_check(strcmp(after(0, "L ?"), "|") == 0);
    fata_check(strcmp(after(0, "DL x"), "cc") == 0);
}

FATA_TEST(waiters_are_served_in_order)
{
    /* The receiver takes 0, 1 and a, on which the senders wait; then D hands it
     * 2, stores 3 and waits with 4, L waits with b; and so on. */
    fata_check(strcmp(after(1, "DL 8"), "01a234b5tt") == 0);
}

FATA_TEST(a_deadline_ends_a_wait_for_items)
{
    fata_check(strcmp(after(2, "8L"), "abcdt") == 0);
    fata_check_int(now, ==, 100);
    fata_check(strcmp(after(2, "D"), "t") == 0);
}

FATA_TEST(a_closed_channel_is_drained_first)
{
    fata_check(strcmp(after(4, "L !8"), "abcd|") == 0);
    fata_check(strcmp(after(2, "L !8"), "|ab|") == 0); /* c was refused */
    fata_check(strcmp(after(2, "8 !"), "|") == 0);
    fata_check(strcmp(after(2, "!8L"), "||") == 0);
}

FATA_TEST(the_receiving_end_closes)
{
    fata_check(strcmp(after(2, "L ?"), "|") == 0);
    fata_check(strcmp(after(4, "L ?8"), "|") == 0); /* dropped */
    fata_check(strcmp(after(4, "48 ?"), "||") == 0);
}

FATA_TEST(cancellation_ends_a_wait_for_items)
{
    fata_check(strcmp(after(2, "48 x"), "cc") == 0);
    fata_check(strcmp(after(2, "DL x"), "cc") == 0);
    fata_check_int(channel.count, ==, 2);
    fata_check(fata_list_empty(&channel.senders));
}

/* No item is lost or doubled when its receiver is cancelled after it came. */
FATA_TEST(an_item_handed_over_stays_so)
{
    char c = 'z';
    fata_check(strcmp(after(2, "48 L x"), "acbc") == 0);
    fata_check_int(fata_channel_try_recv(&channel, &c), ==, 0);
    fata_check_int(c, ==, 'c');
}

FATA_TEST(trying_does_not_suspend)
{
    char c = 'x';
    world();
    fata_channel_init(&channel, items, 1, 2);
    fata_check_int(fata_channel_try_recv(&channel, &c), ==, FATA_EAGAIN);
    fata_check_int(fata_channel_try_send(&channel, "a"), ==, 0);
    fata_check_int(fata_channel_try_send(&channel, "b"), ==, 0);
    fata_check_int(fata_channel_try_send(&channel, "c"), ==, FATA_EAGAIN);
    fata_channel_close(&channel);
    fata_check_int(fata_channel_try_send(&channel, "c"), ==, FATA_EPIPE);
    fata_check_int(fata_channel_try_recv(&channel, &c), ==, 0);
    fata_check_int(c, ==, 'a');
    fata_check_int(fata_channel_try_recv(&channel, &c), ==, 0);
    fata_check_int(fata_channel_try_recv(&channel, &c), ==, FATA_EPIPE);
}

FATA_TEST(a_look_at_the_next_item)
{
    char c;
    world();
    fata_channel_init(&channel, items, 1, 2);
    fata_check(fata_channel_peek(&channel) == NULL);
    fata_check_int(fata_channel_try_send(&channel, "a"), ==, 0);
    fata_check_int(fata_channel_try_send(&channel, "b"), ==, 0);
    fata_check_int(*(const char *)fata_channel_peek(&channel), ==, 'a');
    fata_check_int(fata_channel_count(&channel), ==, 2);
    fata_check_int(fata_channel_try_recv(&channel, &c), ==, 0);
    fata_check_int(*(const char *)fata_channel_peek(&channel), ==, 'b');
    fata_check_int(fata_channel_try_recv(&channel, &c), ==, 0);
    fata_check(fata_channel_peek(&channel) == NULL);
}

/* From outside fibers: wakes a receiver, straight into its buffer. */
FATA_TEST(a_callback_may_feed_a_channel)
{
    static unsigned four = 4;
    struct fata_root root;
    world();
    fata_channel_init(&channel, items, 1, 2);
    fata_check_int(fata_root_start(&root, &sched, FATA_SPAWN("root"), receives,
                                   &four, root_done),
                   ==, 0);
    run_until(5);
    fata_check_int(fata_channel_try_send(&channel, "a"), ==, 0);
    fata_check_int(channel.count, ==, 0);
    fata_check_int(fata_channel_try_send(&channel, "b"), ==, 0);
    fata_check_int(channel.count, ==, 1);
    run_until(FATA_NEVER);
    fata_check(strcmp(trace, "abt") == 0);
    fata_check(nothing_left());
}

static int wide(void *arg)
{
    struct {
        uint64_t a;
        char text[24];
    } store[2], item = {7, "seven"}, back;
    struct fata_channel c;
    (void)arg;
    fata_channel_init(&c, store, sizeof(item), 2);
    for (uint64_t i = 0; i < 9; i++) {
        item.a = i;
        fata_expect(fata_channel_send(&c, &item, 0) == 0);
        fata_expect(fata_channel_recv(&c, &back, 0) == 0);
        fata_expect(back.a == i && strcmp(back.text, "seven") == 0);
    }
    return 0;
}

FATA_TEST(items_may_be_wide)
{
    world();
    fata_check_int(run(wide, NULL), ==, 0);
}
