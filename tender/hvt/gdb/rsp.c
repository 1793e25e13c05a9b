/* SPDX-License-Identifier: ISC */
/* GDB's remote serial protocol: framing and commands. */
#include "rsp.h"

#include <string.h>

static int digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

static enum rsp_event feed_idle(struct rsp_reader *r, uint8_t byte)
{
    switch (byte) {
    case '$':
        r->state = RSP_BODY;
        r->size = 0;
        r->sum = 0;
        r->bad = false;
        return RSP_NOTHING;
    case '-':
        return RSP_AGAIN;
    case 3:
        return RSP_INTERRUPT;
    default:
        return RSP_NOTHING;
    }
}

enum rsp_event rsp_feed(struct rsp_reader *r, uint8_t byte)
{
    int value = digit(byte);

    switch (r->state) {
    case RSP_BODY:
        if (byte == '$')
            return feed_idle(r, byte);
        if (byte == '#') {
            r->state = RSP_SUM;
            return RSP_NOTHING;
        }
        r->sum = (uint8_t)(r->sum + byte);
        if (r->size == sizeof r->packet)
            r->bad = true;
        else
            r->packet[r->size++] = (char)byte;
        return RSP_NOTHING;
    case RSP_SUM:
        r->bad = r->bad || value < 0;
        r->given = (uint8_t)((unsigned)value << 4);
        r->state = RSP_SUM2;
        return RSP_NOTHING;
    case RSP_SUM2:
        r->state = RSP_IDLE;
        r->given |= (uint8_t)value;
        return r->bad || value < 0 || r->given != r->sum ? RSP_BAD : RSP_PACKET;
    case RSP_IDLE:
    default:
        return feed_idle(r, byte);
    }
}

static void put(struct rsp_reply *r, const char *text, size_t size)
{
    if (size > sizeof r->text - r->size)
        size = sizeof r->text - r->size;
    memcpy(r->text + r->size, text, size);
    r->size += size;
}

void rsp_put(struct rsp_reply *r, const char *text)
{
    put(r, text, strlen(text));
}

void rsp_put_hex(struct rsp_reply *r, const uint8_t *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < size; i++) {
        const char two[] = {digits[bytes[i] >> 4], digits[bytes[i] & 15]};

        put(r, two, sizeof two);
    }
}

/* What is left of a packet. */
struct rest {
    const uint8_t *at, *end;
};

static bool take(struct rest *p, char c)
{
    if (p->at == p->end || *p->at != (uint8_t)c)
        return false;
    p->at++;
    return true;
}

static bool take_word(struct rest *p, const char *word)
{
    size_t size = strlen(word);

    if ((size_t)(p->end - p->at) < size || memcmp(p->at, word, size) != 0)
        return false;
    p->at += size;
    return true;
}

/* One to sixteen hexadecimal digits. */
static bool take_number(struct rest *p, uint64_t *number)
{
    const uint8_t *start = p->at;

    *number = 0;
    for (; p->at != p->end && digit(*p->at) >= 0; p->at++) {
        if (*number >> 60 != 0)
            return false;
        *number = *number << 4 | (unsigned)digit(*p->at);
    }
    return p->at != start;
}

