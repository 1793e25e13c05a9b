/* SPDX-License-Identifier: ISC */
/* The conformance suite of fata/net.h: the same for every implementation.  It
 * needs a peer that answers ARP (RFC 826). */
#ifndef NET_SUITE_H
#define NET_SUITE_H

#include <fata/net.h>

struct suite_net {
    struct fata_net *net;
    uint8_t own[4], peer[4];      /* IPv4 addresses */
    bool counts_nothing_received; /* by its contract */
};

/* Failures are told to fata/test.h. */
void suite_net_info(const struct suite_net *n);
void suite_net_refusals(const struct suite_net *n);
void suite_net_answer(const struct suite_net *n);
void suite_net_batch(const struct suite_net *n);
void suite_net_cancel(const struct suite_net *n);
void suite_net_idle(const struct suite_net *n);
void suite_net_unoffered(const struct suite_net *n);
void suite_net_offload_sense(const struct suite_net *n);
void suite_net_pieces(const struct suite_net *n);
void suite_net_checksum(const struct suite_net *n);
void suite_net_segments(const struct suite_net *n);

/* FATA_TESTs of them all, for the device that `get` returns. */
#define SUITE_NET(name, get)                                                   \
    FATA_TEST(name##_info_is_filled)                                           \
    {                                                                          \
        suite_net_info(get());                                                 \
    }                                                                          \
    FATA_TEST(name##_bad_requests_are_refused)                                 \
    {                                                                          \
        suite_net_refusals(get());                                             \
    }                                                                          \
    FATA_TEST(name##_a_frame_goes_out_and_the_answer_comes_in)                 \
    {                                                                          \
        suite_net_answer(get());                                               \
    }                                                                          \
    FATA_TEST(name##_a_batch_is_sent_in_one_request)                           \
    {                                                                          \
        suite_net_batch(get());                                                \
    }                                                                          \
    FATA_TEST(name##_a_receive_can_be_cancelled)                               \
    {                                                                          \
        suite_net_cancel(get());                                               \
    }                                                                          \
    FATA_TEST(name##_frames_nobody_waits_for_do_not_keep_it_awake)             \
    {                                                                          \
        suite_net_idle(get());                                                 \
    }                                                                          \
    FATA_TEST(name##_offloads_it_has_not_are_refused)                          \
    {                                                                          \
        suite_net_unoffered(get());                                            \
    }                                                                          \
    extern int name##_suite_semicolon

/* Besides, for a device that must have all offloads; the peer answers ICMP
 * echoes (RFC 792), too. */
#define SUITE_NET_OFFLOAD(name, get)                                           \
    FATA_TEST(name##_offloads_without_sense_are_refused)                       \
    {                                                                          \
        suite_net_offload_sense(get());                                        \
    }                                                                          \
    FATA_TEST(name##_a_frame_in_pieces_arrives)                                \
    {                                                                          \
        suite_net_pieces(get());                                               \
    }                                                                          \
    FATA_TEST(name##_a_checksum_is_finished)                                   \
    {                                                                          \
        suite_net_checksum(get());                                             \
    }                                                                          \
    FATA_TEST(name##_a_large_frame_is_taken)                                   \
    {                                                                          \
        suite_net_segments(get());                                             \
    }                                                                          \
    extern int name##_offload_suite_semicolon

#endif
