/* SPDX-License-Identifier: ISC */
/* Network requests, waited for. */
#include <fata/run.h>

struct waiting {
    struct fata_net_request net;
    struct fata_event done;
};

static void done(struct fata_request *request)
{
    struct fata_net_request *r =
        FATA_CONTAINER(request, struct fata_net_request, request);
    fata_event_set(&FATA_CONTAINER(r, struct waiting, net)->done);
}

int fata_net_read(struct fata_net *net, struct fata_frame *frames,
                  uint32_t count, fata_time_t deadline)
{
    struct waiting w = {
        .net = {.request = {.done = done}, .frames = frames, .count = count}};
    int error;
    fata_event_init(&w.done);
    error = fata_net_receive(net, &w.net);
    if (error != 0)
        return error;
    error = fata_event_wait(&w.done, deadline);
    if (error != 0) {
        fata_net_cancel(net, &w.net);
        fata_event_join(&w.done);
        /* Frames that came in the meantime are not lost. */
        if (w.net.request.result > 0)
            error = 0;
    }
    return error != 0 ? error : w.net.request.result;
}

int fata_net_write(struct fata_net *net, struct fata_frame *frames,
                   uint32_t count)
{
    struct waiting w = {
        .net = {.request = {.done = done}, .frames = frames, .count = count}};
    int error;
    fata_event_init(&w.done);
    error = fata_net_send(net, &w.net);
    if (error != 0)
        return error;
    fata_event_join(&w.done);
    return w.net.request.result;
}
