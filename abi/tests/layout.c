/* SPDX-License-Identifier: ISC */
/* The bytes of what crosses the border.  A change here is a change of the ABI:
 * it needs a new version. */
#include <fata/abi.h>
#include <fata/ring.h>
#include <fata/solo5.h>
#include <fata/test.h>

static bool byte_at(const void *structure, size_t offset, unsigned value)
{
    return ((const unsigned char *)structure)[offset] == value;
}

FATA_TEST(note_bytes)
{
    const struct fata_note n = {.version = 0x11,
                                .length = 0x12,
                                .wants = 0x13,
                                .offer = 0x14,
                                .offer_size = 0x15,
                                .stacks = 0x16,
                                .stack_size = 0x17,
                                .stack_count = 0x18,
                                .ring = 0x19,
                                .ring_entries = 0x1a,
                                .net_offload = 0x1b};

    fata_check(sizeof n == 80 && FATA_NOTE_SIZE_1 == 56 &&
               FATA_NOTE_SIZE_2 == 72);
    fata_check(byte_at(&n, 0, 0x11) && byte_at(&n, 4, 0x12));
    fata_check(byte_at(&n, 8, 0x13) && byte_at(&n, 16, 0x14));
    fata_check(byte_at(&n, 24, 0x15) && byte_at(&n, 32, 0x16));
    fata_check(byte_at(&n, 40, 0x17) && byte_at(&n, 48, 0x18));
    fata_check(byte_at(&n, 56, 0x19) && byte_at(&n, 64, 0x1a));
    fata_check(byte_at(&n, 72, 0x1b));
}

FATA_TEST(offer_bytes)
{
    const struct fata_offer o = {.version = 0x11,
                                 .length = 0x12,
                                 .features = 0x13,
                                 .shutdown_data = 0x14,
                                 .entropy = {0x15},
                                 .doorbell = 0x16,
                                 .net_offload = 0x17,
                                 .clock = 0x18};

    fata_check(sizeof o == 80 && FATA_OFFER_SIZE_1 == 56 &&
               FATA_OFFER_SIZE_2 == 64);
    fata_check(byte_at(&o, 0, 0x11) && byte_at(&o, 4, 0x12));
    fata_check(byte_at(&o, 8, 0x13) && byte_at(&o, 16, 0x14));
    fata_check(byte_at(&o, 24, 0x15) && byte_at(&o, 56, 0x16));
    fata_check(byte_at(&o, 64, 0x17) && byte_at(&o, 72, 0x18));
}

FATA_TEST(vnet_bytes)
{
    const struct fata_vnet v = {.flags = 0x11,
                                .gso = 0x12,
                                .header_length = 0x13,
                                .gso_size = 0x14,
                                .checksum_start = 0x15,
                                .checksum_offset = 0x16};

    fata_check(sizeof v == 10);
    fata_check(byte_at(&v, 0, 0x11) && byte_at(&v, 1, 0x12));
    fata_check(byte_at(&v, 2, 0x13) && byte_at(&v, 4, 0x14));
    fata_check(byte_at(&v, 6, 0x15) && byte_at(&v, 8, 0x16));
    fata_check(FATA_VNET_CHECKSUM == 1 && FATA_VNET_VALID == 2 &&
               FATA_VNET_TCP4 == 1 && FATA_VNET_TCP6 == 4 &&
               FATA_VNET_ECN == 0x80);
}

FATA_TEST(shutdown_data)
{
    fata_check(FATA_SPT_SHUTDOWN_DATA == 0xfffffffd);
    fata_check(FATA_HVT_SHUTDOWN_DATA == 1);
}

FATA_TEST(features_are_bits)
{
    fata_check(FATA_FEATURE_GUARDS == 1 && FATA_FEATURE_SHUTDOWN == 2 &&
               FATA_FEATURE_ENTROPY == 4 && FATA_FEATURE_NET_RING == 8 &&
               FATA_FEATURE_NET_OFFLOAD == 16 && FATA_FEATURE_CLOCK == 32 &&
               FATA_FEATURE_RING_OFFLOAD == 64);
    fata_check(FATA_NOTE_VERSION == 3);
}

FATA_TEST(device_bytes)
{
    struct solo5_device d = {.name = "x", .type = 0x21, .attached = 0x22};

    d.info.block.capacity = 0x23;
    d.info.block.block_size = 0x24;
    d.host.descriptor = 0x25;
    fata_check(sizeof d == 104);
    fata_check(byte_at(&d, 0, 'x') && byte_at(&d, 68, 0x21));
    fata_check(byte_at(&d, 72, 0x23) && byte_at(&d, 80, 0x24));
    fata_check(byte_at(&d, 88, 0x25) && byte_at(&d, 96, 0x22));
    d.info.net.mac[0] = 0x26;
    d.info.net.mtu = 0x27;
    fata_check(byte_at(&d, 72, 0x26) && byte_at(&d, 78, 0x27));
}

FATA_TEST(spt_boot_bytes)
{
    const struct solo5_spt_boot b = {.memory_size = 0x31,
                                     .kernel_end = 0x32,
                                     .command_line = 0x33,
                                     .manifest = 0x34,
                                     .epoll = 0x35,
                                     .timer = 0x36};

    fata_check(sizeof b == 40);
    fata_check(byte_at(&b, 0, 0x31) && byte_at(&b, 8, 0x32));
    fata_check(byte_at(&b, 16, 0x33) && byte_at(&b, 24, 0x34));
    fata_check(byte_at(&b, 32, 0x35) && byte_at(&b, 36, 0x36));
}

