/* SPDX-License-Identifier: ISC */
/* A capture in memory, in the format that tshark, Wireshark and tcpdump read
 * (pcap, nanoseconds, Ethernet).  It is a file as it lies there: write
 * [memory, memory + used) out, or in gdb
 *     dump binary memory x.pcap p.memory (p.memory + p.used)
 * Context: any code of the image's thread.  Allocation: none. */
#ifndef FATA_PCAP_H
#define FATA_PCAP_H

#include <fata/time.h>
#include <stddef.h>
#include <stdint.h>

/* Read-only for users. */
struct fata_pcap {
    unsigned char *memory;
    size_t size, used; /* bytes */
    uint64_t missed;   /* frames for which there was no room */
};

/* memory  given: `size` bytes, at least 24, for the capture's life */
void fata_pcap_init(struct fata_pcap *p, void *memory, size_t size);

/* Adds a frame.  Once one has not fit, no later one is added: what there is
 * has no holes.
 * frame  borrowed until return
 * now    of whatever clock the reader is to see */
void fata_pcap_add(struct fata_pcap *p, const void *frame, uint32_t length,
                   fata_time_t now);

#endif
