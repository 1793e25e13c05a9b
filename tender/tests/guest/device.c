/* SPDX-License-Identifier: ISC */
/* A plain Solo5 guest with a block and a net device, and the hostile guest:
 * `call N A B C D E F` makes any system call. */
#include "guest.h"

GUEST_NOTES(2, {.name = "disk", .type = SOLO5_DEVICE_BLOCK},
            {.name = "service", .type = SOLO5_DEVICE_NET});

static char buffer[4096];
static const struct solo5_device *disk, *service;

static long transfer(long call, uint64_t offset)
{
    return CALL(call, disk->host.descriptor, buffer,
                disk->info.block.block_size, offset, 0, 0);
}

static void fill(char seed)
{
    for (int i = 0; i < 4096; i++)
        buffer[i] = (char)(seed + i * 7);
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
        fill((char)(at + 1));
        CHECK(transfer(CALL_PWRITE, at) == (long)size);
        fill(0);
        CHECK(transfer(CALL_PREAD, at) == (long)size);
        CHECK(filled((char)(at + 1), size));
    }
}

static void check_net(void)
{
    char frame[64];
    long fd = service->host.descriptor;

    CHECK(service->attached == 1 && service->type == SOLO5_DEVICE_NET);
    CHECK((service->info.net.mac[0] & 3) == 2);
    for (int i = 0; i < 64; i++)
        frame[i] = (char)i;
    CHECK(CALL(CALL_READ, fd, buffer, sizeof buffer, 0, 0, 0) == -11);
    CHECK(CALL(CALL_WRITE, fd, frame, 64, 0, 0, 0) == 64);
    CHECK(wait_until(now() + 5000000000) == 2);
    CHECK(CALL(CALL_READ, fd, buffer, sizeof buffer, 0, 0, 0) == 64);
    for (int i = 0; i < 64; i++)
        CHECK(buffer[i] == frame[i]);
    CHECK(CALL(CALL_READ, fd, buffer, sizeof buffer, 0, 0, 0) == -11);
}

/* A number, negative, hexadecimal, or a name for what this process has. */
static long value(const char *s)
{
    unsigned long n = 0;

    if (same(s, "epoll"))
        return BOOT->epoll;
    if (same(s, "timer"))
        return BOOT->timer;
    if (same(s, "disk"))
        return disk->host.descriptor;
    if (same(s, "net"))
        return service->host.descriptor;
    if (same(s, "buffer"))
        return (long)(uintptr_t)buffer;
    if (same(s, "high-one")) /* descriptor 1 with garbage above */
        return 0x100000001;
    if (same(s, "high-disk"))
        return disk->host.descriptor | 1L << 32;
    if (s[0] != '0' || s[1] != 'x')
        return number(s);
    for (s += 2; *s != '\0'; s++)
        n = n * 16 + (unsigned long)(*s <= '9' ? *s - '0' : *s - 'a' + 10);
    return (long)n;
}

static long call32(long n)
{
    long result;

    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(n), "b"(-1L), "c"(0x7fffffffL), "d"(-1L), "S"(-1L),
                       "D"(-1L)
                     : "memory", "r8", "r9", "r10", "r11");
    return result;
}

static void hostile(void)
{
    char word[64];
    long a[7];

    for (int i = 0; i < 7; i++)
        a[i] = value(argument(i + 1, word));
    say_number("returned ", call6(a[0], a[1], a[2], a[3], a[4], a[5], a[6]));
    quit(77);
}

void _start(const struct solo5_spt_boot *boot);
void _start(const struct solo5_spt_boot *boot)
{
    const struct solo5_manifest *m =
        (const struct solo5_manifest *)(uintptr_t)boot->manifest;
    char word[64], text[64];

    CHECK(m->entries == 3);
    disk = &m->device[1];
    service = &m->device[2];
    argument(0, word);
    argument(1, text);
    if (same(word, "block"))
        check_block(number(text));
    else if (same(word, "net"))
        check_net();
    else if (same(word, "mtu"))
        CHECK(service->info.net.mtu == number(text));
    else if (same(word, "mac")) {
        for (int i = 0; i < 6; i++)
            CHECK(service->info.net.mac[i] == i * 2);
    } else if (same(word, "write-error"))
        CHECK(transfer(CALL_PWRITE, 65536 - 512) == -number(text));
    else if (same(word, "net-error")) {
        /* Its other end is gone, or will be once we are ready. */
        say("ready\n");
        int64_t end = now() + number(text) * 1000000;
        long sent;
        do { /* a frame of the host's wakes us, too */
            wait_until(end);
            while (CALL(CALL_READ, service->host.descriptor, buffer,
                        sizeof buffer, 0, 0, 0) > 0)
                ;
            sent =
                CALL(CALL_WRITE, service->host.descriptor, buffer, 64, 0, 0, 0);
        } while (sent >= 0 && now() < end);
        CHECK(sent < 0);
        CHECK(CALL(CALL_READ, service->host.descriptor, buffer, 64, 0, 0, 0) <=
              0);
    } else if (same(word, "call"))
        hostile();
    else if (same(word, "call32")) {
        say_number("returned ", call32(number(text)));
        quit(77);
    } else
        quit(98);
    say("SUCCESS\n");
    quit(0);
}