FATA_TEST(hvt_boot_bytes)
{
    const struct solo5_hvt_boot b = {.memory_size = 0x41,
                                     .kernel_end = 0x42,
                                     .cycle_hz = 0x43,
                                     .command_line = 0x44,
                                     .manifest = 0x45,
                                     .features = 0x46,
                                     .accepted = 0x47,
                                     .ring = 0x48};

    fata_check(sizeof b == 56);
    fata_check(byte_at(&b, 0, 0x41) && byte_at(&b, 8, 0x42));
    fata_check(byte_at(&b, 16, 0x43) && byte_at(&b, 24, 0x44));
    fata_check(byte_at(&b, 32, 0x45) && byte_at(&b, 40, 0x46));
    fata_check(byte_at(&b, 44, 0x47) && byte_at(&b, 48, 0x48));
}

FATA_TEST(hvt_call_bytes)
{
    const struct solo5_hvt_poll p = {.timeout = 1, .ready = 2, .count = 3};
    const struct solo5_hvt_block k = {.handle = 1,
                                      .offset = 2,
                                      .data = 3,
                                      .length = 4,
                                      .result = 5};
    const struct solo5_hvt_net n = {.handle = 1,
                                    .data = 2,
                                    .length = 3,
                                    .result = 4};
    const struct solo5_hvt_halt h = {.cookie = 1, .status = 2};
    const struct solo5_hvt_puts u = {.data = 1, .length = 2};

    fata_check(sizeof p == 24 && byte_at(&p, 0, 1) && byte_at(&p, 8, 2));
    fata_check(byte_at(&p, 16, 3));
    fata_check(sizeof k == 40 && byte_at(&k, 0, 1) && byte_at(&k, 8, 2));
    fata_check(byte_at(&k, 16, 3) && byte_at(&k, 24, 4));
    fata_check(byte_at(&k, 32, 5));
    fata_check(sizeof n == 32 && byte_at(&n, 0, 1) && byte_at(&n, 8, 2));
    fata_check(byte_at(&n, 16, 3) && byte_at(&n, 24, 4));
    fata_check(sizeof h == 16 && byte_at(&h, 0, 1) && byte_at(&h, 8, 2));
    fata_check(sizeof u == 16 && byte_at(&u, 0, 1) && byte_at(&u, 8, 2));
    fata_check(SOLO5_HVT_PORT == 0x500 && SOLO5_HVT_WALLTIME == 1);
    fata_check(SOLO5_HVT_PUTS == 2 && SOLO5_HVT_POLL == 3);
    fata_check(SOLO5_HVT_BLOCK_WRITE == 4 && SOLO5_HVT_BLOCK_READ == 5);
    fata_check(SOLO5_HVT_NET_WRITE == 6 && SOLO5_HVT_NET_READ == 7);
    fata_check(SOLO5_HVT_HALT == 8);
}

FATA_TEST(ring_bytes)
{
    static union {
        struct fata_ring ring;
        unsigned char bytes[FATA_RING_SIZE(2)];
    } u = {.ring = {.tail = 1,
                    .completion_head = 2,
                    .wake = 3,
                    .head = 4,
                    .completion_tail = 5,
                    .doorbell = 6}};
    const struct fata_ring_entry e = {.operation = 1,
                                      .flags = 2,
                                      .handle = 3,
                                      .address = 4,
                                      .length = 5,
                                      .id = 6,
                                      .offset = 7};
    const struct fata_ring_completion c = {.id = 1, .result = 2, .length = 3};

    fata_check(sizeof u == 128 + 2 * 48);
    fata_check(byte_at(&u, 0, 1) && byte_at(&u, 4, 2) && byte_at(&u, 8, 3));
    fata_check(byte_at(&u, 64, 4) && byte_at(&u, 68, 5) && byte_at(&u, 72, 6));
    fata_check((unsigned char *)u.ring.entry == u.bytes + 128);
    fata_check((unsigned char *)FATA_RING_COMPLETIONS(&u.ring, 2) ==
               u.bytes + 192);
    fata_check(sizeof e == 32 && byte_at(&e, 0, 1) && byte_at(&e, 2, 2));
    fata_check(byte_at(&e, 4, 3) && byte_at(&e, 8, 4) && byte_at(&e, 16, 5));
    fata_check(byte_at(&e, 20, 6) && byte_at(&e, 24, 7));
    fata_check(sizeof c == 16 && byte_at(&c, 0, 1) && byte_at(&c, 4, 2));
    fata_check(byte_at(&c, 8, 3));
}

FATA_TEST(ring_numbers)
{
    fata_check(FATA_RING_PLAIN_WRITE == 1 && FATA_RING_PLAIN_READ == 2);
    fata_check(FATA_RING_SEND == 3 && FATA_RING_RECEIVE == 4);
    fata_check(FATA_RING_CANCEL == 5 && FATA_RING_MORE == 1);
    fata_check(FATA_RING_OK == (int)SOLO5_OK);
    fata_check(FATA_RING_AGAIN == (int)SOLO5_AGAIN);
    fata_check(FATA_RING_EINVAL == (int)SOLO5_EINVAL);
    fata_check(FATA_RING_EUNSPEC == (int)SOLO5_EUNSPEC);
    fata_check(FATA_RING_CANCELED == 4 && FATA_RING_PIECE == 2);
    fata_check(FATA_RING_PIECES_MOST == 128 && FATA_RING_LARGEST == 65549);
}
