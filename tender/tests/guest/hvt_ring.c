/* SPDX-License-Identifier: ISC */
/* A guest of hvt that uses the network ring: ours (built with FATA; with
 * OFFLOAD it understands those of its net device), or that of the plain ABI;
 * and breaks its contract in every way. */
#define GUEST_HVT
#include "guest.h"
#include <fata/ring.h>

GUEST_NOTES(2, {.name = "disk", .type = SOLO5_DEVICE_BLOCK},
            {.name = "service", .type = SOLO5_DEVICE_NET});

#define DISK    1u
#define SERVICE 2u

static char buffer[4][2048];

#ifdef FATA
#define ENTRIES 8u
#define WRITE   FATA_RING_SEND
#define READ    FATA_RING_RECEIVE

static struct fata_offer offer;
static union {
    struct fata_ring ring;
    char bytes[FATA_RING_SIZE(ENTRIES)];
} memory __attribute__((aligned(4096)));

#ifdef OFFLOAD
static struct fata_vnet header;
static uint64_t header_at = (uint64_t)&header; /* of what is submitted */
#define WANTS    (FATA_FEATURE_NET_RING | FATA_FEATURE_RING_OFFLOAD)
#define OFFLOADS (UINT64_C(1) << SERVICE)
#else
#define header_at 0
#define WANTS     FATA_FEATURE_NET_RING
#define OFFLOADS  0
#endif

static const struct {
    struct note_header h;
    uint32_t pad;
    struct fata_note note;
} note_fata __attribute__((section(".note.fata"), used, aligned(8))) = {
    {FATA_NOTE_NAME_SIZE, 4 + sizeof(struct fata_note), FATA_NOTE_TYPE,
     FATA_NOTE_NAME},
    0,
    {FATA_NOTE_VERSION, sizeof(struct fata_note), WANTS, (uint64_t)&offer,
     sizeof offer, 0, 0, 0, (uint64_t)&memory, ENTRIES, OFFLOADS}};

#define RING (&memory.ring)

static void doorbell(void)
{
    *(volatile uint32_t *)(uintptr_t)offer.doorbell = 1;
}
#else
#define header_at 0
#define ENTRIES   1024u
#define WRITE     FATA_RING_PLAIN_WRITE
#define READ      FATA_RING_PLAIN_READ
#define RING      ((struct fata_ring *)(uintptr_t)BOOT->ring)

static void doorbell(void)
{
    out32(0x600, 0);
}
#endif

static uint32_t load(const uint32_t *p)
{
    return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}

static void store(uint32_t *p, uint32_t value)
{
    __atomic_store_n(p, value, __ATOMIC_SEQ_CST);
}

static void submit(uint16_t operation, uint16_t flags, uint32_t handle,
                   uint64_t address, uint32_t length, uint32_t id)
{
    uint32_t tail = RING->tail;

    RING->entry[tail & (ENTRIES - 1)] = (struct fata_ring_entry){
        operation, flags, handle, address, length, id, header_at};
    store(&RING->tail, tail + 1);
}

static void tell(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (load(&RING->doorbell) != 0)
        doorbell();
}

static int there(void)
{
    return load(&RING->completion_tail) != RING->completion_head;
}

/* Waits until there is a completion; takes it. */
static struct fata_ring_completion next(void)
{
    struct fata_ring_completion c;

    tell();
    while (!there()) {
#ifdef FATA /* Solo5's ring wakes nobody */
        store(&RING->wake, 1);
        if (!there())
            (void)poll(5000000000);
        store(&RING->wake, 0);
#endif
    }
    c = FATA_RING_COMPLETIONS(RING,
                              ENTRIES)[RING->completion_head & (ENTRIES - 1)];
    store(&RING->completion_head, RING->completion_head + 1);
    return c;
}

static void expect(uint32_t id, int result, uint32_t length)
{
    struct fata_ring_completion c = next();

    CHECK(c.id == id && c.result == result && c.length == length &&
          c.zero == 0);
}

static uint64_t at(const void *p)
{
    return (uint64_t)(uintptr_t)p;
}

