/* SPDX-License-Identifier: ISC */
/* The user-mode network's own parsers: -p, and which frames may pass. */
#include "../net/forward.h"
#include "../net/frame.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

/* --- forwards --- */

static const struct {
    const char *text, *shown; /* or what the mistake says, with a `!` */
} forwards[] = {
    {"8080:80", "http://127.0.0.1:8080 -> 80"},
    {"8080:80/tcp", "http://127.0.0.1:8080 -> 80"},
    {"22:22", "tcp 127.0.0.1:22 -> 22"},
    {"0:7/udp", "udp 127.0.0.1:0 -> 7"},
    {"65535:65535", "tcp 127.0.0.1:65535 -> 65535"},
    {"0.0.0.0:8080:80", "http://0.0.0.0:8080 -> 80"},
    {"[::1]:8080:80", "http://[::1]:8080 -> 80"},
    {"[::]:53:53/udp", "udp [::]:53 -> 53"},
    {"", "!the form is"},
    {"80", "!the form is"},
    {"80/udp", "!the form is"},
    {"80:80/", "!the form is"},
    {"80:80/sctp", "!the form is"},
    {"80:80/udp/udp", "!the form is"},
    {":80", "!the host's port is a number from 0"},
    {"65536:80", "!the host's port"},
    {"-1:80", "!the host's port"},
    {"+1:80", "!the host's port"},
    {"000080:80", "!the host's port"},
    {"1:0", "!the image's port is a number from 1"},
    {"1:65536", "!the image's port"},
    {"1: 2", "!the image's port"},
    {"1:", "!the image's port"},
    {":1:2", "!before the ports stands an address"},
    {"1:2:3", "!before the ports"},
    {"localhost:1:2", "!before the ports"},
    {"127.0.0.1.1:1:2", "!before the ports"},
    {"::1:1:2", "!before the ports"},
    {"[]:1:2", "!before the ports"},
    {"[127.0.0.1]:1:2", "!before the ports"},
    {"[::1:1:2", "!before the ports"},
    {"[00000000000000000000000000000000000000000000000000::1]:1:2",
     "!before the ports"},
};

static void test_forwards(void)
{
    for (size_t i = 0; i < FATA_COUNT(forwards); i++) {
        const char *wanted = forwards[i].shown;
        struct forward f;
        struct message why = {""};
        char name[48], shown[72] = "";
        bool good = forward_parse(&f, forwards[i].text, &why) == 0;

        if (good)
            forward_show(&f, shown, sizeof shown);
        snprintf(name, sizeof name, "forward-%zu", i);
        UNIT(name,
             wanted[0] == '!' ? !good && strstr(why.text, wanted + 1) != NULL
                              : good && strcmp(shown, wanted) == 0,
             "`%s` is `%s%s`, not `%s`", forwards[i].text, shown, why.text,
             wanted);
    }
}

/* --- frames --- */

/* clang-format off */
#define ETH4 "ffffffffffff020000000001" "0800"
#define ETH6 "ffffffffffff020000000001" "86dd"
/* From 10.0.2.15 without options; fragment field, protocol. */
#define IP4(fragment, protocol, to) \
    ETH4 "45000028" "0000" fragment "40" protocol "0000" "0a00020f" to
#define IP6(next, to) \
    ETH6 "60000000" "0014" next "40" "fec00000000000000000000000000015" to
#define HOST4  "0a000202"
#define HOST6  "fec00000000000000000000000000002"
#define PORTS  "1f90" "0035" /* 8080 to 53 */
#define SYN    PORTS "00000000" "00000000" "5002" "ffff" "00000000"
#define SYNACK PORTS "00000000" "00000000" "5012" "ffff" "00000000"
#define UDP8   PORTS "0008" "0000"
/* From the host. */
#define FROM4 ETH4 "45000028" "0000" "0000" "40" "11" "0000" HOST4 "0a00020f"
#define FROM6 ETH6 "60000000" "0008" "11" "40" HOST6 "fec00000000000000000000000000015"
/* clang-format on */

