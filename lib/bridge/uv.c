/* SPDX-License-Identifier: ISC */
/* The bridge to libuv: a turn in each iteration, just before it waits; what the
 * turn returns becomes a timer, or an idle handle, with which it does not. */
#include <fata/uv.h>

static void ignore_idle(uv_idle_t *idle)
{
    (void)idle;
}

static void ignore_alarm(uv_timer_t *timer)
{
    (void)timer;
}

static void ignore_wake(uv_async_t *async)
{
    (void)async;
}

static void turn(uv_prepare_t *prepare)
{
    struct fata_uv *uv = prepare->data;
    fata_time_t now = uv_hrtime();
    fata_time_t next = fata_sched_turn(uv->sched, now);

    if (uv->detached)
        return;
    uv_timer_stop(&uv->alarm);
    uv_idle_stop(&uv->more);
    if (next <= now) {
        uv_idle_start(&uv->more, ignore_idle);
    } else if (next != FATA_NEVER) {
        /* Whole ms from the loop's idea of now, so rather late than early. */
        uv_update_time(prepare->loop);
        uv_timer_start(&uv->alarm, ignore_alarm, (next - now) / 1000000 + 1, 0);
    }
}

static void wake(void *arg)
{
    struct fata_uv *uv = arg;
    uv_async_send(&uv->wake);
}

int fata_uv_attach(struct fata_uv *uv, uv_loop_t *loop, struct fata_sched *s)
{
    int error = uv_async_init(loop, &uv->wake, ignore_wake);

    if (error != 0)
        return error;
    /* These cannot fail. */
    uv_prepare_init(loop, &uv->turn);
    uv_idle_init(loop, &uv->more);
    uv_timer_init(loop, &uv->alarm);
    uv->turn.data = uv;
    uv->sched = s;
    uv->detached = false;
    s->wake = wake;
    s->wake_arg = uv;
    uv_prepare_start(&uv->turn, turn);
    return 0;
}

void fata_uv_detach(struct fata_uv *uv)
{
    if (uv->detached)
        return;
    uv->detached = true;
    uv->sched->wake = NULL;
    uv_close((uv_handle_t *)&uv->turn, NULL);
    uv_close((uv_handle_t *)&uv->more, NULL);
    uv_close((uv_handle_t *)&uv->alarm, NULL);
    uv_close((uv_handle_t *)&uv->wake, NULL);
}
