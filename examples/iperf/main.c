/* SPDX-License-Identifier: ISC */
/* The two ends of a TCP measurement, as iperf 2 has them: a sink that takes
 * what connections bring, and a source that sends for a while.
 *
 *     fata run -t spt --net service=tap0,10.0.0.1/24 examples/iperf -- \
 *         --ipv4=10.0.0.2/24                  then: iperf -c 10.0.0.2
 *     ... --to=10.0.0.1                       with: iperf -s
 */
#include <fata/run.h>
#include <fata/stack.h>
#include <inttypes.h>
#include <stdio.h>
#include "app.h"

static void tell(const char *way, const struct fata_address *peer,
                 uint16_t port, uint64_t bytes, fata_time_t took)
{
    char text[FATA_ENDPOINT_TEXT];
    double s = (double)took / FATA_S(1);
    printf("%.1f MB %s %s in %.2f s: %.0f Mbit/s\n", (double)bytes / 1e6, way,
           fata_endpoint_print(peer, port, text), s,
           s > 0 ? (double)bytes * 8e-6 / s : 0);
}

static int sink(struct fata_flow *flow, void *arg)
{
    fata_time_t begin = fata_now();
    struct fata_address peer;
    const void *data;
    uint64_t bytes = 0;
    uint16_t port;
    int n;
    (void)arg;
    while ((n = fata_flow_read(flow, &data, FATA_NEVER)) > 0) {
        bytes += (uint64_t)n;
        fata_flow_ack(flow, (size_t)n);
    }
    fata_stack_peer(flow, &peer, &port);
    tell("from", &peer, port, bytes, fata_now() - begin);
    return n;
}

/* The server may come a moment later. */
static int join(struct fata_stack *stack, const struct fata_address *to,
                uint16_t port, struct fata_flow **flow)
{
    int err, tries = 20;
    do {
        err = fata_stack_connect(stack, to, port, flow, fata_now() + FATA_S(5));
    } while (err == FATA_ECONNREFUSED && --tries > 0 &&
             fata_sleep(FATA_MS(100)) == 0);
    return err;
}

static int source(struct app *app)
{
    static const char block[128 * 1024];
    static const struct fata_slice slice = {block, sizeof(block), true};
    uint16_t port = (uint16_t)app->keys.port;
    struct fata_address to;
    struct fata_flow *flow;
    uint64_t bytes = 0;
    if (fata_address_parse(&to, app->keys.to) != 0) {
        printf("--to=%s is no address\n", app->keys.to);
        return FATA_EINVAL;
    }
    int err = join(app->stack, &to, port, &flow);
    if (err != 0) {
        printf("%s port %u: %s\n", app->keys.to, port, fata_strerror(err));
        return err;
    }
    fata_time_t begin = fata_now(), end = begin + app->keys.time;
    while (err == 0 && fata_now() < end) {
        err = fata_flow_write(flow, &slice, 1, FATA_NEVER);
        bytes += err == 0 ? sizeof(block) : 0;
    }
    tell("to", &to, port, bytes, fata_now() - begin);
    if (err != 0)
        fata_flow_abort(flow);
    else
        fata_flow_close(flow);
    return err != 0 ? err : fata_sleep(FATA_MS(200)); /* the rest goes out */
}

int start(struct app *app)
{
    int err = fata_stack_ready(app->stack, FATA_NEVER);
    if (err != 0)
        return err;
    if (app->keys.to[0] != '\0')
        return source(app);
    printf("iperf: takes what comes to port %d\n", (int)app->keys.port);
    return fata_stack_serve(app->stack, (uint16_t)app->keys.port, sink, NULL);
}