#ifdef FATA
/* A frame out, and back from a peer that sends it again. */
static void check_net(void)
{
    submit(READ, FATA_RING_MORE, SERVICE, at(buffer[0]), 2048, 5);
    submit(READ, 0, SERVICE, at(buffer[1]), 2048, 6);
    tell();
    CHECK(poll(50000000) == 0 && !there()); /* nothing has come */
    for (int i = 0; i < 64; i++)
        buffer[2][i] = (char)i;
    submit(WRITE, 0, SERVICE, at(buffer[2]), 64, 7);
    expect(7, FATA_RING_OK, 64);
    expect(5, FATA_RING_OK, 64);
    expect(6, FATA_RING_AGAIN, 0); /* of the same chain */
    for (int i = 0; i < 64; i++)
        CHECK(buffer[0][i] == (char)i);
    CHECK(RING->head == 3 && !there());
}

/* Frames of any size, three under way at a time, from a peer that sends all of
 * them back: each comes once, in order, whole. */
static void check_stream(long rounds)
{
    static char out[3][2048];
    uint32_t sent = 0, got = 0;

    for (long i = 0; i < rounds; i++) {
        for (uint32_t k = 0; k < 3; k++)
            submit(READ, 0, SERVICE, at(buffer[k]), 2048, k);
        for (uint32_t k = 0; k < 3; k++, sent++) {
            for (uint32_t b = 0; b < 60 + sent % 1400; b++)
                out[k][b] = (char)(sent + b);
            submit(WRITE, k < 2 ? FATA_RING_MORE : 0, SERVICE, at(out[k]),
                   60 + sent % 1400, 8 + k);
        }
        for (uint32_t in = 0, done = 0; in + done < 6;) {
            struct fata_ring_completion c = next();

            CHECK(c.result == FATA_RING_OK);
            if (c.id >= 8) {
                CHECK(c.id == 8 + done);
                done++;
                continue;
            }
            CHECK(c.id == in && c.length == 60 + got % 1400);
            for (uint32_t b = 0; b < c.length; b++)
                CHECK(buffer[in][b] == (char)(got + b));
            in++, got++;
        }
    }
}

static void check_cancel(void)
{
    for (uint32_t i = 0; i < 4; i++)
        submit(READ, 0, SERVICE, at(buffer[i]), 2048, i == 3 ? 10 : 9);
    submit(FATA_RING_CANCEL, 0, SERVICE, 0, 0, 11); /* nobody */
    submit(FATA_RING_CANCEL, 0, SERVICE, 0, 0, 9);
    for (int i = 0; i < 3; i++)
        expect(9, FATA_RING_CANCELED, 0);
    submit(FATA_RING_CANCEL, 0, DISK, 0, 0, 10);
    submit(FATA_RING_CANCEL, 0, ~0u, 0, 0, 10);
    submit(FATA_RING_CANCEL, 0, SERVICE, 0, 0, 10);
    expect(10, FATA_RING_CANCELED, 0);
    /* The slots are free again: all of the ring, many times. */
    for (uint32_t i = 0; i < 100; i++) {
        for (uint32_t k = 0; k < ENTRIES - 1; k++)
            submit(READ, 0, SERVICE, at(buffer[0]), 2048, i);
        submit(FATA_RING_CANCEL, 0, SERVICE, 0, 0, i);
        for (uint32_t k = 0; k < ENTRIES - 1; k++)
            expect(i, FATA_RING_CANCELED, 0);
    }
}

/* After a failure the rest of the chain is not tried. */
static void check_gone(void)
{
    for (int round = 0; round < 2; round++) {
        struct fata_ring_completion c;

        submit(WRITE, FATA_RING_MORE, SERVICE, at(buffer[0]), 64, 1);
        submit(WRITE, FATA_RING_MORE, SERVICE, at(buffer[0]), 64, 2);
        submit(WRITE, 0, SERVICE, at(buffer[0]), 64, 3);
        c = next();
        CHECK(c.id == 1 && c.result == FATA_RING_EUNSPEC);
        expect(2, FATA_RING_AGAIN, 0);
        expect(3, FATA_RING_AGAIN, 0);
    }
}

