/* SPDX-License-Identifier: ISC */
/* Fuzz harness of the network ring's worker: a guest that writes anything into
 * the ring between any two looks of the worker.  libFuzzer's entry; with
 * -DREPLAY a program that runs the files it is given. */
#include "../guest.h"
#include "../hvt/ring.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MEMORY  0x110000u
#define TEXT    0x100000u /* one page, read-only */
#define DATA    0x101000u
#define RING    0x102000u
#define BLOCK   1u
#define SOCKET  2u
#define ZEROS   3u /* always readable */
#define LARGE   4u /* a socket; its frames have headers */
#define ENTRIES 5u
#define FILL    0x5a /* of what the guest cannot write */

static struct hvt hvt = {.memory_size = MEMORY, .ring3 = true};
static struct hvt_ring_stats stats;
static int peer, large_peer;

/* Of guest.c and worker.c, which the harness does without. */
uint64_t guest_words(const struct image *image, uintptr_t memory, uint64_t at)
{
    (void)image, (void)memory;
    return at;
}

uint64_t hvt_ring_above(const struct hvt *h)
{
    (void)h;
    return 0;
}

static void require(bool condition)
{
    if (!condition)
        abort();
}

/* Memory ends at a page that cannot be touched. */
static void prepare(void)
{
    struct image *image = &hvt.image;
    int pair[2];
    void *p = mmap(NULL, MEMORY + 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
                   -1, 0);

    require(p != MAP_FAILED);
    require(mprotect(p, MEMORY, PROT_READ | PROT_WRITE) == 0);
    hvt.memory = p;
    memset(p, FILL, DATA);
    require(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair) == 0);
    peer = pair[0];
    image->manifest.device[SOCKET].host.descriptor = pair[1];
    require(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair) == 0);
    large_peer = pair[0];
    image->manifest.device[LARGE].host.descriptor = pair[1];
    image->manifest.device[LARGE].info.net.mtu = 1500;
    image->manifest.device[LARGE].type = SOLO5_DEVICE_NET;
    image->segment[0] = (struct image_segment){.start = TEXT,
                                               .end = DATA,
                                               .read = true,
                                               .execute = true};
    image->segment[1] = (struct image_segment){.start = DATA,
                                               .end = MEMORY,
                                               .read = true,
                                               .write = true};
    image->segment_count = 2;
    image->manifest.entries = ENTRIES;
    image->manifest.device[BLOCK].type = SOLO5_DEVICE_BLOCK;
    image->manifest.device[SOCKET].type = SOLO5_DEVICE_NET;
    image->manifest.device[ZEROS].type = SOLO5_DEVICE_NET;
    image->manifest.device[ZEROS].host.descriptor =
        open("/dev/zero", O_RDWR | O_CLOEXEC);
}

/* Nothing is under way; what was sent on the way with a header had one that
 * makes sense. */
static void drain(void)
{
    static uint8_t frame[sizeof(struct fata_vnet) + FATA_RING_LARGEST + 1];
    const struct solo5_device *device = hvt.image.manifest.device;
    ssize_t n;

    while (recv(peer, frame, 1, 0) >= 0 ||
           recv(device[SOCKET].host.descriptor, frame, 1, 0) >= 0 ||
           recv(device[LARGE].host.descriptor, frame, 1, 0) >= 0)
        continue;
    while ((n = recv(large_peer, frame, sizeof frame, 0)) >= 0) {
        struct fata_vnet header;
        uint64_t length = (uint64_t)n - sizeof header;

        if (hvt.image.net_offload == 0)
            continue; /* a plain image's */
        require(n > (ssize_t)sizeof header && n < (ssize_t)sizeof frame);
        memcpy(&header, frame, sizeof header);
        require(length <= 1514 || header.gso != 0);
        require(header.flags == 0 ||
                header.checksum_start + header.checksum_offset + 2u <= length);
        require(header.gso == 0 ||
                (header.gso_size > 0 && header.header_length < length));
    }
}

struct input {
    const uint8_t *data;
    size_t size;
};

static uint32_t take(struct input *in, size_t bytes)
{
    uint32_t value = 0;

    for (; bytes > 0 && in->size > 0; bytes--, in->size--)
        value = value << 8 | *in->data++;
    return value;
}

