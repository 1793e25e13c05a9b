/* SPDX-License-Identifier: ISC */
/* A network device that loses, repeats, damages and delays what is sent through
 * it to another one, by a seed: the same calls give the same faults.  Frames
 * that are received pass as they are - to have faults both ways, put one at
 * each end of a wire.  There are no offloads of sending: a checksum that is
 * finished behind the damage would hide it.
 * Context: any code of the image's thread; nothing suspends. */
#ifndef FATA_FAULTY_H
#define FATA_FAULTY_H

#include <fata/net.h>

#define FATA_FAULTY_SLOTS 32u   /* frames under way or held back */
#define FATA_FAULTY_MTU   1500u /* the most that the device may have */

/* Chances are of 1000. */
struct fata_faulty_plan {
    uint64_t seed;
    uint16_t lose, duplicate;
    uint16_t corrupt; /* one bit, anywhere in the frame */
    uint16_t delay;   /* held back until 1 to 8 later frames have passed */
    uint64_t fail;    /* this operation, send or receive, fails with FATA_EIO:
                         1 is the first, 0 is none */
};

struct fata_faulty;

struct fata_faulty_slot {
    struct fata_net_request request;
    struct fata_frame frame;
    struct fata_faulty *faulty;
    bool used;
    uint32_t wait; /* later frames until it goes; 0: it is under way */
    uint8_t data[FATA_FAULTY_MTU + FATA_NET_HEADER];
};

/* Private but for `net`, and the counters, which are read-only. */
struct fata_faulty {
    struct fata_net net; /* of its statistics, those of sending */
    struct fata_net *inner;
    struct fata_faulty_plan plan;
    uint64_t random, operations;
    uint64_t lost, duplicated, corrupted, delayed, failed;
    struct fata_faulty_slot slots[FATA_FAULTY_SLOTS];
};

/* faulty  given, with its requests done when its memory goes
 * inner   lent for the life of `faulty`; its user receives through `faulty` */
void fata_faulty_init(struct fata_faulty *faulty, struct fata_net *inner,
                      const struct fata_faulty_plan *plan);

/* For manifests: on the heap.  Returns 0, FATA_EINVAL (a chance beyond 1000, or
 * an MTU beyond 1500) or FATA_ENOMEM. */
FATA_NODISCARD int fata_faulty_open(struct fata_net **net, const char *name,
                                    struct fata_net *inner, int64_t seed,
                                    int64_t lose, int64_t duplicate,
                                    int64_t corrupt, int64_t delay,
                                    int64_t fail);

#endif
