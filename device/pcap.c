/* SPDX-License-Identifier: ISC */
/* See fata/pcap.h. */
#include <fata/pcap.h>
#include <string.h>

struct file_header {
    uint32_t magic; /* tells the byte order, and nanoseconds */
    uint16_t major, minor;
    uint32_t zone, accuracy, longest, link;
};

struct frame_header {
    uint32_t seconds, nanoseconds, kept, length;
};

void fata_pcap_init(struct fata_pcap *p, void *memory, size_t size)
{
    static const struct file_header header = {.magic = 0xa1b23c4d,
                                              .major = 2,
                                              .minor = 4,
                                              .longest = 65535,
                                              .link = 1};
    *p = (struct fata_pcap){.memory = memory,
                            .size = size,
                            .used = sizeof(header)};
    memcpy(memory, &header, sizeof(header));
}

void fata_pcap_add(struct fata_pcap *p, const void *frame, uint32_t length,
                   fata_time_t now)
{
    struct frame_header header = {(uint32_t)(now / FATA_S(1)),
                                  (uint32_t)(now % FATA_S(1)), length, length};
    if (p->missed != 0 || p->size - p->used < sizeof(header) ||
        p->size - p->used - sizeof(header) < length) {
        p->missed++;
        return;
    }
    memcpy(p->memory + p->used, &header, sizeof(header));
    memcpy(p->memory + p->used + sizeof(header), frame, length);
    p->used += sizeof(header) + length;
}
