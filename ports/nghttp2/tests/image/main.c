/* SPDX-License-Identifier: ISC */
/* nghttp2's own tests; then two sessions with memory between them. */
#include <fata/test.h>
#include <nghttp2/nghttp2.h>
#include <nghttp2_suite.h>
#include <stdio.h>
#include <string.h>

enum { STREAMS = 8, BODY = 200000 }; /* more than a window of 65,535 */

/* What one side has seen. */
struct side {
    nghttp2_session *session;
    unsigned requests, replies, settings;
    unsigned closed[STREAMS * 2 + 1]; /* error code + 1, by stream */
    size_t body;                      /* bytes that came, all as they should */
    bool damaged;
    uint32_t goaway; /* its error code + 1 */
};

/* Byte `at` of every body. */
static uint8_t body_byte(size_t at)
{
    return (uint8_t)(at * 7 + at / 251);
}

struct source {
    size_t sent;
};
static struct source sources[STREAMS * 2 + 1];

static ssize_t read_body(nghttp2_session *session, int32_t id, uint8_t *buffer,
                         size_t room, uint32_t *flags,
                         nghttp2_data_source *source, void *arg)
{
    struct source *s = source->ptr;
    size_t n = BODY - s->sent < room ? BODY - s->sent : room;
    (void)session, (void)id, (void)arg;
    for (size_t i = 0; i < n; i++)
        buffer[i] = body_byte(s->sent + i);
    s->sent += n;
    if (s->sent == BODY)
        *flags |= NGHTTP2_DATA_FLAG_EOF;
    return (ssize_t)n;
}

#define FIELD(name, value)                                                     \
    {                                                                          \
        (uint8_t *)(uintptr_t)(name), (uint8_t *)(uintptr_t)(value),           \
            sizeof(name) - 1, sizeof(value) - 1, NGHTTP2_NV_FLAG_NONE          \
    }

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame,
                    void *arg)
{
    static const nghttp2_nv reply[] = {FIELD(":status", "200")};
    struct side *s = arg;
    int32_t id = frame->hd.stream_id;
    nghttp2_data_provider body = {.source.ptr = &sources[id],
                                  .read_callback = read_body};
    if (frame->hd.type == NGHTTP2_SETTINGS)
        s->settings++;
    if (frame->hd.type == NGHTTP2_GOAWAY)
        s->goaway = frame->goaway.error_code + 1;
    if (frame->hd.type != NGHTTP2_HEADERS)
        return 0;
    if (frame->headers.cat != NGHTTP2_HCAT_REQUEST) {
        s->replies++;
        return 0;
    }
    s->requests++;
    return nghttp2_submit_response(session, id, reply, 1, &body);
}

static int on_data(nghttp2_session *session, uint8_t flags, int32_t id,
                   const uint8_t *data, size_t size, void *arg)
{
    struct side *s = arg;
    static size_t at[STREAMS * 2 + 1];
    (void)session, (void)flags;
    if (s->closed[0] == 0) { /* the first data of this side */
        memset(at, 0, sizeof(at));
        s->closed[0] = 1;
    }
    for (size_t i = 0; i < size; i++)
        if (data[i] != body_byte(at[id] + i))
            s->damaged = true;
    at[id] += size;
    s->body += size;
    return 0;
}

static int on_close(nghttp2_session *session, int32_t id, uint32_t error,
                    void *arg)
{
    struct side *s = arg;
    (void)session;
    s->closed[id] = error + 1;
    return 0;
}

