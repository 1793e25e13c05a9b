/* SPDX-License-Identifier: ISC */
/* Frames in, events out: whole, byte by byte, and into small buffers. */
#include <fata/websocket.h>
#include <fata/test.h>

#include <stdio.h>
#include <string.h>

/* What came out, as text: "text abc." (a piece), "!" (its end), "ping abc". */
static char said[2048];

static void say(const char *text)
{
    if (strlen(said) + strlen(text) < sizeof(said))
        strcat(said, text);
}

static void run(bool server, const char *in, size_t size, size_t part,
                size_t room)
{
    struct fata_websocket ws;
    size_t there = 0, from = 0;
    bool in_message = false;

    fata_websocket_init(&ws, server, 1000);
    said[0] = '\0';
    for (;;) {
        uint8_t out[256];
        char text[300];
        size_t used, got;
        enum fata_websocket_event event = fata_websocket_feed(
            &ws, in + from, there - from, &used, out, room, &got);
        from += used;
        switch (event) {
        case FATA_WEBSOCKET_DATA:
            if (!in_message)
                say(ws.is_text ? "text " : "binary ");
            in_message = !ws.at_end;
            snprintf(text, sizeof(text), "%.*s%s", (int)got, (char *)out,
                     ws.at_end ? "!" : "");
            say(text);
            break;
        case FATA_WEBSOCKET_PING:
        case FATA_WEBSOCKET_PONG:
            snprintf(text, sizeof(text), "(%s %.*s)",
                     event == FATA_WEBSOCKET_PING ? "ping" : "pong",
                     ws.control_size, (char *)ws.control);
            say(text);
            break;
        case FATA_WEBSOCKET_CLOSE:
            snprintf(text, sizeof(text), "close %u", ws.status);
            say(text);
            return;
        case FATA_WEBSOCKET_FAILED:
            snprintf(text, sizeof(text), "failed %u", ws.status);
            say(text);
            return;
        case FATA_WEBSOCKET_MORE:
            if (used > 0)
                break;
            if (there == size)
                return;
            there += part < size - there ? part : size - there;
        }
    }
}

static bool says(bool server, const char *in, size_t size, const char *expected)
{
    for (size_t part = 1; part <= 64; part *= 4)
        for (size_t room = 1; room <= 256; room *= 16) {
            run(server, in, size, part, room);
            if (strcmp(said, expected) != 0) {
                printf("in parts of %zu, room %zu: %s instead of %s\n", part,
                       room, said, expected);
                return false;
            }
        }
    return true;
}

#define TO_CLIENT(in, out) fata_check(says(false, in, sizeof(in) - 1, out))
#define TO_SERVER(in, out) fata_check(says(true, in, sizeof(in) - 1, out))

FATA_TEST(examples_of_section_5_7)
{
    TO_CLIENT("\x81\x05Hello", "text Hello!");
    TO_SERVER("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", "text Hello!");
    TO_CLIENT("\x01\x03Hel\x80\x02lo", "text Hello!");
    TO_CLIENT("\x89\x05Hello", "(ping Hello)");
    TO_SERVER("\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", "(pong Hello)");
}

FATA_TEST(lengths)
{
    char in[400] = "\x82\x7e\x01\x00";
    memset(in + 4, 'x', 256);
    memcpy(in + 260, "\x89\0", 2);
    run(false, in, 262, 1000, 256);
    fata_check_int(strlen(said), ==, strlen("binary !(ping )") + 256);
    TO_CLIENT("\x82\0", "binary !");
    TO_CLIENT("\x82\x7e\x00\x05Hello", "failed 1002");
    TO_CLIENT("\x82\x7f\x00\x00\x00\x00\x00\x00\x01\x00", "failed 1002");
    TO_CLIENT("\x82\x7f\x80\x00\x00\x00\x00\x00\x00\x00", "failed 1002");
    TO_CLIENT("\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00", "failed 1009");
}

FATA_TEST(messages_in_parts)
{
    /* A control frame may stand between the parts. */
    TO_CLIENT("\x01\x02He\x89\x01x\x00\x00\x80\x03llo\x81\x01.",
              "text He(ping x)llo!text .!");
    TO_CLIENT("\x80\x01x", "failed 1002");
    TO_CLIENT("\x01\x01x\x81\x01x", "text xfailed 1002");
    TO_CLIENT("\x09\x01x", "failed 1002");
    TO_CLIENT("\x89\x7e\x00\x7e", "failed 1002");
}