static void check_refused(void)
{
    static const uint32_t handles[] = {0, DISK, 3, 63, 64, 1u << 31, ~0u};

    for (uint32_t i = 0; i < sizeof handles / sizeof handles[0]; i++) {
        submit(WRITE, 0, handles[i], at(buffer[0]), 64, i);
        submit(READ, 0, handles[i], at(buffer[0]), 64, 100 + i);
        expect(i, FATA_RING_EINVAL, 0);
        expect(100 + i, FATA_RING_EINVAL, 0);
    }
    CHECK(offer.features == FATA_FEATURE_NET_RING);
}

#ifdef OFFLOAD
static void check_headers(void)
{
    /* From the first of the text they are refused. */
    static const struct {
        struct fata_vnet header;
        uint32_t length;
        int result;
    } cases[] = {
        {{0}, 60, FATA_RING_OK},
        {{.flags = 1, .checksum_start = 34, .checksum_offset = 24},
         60,
         FATA_RING_OK},
        {{0}, 13, FATA_RING_EINVAL},
        {{0}, 1415, FATA_RING_EINVAL}, /* the MTU is 1400 */
        {{.flags = 2}, 60, FATA_RING_EINVAL},
        {{.flags = 3, .checksum_start = 34}, 60, FATA_RING_EINVAL},
        {{.flags = 1, .checksum_start = 13}, 60, FATA_RING_EINVAL},
        {{.flags = 1, .checksum_start = 34, .checksum_offset = 25},
         60,
         FATA_RING_EINVAL},
        {{.flags = 1, .checksum_start = 65535, .checksum_offset = 65535},
         60,
         FATA_RING_EINVAL},
        {{.gso_size = 1}, 60, FATA_RING_EINVAL},
        {{.header_length = 1}, 60, FATA_RING_EINVAL},
        {{0, 1, 54, 1000, 34, 16}, 2000, FATA_RING_EINVAL},
        {{1, 1, 54, 0, 34, 16}, 2000, FATA_RING_EINVAL},
        {{1, 1, 54, 1000, 34, 6}, 2000, FATA_RING_EINVAL},
        {{1, 1, 53, 1000, 34, 16}, 2000, FATA_RING_EINVAL},
        {{1, 1, 2000, 1000, 34, 16}, 2000, FATA_RING_EINVAL},
        {{1, 3, 54, 1000, 34, 16}, 2000, FATA_RING_EINVAL}, /* UDP */
        {{1, 0x81, 54, 1000, 34, 16}, 2000, FATA_RING_EINVAL},
    };

    CHECK(offer.features == WANTS && offer.net_offload == OFFLOADS);
    for (uint32_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int good = cases[i].result == FATA_RING_OK;

        header = cases[i].header;
        submit(WRITE, 0, SERVICE, at(buffer[0]), cases[i].length, i);
        expect(i, cases[i].result, good ? cases[i].length : 0);
    }
}

/* One completion for a frame, or for a chain of receives that is too small. */
static void check_pieces(void)
{
    submit(WRITE, FATA_RING_PIECE, SERVICE, at(buffer[0]), 14, 1);
    submit(WRITE, FATA_RING_PIECE, SERVICE, at(buffer[1]), 0, 2);
    submit(WRITE, FATA_RING_MORE, SERVICE, at(buffer[2]), 46, 3);
    submit(WRITE, FATA_RING_PIECE, SERVICE, at(buffer[2]), 14, 4);
    submit(WRITE, 0, SERVICE, at(buffer[2]), 1401, 5);
    expect(3, FATA_RING_OK, 60);
    expect(5, FATA_RING_EINVAL, 0);
    submit(READ, FATA_RING_MORE, SERVICE, at(buffer[0]), 2048, 6);
    submit(READ, 0, SERVICE, at(buffer[1]), 2048, 6);
    expect(6, FATA_RING_EINVAL, 0);
    CHECK(!there() && load(&RING->head) == 7);
}

