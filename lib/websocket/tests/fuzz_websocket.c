/* SPDX-License-Identifier: ISC */
/* Fuzz harness: frames of any bytes, whole with much room and in parts with
 * little; what comes out must be the same.  The first byte of an input says
 * which end, the second how it is cut.  With -DREPLAY: a program that replays
 * files. */
#include <fata/websocket.h>
#include <fata/panic.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROOM = 65536 };

struct log {
    uint8_t text[ROOM];
    size_t size;
};

void fata_panic(const char *where, const char *what)
{
    fprintf(stderr, "%s: %s\n", where, what);
    abort();
}

static void note(struct log *l, const void *data, size_t size)
{
    if (size > ROOM - l->size)
        size = ROOM - l->size;
    memcpy(l->text + l->size, data, size);
    l->size += size;
}

static void run(bool server, const uint8_t *in, size_t size, uint32_t seed,
                struct log *l)
{
    struct fata_websocket ws;
    size_t there = seed == 0 ? size : 0, from = 0;

    fata_websocket_init(&ws, server, 2000);
    l->size = 0;
    for (;;) {
        uint8_t out[2000], *copy = malloc(there - from);
        size_t used, got, room = seed == 0 ? sizeof(out) : 1 + seed % 7;
        memcpy(copy, in + from, there - from);
        enum fata_websocket_event event = fata_websocket_feed(
            &ws, copy, there - from, &used, out, room, &got);
        free(copy);
        if (used > there - from || got > room)
            abort();
        from += used;
        if (event == FATA_WEBSOCKET_DATA) {
            note(l, out, got);
            if (ws.at_end)
                note(l, ws.is_text ? "T\n" : "B\n", 2);
        } else if (event == FATA_WEBSOCKET_MORE) {
            if (used > 0)
                continue;
            if (there == size)
                return;
            seed = seed * 1664525u + 1013904223u;
            there += 1 + (seed >> 24) % 5;
            if (there > size)
                there = size;
        } else if (event == FATA_WEBSOCKET_FAILED) {
            /* How much of a bad text comes before depends on the room. */
            l->size = 0;
            note(l, &ws.status, sizeof(ws.status));
            return;
        } else {
            note(l, event == FATA_WEBSOCKET_PING ? "I" : "O", 1);
            note(l, ws.control, ws.control_size);
            note(l, &ws.status, sizeof(ws.status));
            if (event == FATA_WEBSOCKET_CLOSE)
                return;
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct log whole, parts;
    if (size < 2 || size > 20000)
        return 0;
    run(data[0] & 1, data + 2, size - 2, 0, &whole);
    run(data[0] & 1, data + 2, size - 2, data[1] + 1u, &parts);
    if (whole.size != parts.size ||
        memcmp(whole.text, parts.text, whole.size) != 0)
        abort();
    return 0;
}

#ifdef REPLAY
int main(int argc, char **argv)
{
    static uint8_t data[20001];
    for (int i = 1; i < argc; i++) {
        FILE *f = fopen(argv[i], "rb");
        if (f == NULL)
            return 2;
        size_t n = fread(data, 1, sizeof(data), f);
        fclose(f);
        (void)LLVMFuzzerTestOneInput(data, n);
    }
    printf("%d passed, 0 failed\n", argc - 1);
    return 0;
}
#endif