FATA_TEST(what_nobody_agreed_on)
{
    TO_CLIENT("\xc1\x01x", "failed 1002");
    TO_CLIENT("\x83\x01x", "failed 1002");
    TO_CLIENT("\x8b\x01x", "failed 1002");
    TO_CLIENT("\x81\x81\0\0\0\0x", "failed 1002"); /* masked */
    TO_SERVER("\x81\x01x", "failed 1002");         /* not masked */
}

FATA_TEST(text_is_utf8)
{
    TO_CLIENT("\x81\x02\xc3\xa4", "text \xc3\xa4!");
    TO_CLIENT("\x01\x01\xc3\x80\x01\xa4", "text \xc3\xa4!");
    TO_CLIENT("\x81\x04\xf4\x8f\xbf\xbf", "text \xf4\x8f\xbf\xbf!");
    TO_CLIENT("\x82\x01\xff", "binary \xff!");
    fata_check(strstr((run(false, "\x81\x03\xed\xa0\x80", 5, 9, 9), said),
                      "failed 1007") != NULL); /* a surrogate */
    run(false, "\x81\x02\xc0\x80", 4, 9, 9);
    fata_check(strcmp(said, "failed 1007") == 0); /* too long a form */
    run(false, "\x81\x04\xf4\x90\x80\x80", 6, 9, 9);
    fata_check(strcmp(said, "failed 1007") == 0);
    run(false, "\x81\x01\xc3", 3, 9, 9);
    fata_check(strcmp(said, "failed 1007") == 0); /* it breaks off */
}

FATA_TEST(closes)
{
    TO_CLIENT("\x88\0", "close 1005");
    TO_CLIENT("\x88\x02\x03\xe8", "close 1000");
    TO_CLIENT("\x88\x05\x0b\xb8"
              "bye\x81\x01x",
              "close 3000");
    TO_CLIENT("\x88\x01\x03", "failed 1002");
    TO_CLIENT("\x88\x02\x03\xed", "failed 1002"); /* 1005 is not sent */
    TO_CLIENT("\x88\x02\x03\xe7", "failed 1002");
    TO_CLIENT("\x88\x03\x03\xe8\xff", "failed 1007");
}

FATA_TEST(frames_are_written)
{
    static const uint8_t mask[4] = {0x37, 0xfa, 0x21, 0x3d};
    uint8_t out[FATA_WEBSOCKET_HEADER], hello[] = "Hello";
    size_t n =
        fata_websocket_header(FATA_WEBSOCKET_OP_TEXT, true, 5, mask, out);
    fata_check(n == 6 && memcmp(out, "\x81\x85\x37\xfa\x21\x3d", 6) == 0);
    fata_websocket_mask(hello, 2, 0, mask);
    fata_websocket_mask(hello + 2, 3, 2, mask);
    fata_check(memcmp(hello, "\x7f\x9f\x4d\x51\x58", 5) == 0);
    n = fata_websocket_header(FATA_WEBSOCKET_OP_BINARY, false, 256, NULL, out);
    fata_check(n == 4 && memcmp(out, "\x02\x7e\x01\x00", 4) == 0);
    n = fata_websocket_header(FATA_WEBSOCKET_OP_BINARY, true, 65536, NULL, out);
    fata_check(n == 10 && memcmp(out, "\x82\x7f\0\0\0\0\0\1\0\0", 10) == 0);
}

FATA_TEST(the_key_of_section_1_3)
{
    char out[FATA_WEBSOCKET_KEY + 1];
    fata_check(fata_websocket_accept_key("dGhlIHNhbXBsZSBub25jZQ==", 24, out));
    fata_check(strcmp(out, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") == 0);
    fata_check(!fata_websocket_accept_key("dGhlIHNhbXBsZSBub25jZQ=", 23, out));
    fata_check(!fata_websocket_accept_key("dGhlIHNhbXBsZSBub25jZQaa", 24, out));
    fata_check(!fata_websocket_accept_key("dGhlIHNhb BsZSBub25jZQ==", 24, out));
}
