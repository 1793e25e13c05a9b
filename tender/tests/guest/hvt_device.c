/* SPDX-License-Identifier: ISC */
/* A guest of hvt with a block and a net device: plain and, built with FATA, in
 * ring 3.  `data` makes one hypercall with any buffer. */
#define GUEST_HVT
#include "guest.h"

GUEST_NOTES(2, {.name = "disk", .type = SOLO5_DEVICE_BLOCK},
            {.name = "service", .type = SOLO5_DEVICE_NET});

#define DISK    1u
#define SERVICE 2u

static char buffer[65536 + 4096];
static const struct solo5_device *disk, *service;

#ifdef FATA
static struct fata_offer offer;

static const struct {
    struct note_header h;
    uint32_t pad;
    struct fata_note note;
} note_fata __attribute__((section(".note.fata"), used, aligned(8))) = {
    {FATA_NOTE_NAME_SIZE, 4 + sizeof(struct fata_note), FATA_NOTE_TYPE,
     FATA_NOTE_NAME},
    0,
    {FATA_NOTE_VERSION, sizeof(struct fata_note), 0, (uint64_t)&offer,
     sizeof offer, 0, 0, 0, 0, 0}};
#endif

static int transfer(unsigned number, uint64_t handle, uint64_t offset,
                    void *data, uint64_t size)
{
    struct solo5_hvt_block call = {handle, offset, (uint64_t)(uintptr_t)data,
                                   size,   99,     0};

    hypercall(number, &call);
    if (call.handle != handle || call.offset != offset || call.length != size)
        quit(96);
    return call.result;
}

static int frame(unsigned number, uint64_t handle, void *data, uint64_t *size)
{
    struct solo5_hvt_net call = {handle, (uint64_t)(uintptr_t)data, *size, 99,
                                 0};

    hypercall(number, &call);
    *size = call.length;
    return call.result;
}

static void fill(char seed, size_t size)
{
    for (size_t i = 0; i < size; i++)
        buffer[i] = (char)(seed + (int)i * 7);
}

static int filled(char seed, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (buffer[i] != (char)(seed + (int)i * 7))
            return 0;
    return 1;
}

static void check_block(long block_size)
{
    uint64_t capacity = disk->info.block.capacity;
    uint64_t size = disk->info.block.block_size;

    CHECK(disk->attached == 1 && disk->type == SOLO5_DEVICE_BLOCK);
    CHECK(same(disk->name, "disk"));
    CHECK(capacity == 65536 && (long)size == block_size);
    for (uint64_t at = 0; at < capacity; at += capacity - size) {
        fill((char)(at + 1), size);
        CHECK(transfer(SOLO5_HVT_BLOCK_WRITE, DISK, at, buffer, size) == 0);
        fill(0, size);
        CHECK(transfer(SOLO5_HVT_BLOCK_READ, DISK, at, buffer, size) == 0);
        CHECK(filled((char)(at + 1), size));
    }
    /* All at once. */
    fill(3, capacity);
    CHECK(transfer(SOLO5_HVT_BLOCK_WRITE, DISK, 0, buffer, capacity) == 0);
    fill(0, capacity);
    CHECK(transfer(SOLO5_HVT_BLOCK_READ, DISK, 0, buffer, capacity) == 0);
    CHECK(filled(3, capacity));
}

/* What is refused with EINVAL, and changes nothing. */
static void check_block_refused(void)
{
    static const struct {
        uint64_t handle, offset, size;
    } bad[] = {
        {DISK, 65536, 512},
        {DISK, 65535, 512},
        {DISK, 1, 512},
        {DISK, 65024, 1024},
        {DISK, 0, 66048},
        {DISK, 0, 0},
        {DISK, 0, 511},
        {DISK, 0, 1},
        {DISK, ~511ul, 512},
        {DISK, ~0ul, 512},
        {DISK, 1ul << 63, 512},
        {DISK, 1ul << 32, 512},
        {0, 0, 512},
        {SERVICE, 0, 512},
        {3, 0, 512},
        {63, 0, 512},
        {64, 0, 512},
        {~0ul, 0, 512},
        {1ul << 32 | DISK, 0, 512},
        {1ul << 63, 0, 512},
        {DISK, 0x7ffffffffffffe00, 512},
    };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        for (unsigned call = SOLO5_HVT_BLOCK_WRITE;
             call <= SOLO5_HVT_BLOCK_READ; call++) {
            fill((char)i, 1024);
            CHECK(transfer(call, bad[i].handle, bad[i].offset, buffer,
                           bad[i].size) == SOLO5_EINVAL);
            CHECK(filled((char)i, 1024));
        }
}