/* Pieces without end; and what comes between them. */
static void break_frame(long n)
{
    for (long i = 0; i < n; i++) {
        submit(WRITE, FATA_RING_PIECE, SERVICE, at(buffer[0]), 1, 1);
        tell();
        while (RING->tail - load(&RING->head) >= ENTRIES)
            __asm__ volatile("pause");
    }
    submit(READ, 0, n == 1 ? DISK : SERVICE, at(buffer[0]), 2048, 2);
    tell();
    (void)poll(5000000000);
}
#endif

/* As many as the ring has may wait; one more may not. */
static void check_full(long more)
{
    for (uint32_t i = 0; i < ENTRIES; i++)
        submit(READ, 0, SERVICE, at(buffer[0]), 2048, i);
    tell();
    CHECK(poll(20000000) == 0 && load(&RING->head) == ENTRIES);
    for (long i = 0; i < more; i++)
        submit(READ, 0, SERVICE, at(buffer[0]), 2048, 0);
    tell();
    (void)poll(more > 0 ? 5000000000 : 20000000);
}
#else
static void check_net(void)
{
    CHECK((BOOT->features & SOLO5_HVT_FEATURE_RING) != 0);
    CHECK(BOOT->ring == BOOT->memory_size);
    submit(READ, 0, SERVICE, at(buffer[0]), 2048, 5);
    expect(5, FATA_RING_AGAIN, 0);
    buffer[2][63] = 7;
    submit(WRITE, 0, SERVICE, at(buffer[2]), 64, 6);
    tell();
    CHECK(poll(5000000000) == 1u << SERVICE);
    submit(READ, 0, SERVICE, at(buffer[0]), 2048, 7);
    expect(7, FATA_RING_OK, 64);
    CHECK(buffer[0][63] == 7 && !there() && RING->head == 3);
}

/* Unknown operations are skipped; a handle that is none has a result. */
static void check_refused(void)
{
    static const uint16_t skipped[] = {0, 3, 4, 5, 6, 0xffff};

    for (size_t i = 0; i < sizeof skipped / sizeof skipped[0]; i++)
        submit(skipped[i], 0, SERVICE, 0, 0, 1);
    submit(READ, 1, SERVICE, 0, 0, 1);
    submit(WRITE, 0, DISK, at(buffer[0]), 64, 1);
    submit(READ, 0, DISK, at(buffer[0]), 64, 2);
    expect(2, FATA_RING_EINVAL, 0);
}
#endif

static uint64_t value(const char *s)
{
    uint64_t n = 0;

    if (same(s, "memory"))
        return BOOT->memory_size;
    if (same(s, "buffer"))
        return at(buffer);
    if (same(s, "text"))
        return at(check_net);
    for (; *s != '\0'; s++)
        n = n * 16 + (uint64_t)(*s <= '9' ? *s - '0' : *s - 'a' + 10);
    return n;
}

/* `submit OPERATION ADDRESS OFFSET LENGTH`, then we wait for what comes. */
static void hostile_entry(void)
{
    char word[64];
    uint64_t address = value(argument(2, word));
    uint16_t operation = (uint16_t)value(argument(1, word));

    address += (uint64_t)number(argument(3, word));
    submit(operation, 0, SERVICE, address, (uint32_t)value(argument(4, word)),
           1);
    tell();
    (void)poll(5000000000);
}

#ifdef FATA
/* Everything in the ring changes while the worker reads it.  `wild`: counters
 * too, and addresses that are none; else all that it can see is in order. */