static const struct {
    const char *name, *hex;
    bool allowed, with_host; /* without and with reach_host */
} frames[] = {
    /* clang-format off */
    {"empty", "", false, false},
    {"13-bytes", "ffffffffffff02000000000108", false, false},
    {"arp", "ffffffffffff020000000001" "0806", true, true},
    {"ipv4-cut-short", ETH4 "4500", true, true},
    {"tcp-out", IP4("0000", "06", "08080808") SYN, true, true},
    {"tcp-to-host", IP4("0000", "06", HOST4) SYN, false, true},
    {"tcp-answer-to-host", IP4("0000", "06", HOST4) SYNACK, true, true},
    {"first-fragment", IP4("2000", "11", "08080808") UDP8, false, false},
    {"later-fragment", IP4("0001", "11", "08080808") UDP8, false, false},
    {"last-fragment", IP4("1fff", "11", "08080808") UDP8, false, false},
    {"may-not-be-fragmented", IP4("4000", "11", "08080808") UDP8, true, true},
    {"tcp-to-host-cut-short", IP4("0000", "06", HOST4) PORTS "00000000", false, true},
    {"tcp-to-host-with-options",
     ETH4 "46000028" "0000" "0000" "40" "06" "0000" "0a00020f" HOST4 "01010101" SYN, false, true},
    {"header-of-nothing",
     ETH4 "40000028" "0000" "0000" "40" "06" "0000" "0a00020f" HOST4 SYNACK, false, true},
    {"header-past-the-end",
     ETH4 "4f000028" "0000" "0000" "40" "06" "0000" "0a00020f" HOST4 SYNACK, false, true},
    {"udp-to-host", IP4("0000", "11", HOST4) UDP8, false, true},
    {"udp-to-everybody", IP4("0000", "11", "ffffffff") UDP8, false, true},
    {"dhcp", IP4("0000", "11", "ffffffff") "0044" "0043" "0008" "0000", true, true},
    {"names", IP4("0000", "11", "0a000203") UDP8, true, true},
    {"echo-to-host", IP4("0000", "01", HOST4) "0800", true, true},
    {"echo-to-everybody", IP4("0000", "01", "ffffffff") "0800", false, true},
    {"sctp-to-host", IP4("0000", "84", HOST4) SYN, false, true},
    {"loopback", IP4("0000", "11", "7f000001") UDP8, false, true},
    {"loopback-elsewhere", IP4("0000", "06", "7f123456") SYN, false, true},
    {"this-host", IP4("0000", "06", "00000000") SYN, false, true},
    {"this-network", IP4("0000", "06", "00000001") SYN, true, true},
    {"ipv6-out", IP6("06", "20010db8000000000000000000000001") SYN, true, true},
    {"ipv6-host", IP6("06", HOST6) SYN, false, true},
    {"ipv6-host-by-another-name", IP6("06", "fec00000000000000000000000000099") SYN, false, true},
    {"ipv6-answer-to-host", IP6("06", HOST6) SYNACK, true, true},
    {"ipv6-udp-to-all-nodes", IP6("11", "ff020000000000000000000000000001") UDP8, false, true},
    {"ipv6-neighbours", IP6("3a", "ff020000000000000000000000000001") "8700", true, true},
    {"ipv6-loopback", IP6("06", "00000000000000000000000000000001") SYN, false, true},
    {"ipv6-none", IP6("06", "00000000000000000000000000000000") SYN, false, true},
    {"ipv6-mapped", IP6("06", "00000000000000000000ffff7f000001") SYN, false, true},
    {"ipv6-compatible", IP6("06", "0000000000000000000000007f000001") SYN, false, true},
    {"ipv6-mapped-other", IP6("06", "00000000000000000000ffff08080808") SYN, true, true},
    /* clang-format on */
};

/* Memory of exactly that size, so that reading past it is seen. */
static uint8_t *from_hex(const char *hex, size_t *size)
{
    uint8_t *bytes = malloc(strlen(hex) / 2 + 1);

    for (*size = 0; hex[*size * 2] != '\0'; (*size)++) {
        unsigned value;

        sscanf(hex + *size * 2, "%2x", &value);
        bytes[*size] = (uint8_t)value;
    }
    return realloc(bytes, *size + (*size == 0));
}

static bool allowed(const struct frame_guard *g, const char *hex)
{
    size_t size;
    uint8_t *frame = from_hex(hex, &size);
    bool result = frame_allowed(g, frame, size);

    free(frame);
    return result;
}

static void to_image(struct frame_guard *g, const char *hex)
{
    size_t size;
    uint8_t *frame = from_hex(hex, &size);

    frame_to_image(g, frame, size);
    free(frame);
}

static void test_frames(void)
{
    static struct frame_guard closed, open = {.reach_host = true};

    for (size_t i = 0; i < FATA_COUNT(frames); i++) {
        char name[64];

        snprintf(name, sizeof name, "frame-%s", frames[i].name);
        UNIT(name,
             allowed(&closed, frames[i].hex) == frames[i].allowed &&
                 allowed(&open, frames[i].hex) == frames[i].with_host,
             "allowed: not %d and %d", frames[i].allowed, frames[i].with_host);
    }
}

static void test_lengths(void)
{
    static struct frame_guard g;
    static uint8_t frame[NET_FRAME + 1];

    UNIT("frame-longest", frame_allowed(&g, frame, NET_FRAME), "refused");
    UNIT("frame-longer", !frame_allowed(&g, frame, NET_FRAME + 1), "taken");
}

/* From the host's port 53 to the image's 8080, and the way back. */
static void test_answers(void)
{
    static struct frame_guard g;

    to_image(&g, FROM4 "00351f9000080000");
    UNIT("answer", allowed(&g, IP4("0000", "11", HOST4) UDP8), "refused");
    UNIT("answer-from-another-port",
         !allowed(&g, IP4("0000", "11", HOST4) "1f91003500080000"), "taken");
    UNIT("answer-to-another-port",
         !allowed(&g, IP4("0000", "11", HOST4) "1f90003600080000"), "taken");
    UNIT("answer-by-ipv6", !allowed(&g, IP6("11", HOST6) UDP8), "taken");
    to_image(&g, FROM6 "00351f9000080000");
    UNIT("answer-ipv6", allowed(&g, IP6("11", HOST6) UDP8), "refused");
    for (unsigned port = 1000; port < 1000 + FRAME_PEERS - 1; port++) {
        char hex[128];

        snprintf(hex, sizeof hex, "%s%04x%s", FROM4, port, "1f9000080000");
        to_image(&g, hex);
        to_image(&g, hex); /* a peer that is known already */
    }
    UNIT("answer-forgotten", !allowed(&g, IP4("0000", "11", HOST4) UDP8),
         "taken");
    UNIT("answer-remembered", allowed(&g, IP6("11", HOST6) UDP8), "refused");
}

int main(void)
{
    test_forwards();
    test_frames();
    test_lengths();
    test_answers();
    return unit_failures > 0;
}
