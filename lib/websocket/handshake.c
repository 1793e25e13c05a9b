/* SPDX-License-Identifier: ISC */
/* The key of the handshake: SHA-1 and base64, which RFC 6455 wants for it and
 * nothing else here does; it protects nothing.  libsodium has no SHA-1. */
#include <fata/websocket.h>

#include <string.h>

enum { KEY = 24, BLOCK = 64, HASH = 20 };

static uint32_t rotate(uint32_t x, unsigned n)
{
    return x << n | x >> (32 - n);
}

/* FIPS 180-4, section 6.1.2. */
static void add_block(uint32_t h[5], const uint8_t block[BLOCK])
{
    uint32_t w[80], a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];

    for (unsigned t = 0; t < 16; t++)
        w[t] = (uint32_t)block[4 * t] << 24 | (uint32_t)block[4 * t + 1] << 16 |
               (uint32_t)block[4 * t + 2] << 8 | block[4 * t + 3];
    for (unsigned t = 16; t < 80; t++)
        w[t] = rotate(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
    for (unsigned t = 0; t < 80; t++) {
        uint32_t f = t < 20   ? ((b & c) | (~b & d)) + 0x5a827999
                     : t < 40 ? (b ^ c ^ d) + 0x6ed9eba1
                     : t < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
                              : (b ^ c ^ d) + 0xca62c1d6;
        uint32_t next = rotate(a, 5) + f + e + w[t];
        e = d;
        d = c;
        c = rotate(b, 30);
        b = a;
        a = next;
    }
    h[0] += a;
    h[1] += b;
    h[2] += c;
    h[3] += d;
    h[4] += e;
}

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                             "abcdefghijklmnopqrstuvwxyz0123456789+/";

static bool is_key(const char *key, size_t size)
{
    if (size != KEY || key[22] != '=' || key[23] != '=')
        return false;
    for (size_t i = 0; i < 22; i++)
        if (key[i] == '\0' || memchr(digits, key[i], 64) == NULL)
            return false;
    return true;
}

bool fata_websocket_accept_key(const char *key, size_t size,
                               char out[FATA_WEBSOCKET_KEY + 1])
{
    static const char magic[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    enum { TEXT = KEY + sizeof(magic) - 1 }; /* 60 bytes: two blocks */
    uint32_t h[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476,
                     0xc3d2e1f0};
    uint8_t text[2 * BLOCK] = {0}, hash[HASH + 1] = {0};

    if (!is_key(key, size))
        return false;
    memcpy(text, key, KEY);
    memcpy(text + KEY, magic, sizeof(magic) - 1);
    text[TEXT] = 0x80;
    text[2 * BLOCK - 2] = (uint8_t)(TEXT * 8 >> 8);
    text[2 * BLOCK - 1] = (uint8_t)(TEXT * 8);
    add_block(h, text);
    add_block(h, text + BLOCK);
    for (unsigned i = 0; i < HASH; i++)
        hash[i] = (uint8_t)(h[i / 4] >> (24 - 8 * (i % 4)));
    for (unsigned i = 0; i < FATA_WEBSOCKET_KEY; i++) {
        unsigned bit = 6 * i;
        unsigned two = (unsigned)hash[bit / 8] << 8 |
                       (bit / 8 + 1 < sizeof(hash) ? hash[bit / 8 + 1] : 0u);
        out[i] = digits[two >> (10 - bit % 8) & 63];
    }
    out[FATA_WEBSOCKET_KEY - 1] = '=';
    out[FATA_WEBSOCKET_KEY] = '\0';
    return true;
}