static void mutate(int wild)
{
    uint64_t seed = 88172645463325252u;
    uint64_t end = cycles() + 4 * BOOT->cycle_hz;
    struct fata_ring_entry *e;

    for (uint32_t i = 0; i < ENTRIES; i++)
        RING->entry[i] = (struct fata_ring_entry){
            READ, 0, SERVICE, at(buffer[0]), 2048, 0, 0};
    while (load(&RING->head) < 20000 && cycles() < end) {
        seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
        e = &RING->entry[seed & (ENTRIES - 1)];
        switch (seed >> 8 & 7) {
        case 0:
            e->operation = (uint16_t)(WRITE + (seed >> 16) % (wild ? 4 : 3));
            break;
        case 1:
            e->flags = (uint16_t)(seed >> 16);
            break;
        case 2:
            e->handle = (uint32_t)(seed >> 16) % 4;
            break;
        case 3:
            e->address = wild ? seed : at(buffer[seed >> 16 & 1]);
            break;
        case 4:
            e->length = wild ? (uint32_t)seed : (uint32_t)(seed >> 16) & 2047;
            break;
        case 5:
            e->id = (uint32_t)(seed >> 16) & 3;
#ifdef OFFLOAD
            e->offset = wild ? seed : at(&header) + (seed >> 40 & 15);
            ((char *)&header)[(seed >> 20) % sizeof header] =
                (char)(seed >> 32 & ((seed >> 30 & 1) != 0 ? 255 : 5));
#endif
            break;
        case 6:
            if (wild && (seed >> 16 & 0x3ff) == 0)
                store(&RING->completion_head, (uint32_t)(seed >> 32));
            else
                store(&RING->completion_head, load(&RING->completion_tail));
            break;
        default:
            if (wild && (seed >> 16 & 0x3ff) == 0)
                store(&RING->tail, (uint32_t)(seed >> 32));
            else if (RING->tail - load(&RING->head) < ENTRIES)
                store(&RING->tail, RING->tail + 1);
            store(&RING->wake, (uint32_t)(seed >> 40) & 1);
            tell();
        }
    }
    CHECK(load(&RING->head) > 100); /* the worker has read a good deal */
}
#endif

static void hostile(const char *word, long n)
{
    if (same(word, "tail"))
        store(&RING->tail, load(&RING->head) + (uint32_t)n);
    else if (same(word, "completion-head")) {
        store(&RING->completion_head, (uint32_t)n);
        submit(READ, 0, SERVICE, at(buffer[0]), 2048, 1);
    } else if (same(word, "doorbells"))
        for (; n > 0; n--)
            doorbell();
    else
        quit(98);
    tell();
    (void)poll(2000000000);
}

void _start(const struct solo5_hvt_boot *boot);
void _start(const struct solo5_hvt_boot *boot)
{
    char word[64], text[64];
    long n;

    (void)boot;
    argument(0, word);
    n = number(argument(1, text));
    if (same(word, "net"))
        check_net();
    else if (same(word, "refused"))
        check_refused();
    else if (same(word, "submit"))
        hostile_entry();
    else if (same(word, "wait")) {
        say("ready\n");
        (void)poll(10000000000);
    } else if (same(word, "spin")) {
        say("ready\n");
        for (;;)
            __asm__ volatile("");
#ifdef FATA
    } else if (same(word, "cancel"))
        check_cancel();
    else if (same(word, "stream"))
        check_stream(n);
    else if (same(word, "gone"))
        check_gone();
    else if (same(word, "full"))
        check_full(n);
    else if (same(word, "mutate"))
        mutate((int)n);
#ifdef OFFLOAD
    else if (same(word, "headers"))
        check_headers();
    else if (same(word, "pieces"))
        check_pieces();
    else if (same(word, "break"))
        break_frame(n);
    else if (same(word, "header")) { /* OPERATION ADDRESS OFFSET */
        header_at =
            value(argument(2, text)) + (uint64_t)number(argument(3, word));
        submit((uint16_t)n, 0, SERVICE, at(buffer[0]), 64, 1);
        tell();
        (void)poll(5000000000);
    }
#endif
    else if (same(word, "none")) {
        CHECK(offer.features == 0 && offer.doorbell == 0);
        *(volatile int *)0x110000000 = 1; /* where it would be */
    } else if (same(word, "doorbell-read")) {
        (void)*(volatile int *)(uintptr_t)offer.doorbell;
    } else if (same(word, "doorbell-jump")) {
        ((void (*)(void))(uintptr_t)offer.doorbell)();
#else
    } else if (same(word, "none")) {
        CHECK(BOOT->features == 0 && BOOT->ring == 0);
#endif
    } else
        hostile(word, n);
    say("SUCCESS\n");
    quit(0);
}