static void open_side(struct side *s, bool is_server)
{
    nghttp2_session_callbacks *c;
    *s = (struct side){0};
    if (nghttp2_session_callbacks_new(&c) != 0)
        fata_panic("test", "no memory");
    nghttp2_session_callbacks_set_on_frame_recv_callback(c, on_frame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(c, on_data);
    nghttp2_session_callbacks_set_on_stream_close_callback(c, on_close);
    int err = is_server ? nghttp2_session_server_new(&s->session, c, s)
                        : nghttp2_session_client_new(&s->session, c, s);
    nghttp2_session_callbacks_del(c);
    if (err != 0 ||
        nghttp2_submit_settings(s->session, NGHTTP2_FLAG_NONE, NULL, 0) != 0)
        fata_panic("test", "no session");
}

/* Moves what `from` has to send, in small pieces; returns how much. */
static size_t move(struct side *from, struct side *to)
{
    const uint8_t *data;
    size_t all = 0;
    ssize_t n;
    while ((n = nghttp2_session_mem_send(from->session, &data)) > 0) {
        for (ssize_t at = 0; at < n; at += 1000) {
            size_t piece = (size_t)(n - at < 1000 ? n - at : 1000);
            fata_expect(nghttp2_session_mem_recv(to->session, data + at,
                                                 piece) == (ssize_t)piece);
        }
        all += (size_t)n;
    }
    fata_expect(n == 0);
    return all;
}

static void talk(struct side *a, struct side *b)
{
    for (int i = 0; i < 10000; i++)
        if (move(a, b) + move(b, a) == 0)
            return;
    fata_expect(!"it ends");
}

static int32_t ask(struct side *client)
{
    static const nghttp2_nv request[] = {
        FIELD(":method", "GET"), FIELD(":scheme", "https"),
        FIELD(":authority", "example.org"), FIELD(":path", "/")};
    return nghttp2_submit_request(client->session, NULL, request, 4, NULL,
                                  NULL);
}

FATA_TEST(its_own_tests)
{
    fata_check_int(nghttp2_suite_main(), ==, 0);
}

FATA_TEST(many_streams)
{
    struct side client, server;
    open_side(&client, false);
    open_side(&server, true);
    memset(sources, 0, sizeof(sources));
    for (int i = 0; i < STREAMS; i++)
        fata_check_int(ask(&client), ==, 2 * i + 1);
    talk(&client, &server);
    fata_check_int(server.requests, ==, STREAMS);
    fata_check_int(client.replies, ==, STREAMS);
    fata_check_int(client.settings, ==, 2); /* the peer's, and an ACK */
    fata_check_int(client.body, ==, (int64_t)STREAMS * BODY);
    fata_check(!client.damaged);
    for (int i = 0; i < STREAMS; i++)
        fata_check_int(client.closed[2 * i + 1], ==, NGHTTP2_NO_ERROR + 1);
    nghttp2_session_del(client.session);
    nghttp2_session_del(server.session);
}

/* A client that takes nothing gets a window and no more. */
FATA_TEST(flow_control)
{
    struct side client, server;
    nghttp2_option *option;
    nghttp2_session_callbacks *c;
    open_side(&client, false);
    open_side(&server, true);
    nghttp2_session_del(client.session);
    fata_check(nghttp2_option_new(&option) == 0 &&
               nghttp2_session_callbacks_new(&c) == 0);
    nghttp2_option_set_no_auto_window_update(option, 1);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(c, on_data);
    fata_check(
        nghttp2_session_client_new2(&client.session, c, &client, option) == 0);
    nghttp2_option_del(option);
    nghttp2_session_callbacks_del(c);
    memset(sources, 0, sizeof(sources));
    fata_check(nghttp2_submit_settings(client.session, 0, NULL, 0) == 0);
    int32_t id = ask(&client);
    talk(&client, &server);
    fata_check_int(client.body, ==, 65535);
    fata_check(nghttp2_session_consume(client.session, id, 65535) == 0);
    talk(&client, &server);
    fata_check_int(client.body, ==, 2 * 65535);
    nghttp2_session_del(client.session);
    nghttp2_session_del(server.session);
}

FATA_TEST(reset)
{
    struct side client, server;
    open_side(&client, false);
    open_side(&server, true);
    memset(sources, 0, sizeof(sources));
    int32_t id = ask(&client);
    move(&client, &server);
    fata_check_int(server.requests, ==, 1);
    fata_check(
        nghttp2_submit_rst_stream(client.session, 0, id, NGHTTP2_CANCEL) == 0);
    talk(&client, &server);
    fata_check_int(server.closed[id], ==, NGHTTP2_CANCEL + 1);
    fata_check(client.body < BODY);
    nghttp2_session_del(client.session);
    nghttp2_session_del(server.session);
}

#define PREFACE  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
#define SETTINGS "\0\0\0\4\0\0\0\0\0"

/* What a server makes of bytes behind a good beginning: 0, the error of its
 * GOAWAY + 1, or a negative error of the library. */
static int64_t answer_to(const char *bytes, size_t size)
{
    static const char begin[] = PREFACE SETTINGS;
    struct side server, client;
    open_side(&server, true);
    open_side(&client, false);
    int64_t result = nghttp2_session_mem_recv(
        server.session, (const uint8_t *)begin, sizeof(begin) - 1);
    if (result >= 0)
        result = nghttp2_session_mem_recv(server.session,
                                          (const uint8_t *)bytes, size);
    if (result >= 0) {
        move(&server, &client);
        result = client.goaway;
    }
    nghttp2_session_del(server.session);
    nghttp2_session_del(client.session);
    return result;
}
#define ANSWER_TO(bytes) answer_to(bytes, sizeof(bytes) - 1)

FATA_TEST(malformed)
{
    /* PING with 6 bytes, a frame beyond the limit, DATA on stream 0, an index
     * that HPACK's table does not have, SETTINGS of an impossible window, a
     * window that overflows, a CONTINUATION of nothing. */
    fata_check_int(ANSWER_TO("\0\0\6\6\0\0\0\0\0abcdef"), ==,
                   NGHTTP2_FRAME_SIZE_ERROR + 1);
    fata_check_int(ANSWER_TO("\0\x40\1\0\0\0\0\0\1"), ==,
                   NGHTTP2_FRAME_SIZE_ERROR + 1);
    fata_check_int(ANSWER_TO("\0\0\1\0\0\0\0\0\0x"), ==,
                   NGHTTP2_PROTOCOL_ERROR + 1);
    fata_check_int(ANSWER_TO("\0\0\1\1\5\0\0\0\1\xfe"), ==,
                   NGHTTP2_COMPRESSION_ERROR + 1);
    fata_check_int(ANSWER_TO("\0\0\6\4\0\0\0\0\0\0\4\xff\xff\xff\xff"), ==,
                   NGHTTP2_FLOW_CONTROL_ERROR + 1);
    fata_check_int(ANSWER_TO("\0\0\4\x8\0\0\0\0\0\x7f\xff\xff\xff"), ==,
                   NGHTTP2_FLOW_CONTROL_ERROR + 1);
    fata_check_int(ANSWER_TO("\0\0\0\x9\4\0\0\0\1"), ==,
                   NGHTTP2_PROTOCOL_ERROR + 1);
}

FATA_TEST(no_http2)
{
    static const char other[] = "GET / HTTP/1.1\r\nHost: example.org\r\n\r\n";
    struct side server;
    open_side(&server, true);
    fata_check_int(nghttp2_session_mem_recv(server.session,
                                            (const uint8_t *)other,
                                            sizeof(other) - 1),
                   ==, NGHTTP2_ERR_BAD_CLIENT_MAGIC);
    nghttp2_session_del(server.session);
}

/* The fields of RFC 7541, C.4.1, there and back. */
FATA_TEST(hpack)
{
    static const char coded[] = "\x82\x86\x84\x41\x8c\xf1\xe3\xc2\xe5\xf2\x3a"
                                "\x6b\xa0\xab\x90\xf4\xff";
    static const nghttp2_nv fields[] = {
        FIELD(":method", "GET"), FIELD(":scheme", "http"), FIELD(":path", "/"),
        FIELD(":authority", "www.example.com")};
    nghttp2_hd_deflater *deflater;
    nghttp2_hd_inflater *inflater;
    uint8_t out[64];

    fata_check(nghttp2_hd_deflate_new(&deflater, 4096) == 0);
    ssize_t size = nghttp2_hd_deflate_hd(deflater, out, sizeof(out), fields, 4);
    fata_check_int(size, ==, sizeof(coded) - 1);
    fata_check(memcmp(out, coded, (size_t)size) == 0);
    nghttp2_hd_deflate_del(deflater);

    fata_check(nghttp2_hd_inflate_new(&inflater) == 0);
    const uint8_t *in = out;
    for (int i = 0; i < 4; i++) {
        nghttp2_nv got = {0};
        int flags = 0;
        ssize_t n = nghttp2_hd_inflate_hd2(inflater, &got, &flags, in,
                                           (size_t)(out + size - in), 1);
        fata_check(n > 0 && (flags & NGHTTP2_HD_INFLATE_EMIT) != 0);
        fata_check(got.valuelen == fields[i].valuelen &&
                   memcmp(got.value, fields[i].value, got.valuelen) == 0);
        in += n;
    }
    nghttp2_hd_inflate_del(inflater);
}