static void check_net(void)
{
    char text[64];
    uint64_t size = sizeof buffer;

    CHECK(service->attached == 1 && service->type == SOLO5_DEVICE_NET);
    CHECK((service->info.net.mac[0] & 3) == 2);
    for (int i = 0; i < 64; i++)
        text[i] = (char)i;
    CHECK(frame(SOLO5_HVT_NET_READ, SERVICE, buffer, &size) == SOLO5_AGAIN);
    CHECK(size == sizeof buffer);
    size = 64;
    CHECK(frame(SOLO5_HVT_NET_WRITE, SERVICE, text, &size) == SOLO5_OK);
    CHECK(size == 64);
    CHECK(poll(5000000000) == 1u << SERVICE);
    CHECK(poll(0) == 1u << SERVICE); /* as long as there is something */
    size = sizeof buffer;
    CHECK(frame(SOLO5_HVT_NET_READ, SERVICE, buffer, &size) == SOLO5_OK);
    CHECK(size == 64);
    for (int i = 0; i < 64; i++)
        CHECK(buffer[i] == text[i]);
    size = sizeof buffer;
    CHECK(frame(SOLO5_HVT_NET_READ, SERVICE, buffer, &size) == SOLO5_AGAIN);
    CHECK(poll(1000000) == 0);
}

static void check_net_refused(void)
{
    static const uint64_t handles[] = {
        0, DISK, 3, 63, 64, ~0ul, 1ul << 32 | SERVICE, 1ul << 63};

    for (size_t i = 0; i < sizeof handles / sizeof handles[0]; i++)
        for (unsigned call = SOLO5_HVT_NET_WRITE; call <= SOLO5_HVT_NET_READ;
             call++) {
            uint64_t size = 64;

            fill((char)i, 64);
            CHECK(frame(call, handles[i], buffer, &size) == SOLO5_EINVAL);
            CHECK(size == 64 && filled((char)i, 64));
        }
}

static void check_net_error(long pause)
{
    uint64_t size = 64;
    int result;

    say("ready\n");
    for (long end = pause; end > 0 && poll((uint64_t)end * 1000000) == 0;)
        end = 0;
    result = frame(SOLO5_HVT_NET_WRITE, SERVICE, buffer, &size);
    CHECK(result != SOLO5_OK && result != 99);
    result = frame(SOLO5_HVT_NET_READ, SERVICE, buffer, &size);
    CHECK(result != SOLO5_OK && result != 99);
}

static uint64_t value(const char *s)
{
    uint64_t n = 0;

    if (same(s, "memory"))
        return BOOT->memory_size;
    if (same(s, "buffer"))
        return (uint64_t)(uintptr_t)buffer;
    if (same(s, "text"))
        return (uint64_t)(uintptr_t)check_net;
    for (; *s != '\0'; s++)
        n = n * 16 + (uint64_t)(*s <= '9' ? *s - '0' : *s - 'a' + 10);
    return n;
}

/* `data CALL ADDRESS OFFSET LENGTH`: a transfer with a bad buffer */
static void hostile(unsigned call)
{
    char word[64];
    uint64_t data = value(argument(2, word));
    uint64_t size;
    int result;

    data += (uint64_t)number(argument(3, word));
    size = value(argument(4, word));
    if (call <= SOLO5_HVT_BLOCK_READ)
        result = transfer(call, DISK, 0, (void *)(uintptr_t)data, size);
    else
        result = frame(call, SERVICE, (void *)(uintptr_t)data, &size);
    say_number("result ", result);
}

void _start(const struct solo5_hvt_boot *boot);
void _start(const struct solo5_hvt_boot *boot)
{
    const struct solo5_manifest *m =
        (const struct solo5_manifest *)(uintptr_t)boot->manifest;
    char word[64], text[64];
    long n;

    CHECK(m->entries == 3);
#ifdef FATA
    CHECK(offer.version == FATA_NOTE_VERSION && offer.features == 0);
#endif
    disk = &m->device[1];
    service = &m->device[2];
    argument(0, word);
    n = number(argument(1, text));
    if (same(word, "block"))
        check_block(n);
    else if (same(word, "block-refused"))
        check_block_refused();
    else if (same(word, "net"))
        check_net();
    else if (same(word, "net-refused"))
        check_net_refused();
    else if (same(word, "mtu"))
        CHECK(service->info.net.mtu == n);
    else if (same(word, "mac")) {
        for (int i = 0; i < 6; i++)
            CHECK(service->info.net.mac[i] == i * 2);
    } else if (same(word, "write-error"))
        CHECK(transfer(SOLO5_HVT_BLOCK_WRITE, DISK, 65536 - 512, buffer, 512) ==
              SOLO5_EUNSPEC);
    else if (same(word, "net-error"))
        check_net_error(n);
    else if (same(word, "data"))
        hostile((unsigned)n);
    else if (same(word, "spin")) {
        say("ready\n");
        poll(10000000000);
        quit(98);
    } else
        quit(98);
    say("SUCCESS\n");
    quit(0);
}
