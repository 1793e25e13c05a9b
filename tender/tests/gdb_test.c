/* SPDX-License-Identifier: ISC */
/* Unit tests of gdb's protocol: packets in, replies out. */
#include "../hvt/gdb/rsp.h"
#include "unit.h"

#include <string.h>

static uint8_t memory[16] = {1, 2, 3, 4};
static uint8_t registers[RSP_STATE_SIZE];
static uint64_t breakpoint_at;

static size_t read_memory(void *context, uint64_t address, uint8_t *to,
                          size_t size)
{
    (void)context;
    if (address > sizeof memory)
        return 0;
    if (size > sizeof memory - address)
        size = sizeof memory - (size_t)address;
    memcpy(to, memory + address, size);
    return size;
}

static bool write_memory(void *context, uint64_t address, const uint8_t *from,
                         size_t size)
{
    (void)context;
    if (address > sizeof memory || size > sizeof memory - address)
        return false;
    memcpy(memory + address, from, size);
    return true;
}

static bool get(void *context, uint8_t state[RSP_STATE_SIZE])
{
    (void)context;
    memcpy(state, registers, RSP_STATE_SIZE);
    return true;
}

static bool set(void *context, const uint8_t state[RSP_STATE_SIZE])
{
    (void)context;
    memcpy(registers, state, RSP_STATE_SIZE);
    return true;
}

static bool breakpoint(void *context, uint64_t address, bool insert)
{
    (void)context;
    breakpoint_at = insert ? address : 0;
    return true;
}

static void why(void *context, struct rsp_reply *reply)
{
    (void)context;
    rsp_put(reply, "T05");
}

static const struct rsp_target target = {NULL, read_memory, write_memory, get,
                                         set,  breakpoint,  why};
static struct rsp_reply reply;

/* reply  NULL: not looked at */
static void command(const char *packet, enum rsp_action action, unsigned signal,
                    const char *expected)
{
    unsigned given;
    enum rsp_action done =
        rsp_command(&target, packet, strlen(packet), &reply, &given);

    UNIT(packet,
         done == action && given == signal &&
             (expected == NULL ||
              (reply.size == strlen(expected) &&
               memcmp(reply.text, expected, reply.size) == 0)),
         "action %d, signal %u, reply %.*s", (int)done, given, (int)reply.size,
         reply.text);
}

static void test_commands(void)
{
    command("?", RSP_ANSWER, 0, "T05");
    command("m0,4", RSP_ANSWER, 0, "01020304");
    command("me,10", RSP_ANSWER, 0, "0000"); /* up to the end */
    command("m11,1", RSP_ANSWER, 0, "E01");
    command("mffffffffffffffff,ffffffffffffffff", RSP_ANSWER, 0, "E01");
    command("m10000000000000000,1", RSP_ANSWER, 0, "E01");
    command("m", RSP_ANSWER, 0, "E01");
    command("m,", RSP_ANSWER, 0, "E01");
    command("M1,2:aaBB", RSP_ANSWER, 0, "OK");
    command("m0,4", RSP_ANSWER, 0, "01aabb04");
    command("M1,2:aa", RSP_ANSWER, 0, "E01");
    command("M1,2:aabbc", RSP_ANSWER, 0, "E01");
    command("M1,1:zz", RSP_ANSWER, 0, "E01");
    command("Mf,2:0000", RSP_ANSWER, 0, "E01");
    command("P10=8877665544332211", RSP_ANSWER, 0, "OK");
    command("p10", RSP_ANSWER, 0, "8877665544332211");
    command("P10=88", RSP_ANSWER, 0, "E01");
    command("p3a", RSP_ANSWER, 0, "0000000000000000"); /* the last */
    command("p3b", RSP_ANSWER, 0, "E01");
    command("G00", RSP_ANSWER, 0, "E01");
    command("g", RSP_ANSWER, 0, NULL);
    UNIT("size of g", reply.size == 2 * RSP_STATE_SIZE, "%zu", reply.size);
    command("Z0,100,1", RSP_ANSWER, 0, "OK");
    UNIT("breakpoint", breakpoint_at == 0x100, "not there");
    command("z1,100,1", RSP_ANSWER, 0, "OK");
    UNIT("no breakpoint", breakpoint_at == 0, "still there");
    command("Z2,100,4", RSP_ANSWER, 0, ""); /* watchpoints: not here */
    command("c", RSP_CONTINUE, 0, NULL);
    command("C0b", RSP_CONTINUE, 11, NULL);
    command("s", RSP_STEP, 0, NULL);
    command("S", RSP_STEP, 0, NULL);
    command("D", RSP_DETACH, 0, "OK");
    command("k", RSP_KILL, 0, NULL);
    command("vMustReplyEmpty", RSP_ANSWER, 0, "");
    command("", RSP_ANSWER, 0, "");
    command("qXfer:features:read:target.xml:0,5", RSP_ANSWER, 0, "m<?xml");
    command("qXfer:features:read:target.xml:ffffff,5", RSP_ANSWER, 0, "l");
    command("qXfer:features:read:target.xml:0", RSP_ANSWER, 0, "E01");
}

static enum rsp_event feed(struct rsp_reader *r, const char *bytes)
{
    enum rsp_event event = RSP_NOTHING;

    for (; *bytes != '\0'; bytes++)
        event = rsp_feed(r, (uint8_t)*bytes);
    return event;
}

static void test_frames(void)
{
    struct rsp_reader r = {.size = 0};

    UNIT("frame", feed(&r, "+$m0,4#fd") == RSP_PACKET && r.size == 4, "no");
    UNIT("frame-wrong-sum", feed(&r, "$m0,4#fe") == RSP_BAD, "no");
    UNIT("frame-no-digit", feed(&r, "$m0,4#fz") == RSP_BAD, "no");
    UNIT("frame-restart", feed(&r, "$abc$m0,4#fd") == RSP_PACKET, "no");
    UNIT("frame-interrupt", feed(&r, "\3") == RSP_INTERRUPT, "no");
    UNIT("frame-again", feed(&r, "-") == RSP_AGAIN, "no");
    (void)rsp_feed(&r, '$');
    for (unsigned i = 0; i <= RSP_PACKET_MAX; i++)
        (void)rsp_feed(&r, 0);
    UNIT("frame-too-long", feed(&r, "#00") == RSP_BAD, "no");
}

int main(void)
{
    test_commands();
    test_frames();
    return unit_failures == 0 ? 0 : 1;
}
