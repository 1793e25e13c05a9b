/* SPDX-License-Identifier: ISC */
/* Cases of tests of a tender: each runs a guest once, from outside, and prints
 * a line. */
#ifndef TENDER_CASES_H
#define TENDER_CASES_H

#include "run.h"

#include <net/if.h>
#include <stdbool.h>
#include <sys/types.h>

#define NET_FD  9
#define DISK    "--mem=4 --block:disk=$/disk "
#define DEVICES DISK "--net:service=@9"

/* The next run; what a case does not set is left from `expect`: nothing. */
extern struct run r;
extern int net_pair[2]; /* [0] ours, [1] the guest's, by with_net */

/* Runs r. */
void expect(const char *name, int status, const char *output,
            const char *errors);
void test(const char *name, const char *options, const char *image,
          const char *arguments, int status, const char *output);
/* A mistake: status 1 and exactly one line, which has `says`. */
void refused(const char *name, const char *options, const char *image,
             const char *says);
int cases_failed(void);

/* core_cases.c: --core of fata-hvt. */
void test_core(void);
int core_failed(void);

/* For r.prepare. */
bool with_net(void);
bool file_size_limit(void); /* of 4096; and with_net */
bool full_console(void);
bool closed_console(void);

void make_file(const char *name, off_t size, mode_t mode); /* in `guests` */
void make_pair(int type); /* a socket pair as net_pair */
void close_ours(struct run *unused);
/* A guest against a peer that sends its frames back; leaves the pair. */
void test_net(const char *name, const char *image, const char *arguments,
              int type);
/* Makes a tap, up with MTU 1400; it is gone when its descriptor is closed. */
int make_tap(struct ifreq *request);
/* ring_cases.c: the network ring of hvt; leaves a net_pair.
 * sanitized  the tender is, and keeps standard error */
void ring_cases(bool sanitized);
void set_link(const char *name, bool up);

#endif