/* An entry that is nearly one: addresses around the borders. */
static void submit(struct fata_ring *shared, uint32_t entries, struct input *in)
{
    static const uint64_t at[] = {
        DATA,     DATA + 8, RING,       RING + 128, TEXT,       TEXT - 1,
        DATA - 1, MEMORY,   MEMORY - 1, MEMORY - 8, UINT64_MAX, 0};
    struct fata_ring_entry *e = &shared->entry[shared->tail & (entries - 1)];

    e->operation = take(in, 1) & 7;
    e->flags = take(in, 1) & 3;
    e->handle = take(in, 1) % (ENTRIES + 1);
    e->address = at[take(in, 1) % FATA_COUNT(at)];
    e->length = take(in, 1) * (e->flags != 0 ? 64 : 1);
    if (e->handle == LARGE)
        e->offset = at[take(in, 1) % FATA_COUNT(at)];
    e->id = take(in, 1) & 3;
    shared->tail++;
}

static void check(const struct ring *r)
{
    uint32_t waiting = 0, room = 0;

    require(r->waiting <= r->entries);
    require(r->frame.pieces <= FATA_RING_PIECES_MOST);
    for (uint32_t i = 1; i < ENTRIES; i++)
        for (uint32_t slot = r->device[i].first; slot != 0;
             slot = r->slot[slot].next) {
            require(slot <= r->entries && ++waiting <= r->entries);
            require(r->slot[slot].next != 0 || r->device[i].last == slot);
        }
    for (uint32_t slot = r->free; slot != 0; slot = r->slot[slot].next)
        require(slot <= r->entries && ++room <= r->entries);
    require(waiting == r->waiting && waiting + room == r->entries);
    for (size_t i = TEXT - 64; i < DATA; i++)
        require(hvt.memory[i] == FILL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ring r;
    struct input in = {data, size};
    uint32_t log = take(&in, 1);
    struct fata_ring *shared;
    uint32_t at;

    if (hvt.memory == NULL)
        prepare();
    drain();
    memset(hvt.memory + DATA, 0, MEMORY - DATA);
    shared = (struct fata_ring *)(void *)(hvt.memory + RING);
    r = (struct ring){.h = &hvt,
                      .shared = shared,
                      .entries = 2u << log % 10,
                      .plain = (log & 0x80) != 0,
                      .stats = &stats};
    hvt.image.net_offload = r.plain ? 0 : 1u << LARGE;
    ring_init(&r);
    while (in.size > 0)
        switch (take(&in, 1) & 7) {
        case 0: /* anything, anywhere */
            at = take(&in, 2) % (uint32_t)FATA_RING_SIZE(r.entries);
            hvt.memory[RING + at] = (uint8_t)take(&in, 1);
            break;
        case 1:
            at = take(&in, 1) % 32 * 4;
            memcpy(hvt.memory + RING + at, &(uint32_t){take(&in, 4)}, 4);
            break;
        case 2:
        case 3:
            submit(shared, r.entries, &in);
            break;
        case 4:
            shared->completion_head = shared->completion_tail;
            break;
        case 5:
            at = take(&in, 1);
            (void)send(peer, hvt.memory, at, MSG_DONTWAIT);
            (void)send(large_peer, hvt.memory, at * 257, MSG_DONTWAIT);
            r.device[SOCKET].readable = r.device[LARGE].readable = true;
            break;
        default:
            at = (uint32_t)ring_serve(&r);
            require(at < RING_MISTAKES);
            check(&r);
            if (at != 0) {
                require(ring_mistake((int)at) != NULL);
                return 0;
            }
            require(ring_guest_sleeps(&r) == (!r.plain && shared->wake != 0));
            require(ring_sleep(&r) == (shared->tail == r.head));
        }
    return 0;
}

#ifdef REPLAY
int main(int argc, char **argv)
{
    static uint8_t data[1 << 16];

    for (int i = 1; i < argc; i++) {
        FILE *f = fopen(argv[i], "rb");
        size_t size;

        if (f == NULL) {
            perror(argv[i]);
            return 1;
        }
        size = fread(data, 1, sizeof data, f);
        fclose(f);
        LLVMFuzzerTestOneInput(data, size);
    }
    printf("ok ring-corpus (%d inputs)\n", argc - 1);
    return 0;
}
#endif