/* Exactly `size` bytes, which end the packet. */
static bool take_bytes(struct rest *p, uint8_t *bytes, size_t size)
{
    if ((size_t)(p->end - p->at) != 2 * size)
        return false;
    for (size_t i = 0; i < size; i++, p->at += 2) {
        int high = digit(p->at[0]), low = digit(p->at[1]);

        if (high < 0 || low < 0)
            return false;
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static bool read_memory(const struct rsp_target *t, struct rest *p,
                        struct rsp_reply *reply)
{
    uint8_t bytes[RSP_PACKET_MAX / 2];
    uint64_t address, size;

    if (!take_number(p, &address) || !take(p, ',') || !take_number(p, &size))
        return false;
    if (size > sizeof bytes)
        size = sizeof bytes;
    size = t->read(t->context, address, bytes, size);
    rsp_put_hex(reply, bytes, size);
    return size != 0;
}

static bool write_memory(const struct rsp_target *t, struct rest *p)
{
    uint8_t bytes[RSP_PACKET_MAX / 2];
    uint64_t address, size;

    return take_number(p, &address) && take(p, ',') && take_number(p, &size) &&
           take(p, ':') && size <= sizeof bytes && take_bytes(p, bytes, size) &&
           t->write(t->context, address, bytes, size);
}

static bool read_registers(const struct rsp_target *t, struct rsp_reply *reply)
{
    uint8_t state[RSP_STATE_SIZE];

    if (!t->get(t->context, state))
        return false;
    rsp_put_hex(reply, state, sizeof state);
    return true;
}

static bool write_registers(const struct rsp_target *t, struct rest *p)
{
    uint8_t state[RSP_STATE_SIZE];

    return take_bytes(p, state, sizeof state) && t->set(t->context, state);
}

static bool one_register(const struct rsp_target *t, struct rest *p, bool write,
                         struct rsp_reply *reply)
{
    uint8_t state[RSP_STATE_SIZE];
    size_t offset, size;
    uint64_t number;

    if (!take_number(p, &number) || !rsp_register(number, &offset, &size) ||
        !t->get(t->context, state))
        return false;
    if (!write) {
        rsp_put_hex(reply, state + offset, size);
        return true;
    }
    return take(p, '=') && take_bytes(p, state + offset, size) &&
           t->set(t->context, state);
}

/* Returns 0 for a kind that we do not have, -1 for a failure. */
static int breakpoint(const struct rsp_target *t, struct rest *p, bool insert)
{
    uint64_t kind, address;

    if (!take_number(p, &kind) || !take(p, ',') || !take_number(p, &address))
        return -1;
    if (kind > 1) /* watchpoints: gdb steps instead */
        return 0;
    return t->breakpoint(t->context, address, insert) ? 1 : -1;
}

static bool describe(struct rest *p, struct rsp_reply *reply)
{
    uint64_t offset, size, whole = strlen(rsp_description);

    if (!take_number(p, &offset) || !take(p, ',') || !take_number(p, &size))
        return false;
    if (offset > whole)
        offset = whole;
    if (size > RSP_PACKET_MAX - 1)
        size = RSP_PACKET_MAX - 1;
    if (size >= whole - offset) {
        size = whole - offset;
        rsp_put(reply, "l");
    } else {
        rsp_put(reply, "m");
    }
    put(reply, rsp_description + offset, size);
    return true;
}

static void query(struct rest *p, struct rsp_reply *reply)
{
    if (take_word(p, "Supported"))
        rsp_put(reply, "PacketSize=800;qXfer:features:read+;swbreak+");
    else if (take_word(p, "Attached"))
        rsp_put(reply, "0"); /* ends with gdb */
    else if (take_word(p, "Xfer:features:read:target.xml:") &&
             !describe(p, reply))
        rsp_put(reply, "E01");
}

/* C and S: the signal; then, for all, an address that gdb does not send. */
static enum rsp_action resume(char command, struct rest *p, unsigned *signal)
{
    uint64_t number = 0;

    if ((command == 'C' || command == 'S') && !take_number(p, &number))
        number = 0;
    *signal = (unsigned)(number & 0xff);
    return command == 'c' || command == 'C' ? RSP_CONTINUE : RSP_STEP;
}

enum rsp_action rsp_command(const struct rsp_target *t, const char *packet,
                            size_t size, struct rsp_reply *reply,
                            unsigned *signal)
{
    struct rest p = {(const uint8_t *)packet, (const uint8_t *)packet + size};
    int done = 0; /* 1: say OK; -1: say that it failed */
    char command;

    reply->size = 0;
    *signal = 0;
    if (size == 0)
        return RSP_ANSWER;
    command = (char)*p.at++;
    switch (command) {
    case '?':
        t->why(t->context, reply);
        break;
    case 'g':
        done = read_registers(t, reply) ? 0 : -1;
        break;
    case 'G':
        done = write_registers(t, &p) ? 1 : -1;
        break;
    case 'p':
        done = one_register(t, &p, false, reply) ? 0 : -1;
        break;
    case 'P':
        done = one_register(t, &p, true, reply) ? 1 : -1;
        break;
    case 'm':
        done = read_memory(t, &p, reply) ? 0 : -1;
        break;
    case 'M':
        done = write_memory(t, &p) ? 1 : -1;
        break;
    case 'Z':
    case 'z':
        done = breakpoint(t, &p, command == 'Z');
        break;
    case 'q':
        query(&p, reply);
        break;
    case 'H': /* the thread, of which there is one */
        done = 1;
        break;
    case 'c':
    case 'C':
    case 's':
    case 'S':
        return resume(command, &p, signal);
    case 'D':
        rsp_put(reply, "OK");
        return RSP_DETACH;
    case 'k':
        return RSP_KILL;
    default:
        break;
    }
    if (done != 0) {
        reply->size = 0;
        rsp_put(reply, done > 0 ? "OK" : "E01");
    }
    return RSP_ANSWER;
}
