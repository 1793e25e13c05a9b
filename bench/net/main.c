/* SPDX-License-Identifier: ISC */
/* Load on a network device: two fibers send, so that there is always a request
 * under way, and one receives. */
#include <fata/run.h>
#include <stdio.h>
#include <string.h>
#include "app.h"

enum { BATCH = 64, BUFFER = 2048 };

struct side {
    struct app *app;
    int64_t left; /* frames */
    bool receive;
};

/* One fiber's buffers. */
static uint8_t buffers[3][BATCH][BUFFER];

static int one(struct side *s, uint8_t (*memory)[BUFFER])
{
    uint32_t batch = (uint32_t)s->app->keys.batch;
    struct fata_frame frames[BATCH];
    while (s->left > 0) {
        uint32_t n = s->left < batch ? (uint32_t)s->left : batch;
        int done;
        for (uint32_t i = 0; i < n; i++)
            frames[i] =
                (struct fata_frame){.data = memory[i],
                                    .size = BUFFER,
                                    .length = (uint32_t)s->app->keys.size};
        if (s->receive) {
            done = fata_net_read(s->app->service, frames, n, FATA_NEVER);
        } else {
            s->left -= n; /* taken, also by the other fiber's count */
            done = fata_net_write(s->app->service, frames, n);
        }
        if (done < 0)
            return done;
        s->left -= s->receive ? done : 0;
    }
    return 0;
}

static struct side out, in;

static int sender_1(void *arg)
{
    return one(arg, buffers[0]);
}

static int sender_2(void *arg)
{
    return one(arg, buffers[1]);
}

static int receiver(void *arg)
{
    return one(arg, buffers[2]);
}

int start(struct app *app)
{
    struct fata_scope scope;
    fata_time_t begin = fata_now();
    int error, first;
    if (app->keys.batch < 1 || app->keys.batch > BATCH || app->keys.size < 60 ||
        app->keys.size > 1514)
        return FATA_EINVAL;
    out = (struct side){app, app->keys.out, false};
    in = (struct side){app, app->keys.in, true};
    for (int k = 0; k < 2; k++)
        for (int i = 0; i < BATCH; i++) {
            memset(buffers[k][i], 0xff, 6);
            memcpy(buffers[k][i] + 6, app->service->mac, 6);
            buffers[k][i][12] = 0x88; /* local experiments: IEEE 802 */
            buffers[k][i][13] = 0xb5;
        }
    fata_scope_open(&scope);
    error = fata_scope_spawn(&scope, sender_1, &out);
    if (error == 0)
        error = fata_scope_spawn(&scope, sender_2, &out);
    if (error == 0)
        error = fata_scope_spawn(&scope, receiver, &in);
    first = fata_scope_close(&scope);
    if (error != 0 || first != 0)
        return error != 0 ? error : first;
    printf("netload: out %llu in %llu in %llu us\n",
           (unsigned long long)app->service->stats.tx_frames,
           (unsigned long long)app->service->stats.rx_frames,
           (unsigned long long)((fata_now() - begin) / 1000));
    return 0;
}
