/* SPDX-License-Identifier: ISC */
/* The contract of fata/flow.h as tests of a pair of flows that are joined:
 *
 *     static bool join(struct fata_flow **a, struct fata_flow **b);
 *     FATA_FLOW_SUITE(pipe, join)
 *
 * makes a FATA_TEST of each promise, on a pair of its own.  `join` returns
 * false where it cannot make one. */
#ifndef FATA_FLOW_SUITE_H
#define FATA_FLOW_SUITE_H

#include <fata/flow.h>
#include <fata/test.h>

#define FATA_FLOW_CHECKS(X)                                                    \
    X(bytes_arrive_both_ways)                                                  \
    X(a_read_without_ack_repeats)                                              \
    X(rules_of_waiting)                                                        \
    X(a_reader_holds_the_writer_up)                                            \
    X(cancellation_ends_read_and_write)                                        \
    X(a_close_wakes_who_waits)                                                 \
    X(what_was_written_arrives_after_a_close)                                  \
    X(so_does_all_that_there_was_room_for)                                     \
    X(a_close_with_unread_data_resets)                                         \
    X(an_abort_resets)                                                         \
    X(nothing_is_written_after_a_shutdown)                                     \
    X(a_job_tells_of_something_to_read)

/* Each checks one promise and closes both ends.  Returns NULL, or what does not
 * hold.  Context: fiber. */
#define FATA_FLOW_DECLARE(name)                                                \
    const char *fata_flow_check_##name(struct fata_flow *a,                    \
                                       struct fata_flow *b);
FATA_FLOW_CHECKS(FATA_FLOW_DECLARE)
#undef FATA_FLOW_DECLARE

#define FATA_FLOW_TEST(kind, join, name)                                       \
    FATA_TEST(kind##_##name)                                                   \
    {                                                                          \
        struct fata_flow *a, *b;                                               \
        fata_check(join(&a, &b));                                              \
        const char *broken = fata_flow_check_##name(a, b);                     \
        if (broken != NULL)                                                    \
            fata_test_fail(#name, broken);                                     \
    }

#define FATA_FLOW_SUITE(kind, join)                                            \
    FATA_FLOW_TEST(kind, join, bytes_arrive_both_ways)                         \
    FATA_FLOW_TEST(kind, join, a_read_without_ack_repeats)                     \
    FATA_FLOW_TEST(kind, join, rules_of_waiting)                               \
    FATA_FLOW_TEST(kind, join, a_reader_holds_the_writer_up)                   \
    FATA_FLOW_TEST(kind, join, cancellation_ends_read_and_write)               \
    FATA_FLOW_TEST(kind, join, a_close_wakes_who_waits)                        \
    FATA_FLOW_TEST(kind, join, what_was_written_arrives_after_a_close)         \
    FATA_FLOW_TEST(kind, join, so_does_all_that_there_was_room_for)            \
    FATA_FLOW_TEST(kind, join, a_close_with_unread_data_resets)                \
    FATA_FLOW_TEST(kind, join, an_abort_resets)                                \
    FATA_FLOW_TEST(kind, join, nothing_is_written_after_a_shutdown)            \
    FATA_FLOW_TEST(kind, join, a_job_tells_of_something_to_read)

#endif
