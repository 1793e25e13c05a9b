/* SPDX-License-Identifier: ISC */
/* See fata/faulty.h.  A frame is copied into a slot, so that what becomes of it
 * does not concern the sender, whose request completes at once. */
#include <fata/faulty.h>
#include <fata/platform.h>
#include <stdlib.h>
#include <string.h>

static struct fata_faulty *of(struct fata_net *net)
{
    return FATA_CONTAINER(net, struct fata_faulty, net);
}

/* SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t draw(struct fata_faulty *f)
{
    uint64_t z = f->random += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static bool chance(struct fata_faulty *f, uint16_t of_1000)
{
    return draw(f) % 1000 < of_1000;
}

static void sent(struct fata_request *request)
{
    struct fata_net_request *r =
        FATA_CONTAINER(request, struct fata_net_request, request);
    struct fata_faulty_slot *s =
        FATA_CONTAINER(r, struct fata_faulty_slot, request);
    if (request->result < 0)
        s->faulty->net.stats.tx_errors++;
    s->used = false;
}

static void go(struct fata_faulty_slot *s)
{
    s->wait = 0;
    s->request = (struct fata_net_request){.request = {.done = sent},
                                           .frames = &s->frame,
                                           .count = 1};
    if (fata_net_send(s->faulty->inner, &s->request) == 0)
        return;
    s->faulty->net.stats.tx_errors++;
    s->used = false;
}

/* A copy of the frame, perhaps damaged; NULL if there is no room. */
static struct fata_faulty_slot *copy(struct fata_faulty *f,
                                     const struct fata_frame *frame)
{
    struct fata_faulty_slot *s = f->slots;
    while (s < f->slots + FATA_FAULTY_SLOTS && s->used)
        s++;
    if (s == f->slots + FATA_FAULTY_SLOTS) {
        f->lost++;
        return NULL;
    }
    s->used = true;
    s->faulty = f;
    s->frame = (struct fata_frame){.data = s->data, .length = frame->length};
    memcpy(s->data, frame->data, frame->length);
    if (chance(f, f->plan.corrupt)) {
        uint64_t bit = draw(f) % (frame->length * 8u);
        s->data[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        f->corrupted++;
    }
    return s;
}

/* One frame has passed: those that waited only for it go, too. */
static void release(struct fata_faulty *f)
{
    for (size_t i = 0; i < FATA_FAULTY_SLOTS; i++) {
        struct fata_faulty_slot *s = &f->slots[i];
        if (s->used && s->wait > 0 && --s->wait == 0)
            go(s);
    }
}

static void pass(struct fata_faulty *f, const struct fata_frame *frame)
{
    int copies = 1;
    if (chance(f, f->plan.lose)) {
        f->lost++;
        return;
    }
    if (chance(f, f->plan.duplicate)) {
        f->duplicated++;
        copies = 2;
    }
    for (; copies > 0; copies--) {
        bool later = chance(f, f->plan.delay);
        struct fata_faulty_slot *s = copy(f, frame);
        if (s == NULL)
            continue;
        if (!later) {
            go(s);
            continue;
        }
        f->delayed++;
        /* One more: this frame itself passes below. */
        s->wait = 2 + (uint32_t)(draw(f) % 8);
    }
}

/* Completes the operation that is to fail. */
static bool fails(struct fata_faulty *f, struct fata_net_request *r)
{
    if (++f->operations != f->plan.fail)
        return false;
    f->failed++;
    r->request.result = FATA_EIO;
    fata_platform_complete(&r->request);
    return true;
}

static int send(struct fata_net *net, struct fata_net_request *r)
{
    struct fata_faulty *f = of(net);
    if (fails(f, r)) {
        net->stats.tx_errors += r->count;
        return 0;
    }
    for (uint32_t i = 0; i < r->count; i++) {
        net->stats.tx_frames++;
        net->stats.tx_bytes += r->frames[i].length;
        pass(f, &r->frames[i]);
        release(f);
    }
    r->request.result = (int)r->count;
    fata_platform_complete(&r->request);
    return 0;
}

static int receive(struct fata_net *net, struct fata_net_request *r)
{
    struct fata_faulty *f = of(net);
    return fails(f, r) ? 0 : f->inner->ops->receive(f->inner, r);
}

static void cancel(struct fata_net *net, struct fata_net_request *r)
{
    struct fata_net *inner = of(net)->inner;
    inner->ops->cancel(inner, r);
}

void fata_faulty_init(struct fata_faulty *f, struct fata_net *inner,
                      const struct fata_faulty_plan *plan)
{
    static const struct fata_net_ops ops = {send, receive, cancel};
    memset(f, 0, sizeof(*f));
    f->net.ops = &ops;
    f->net.mtu = inner->mtu;
    f->net.features = inner->features & FATA_NET_RECEIVE_FEATURES;
    memcpy(f->net.mac, inner->mac, sizeof(inner->mac));
    f->inner = inner;
    f->plan = *plan;
    f->random = plan->seed;
}

int fata_faulty_open(struct fata_net **net, const char *name,
                     struct fata_net *inner, int64_t seed, int64_t lose,
                     int64_t duplicate, int64_t corrupt, int64_t delay,
                     int64_t fail)
{
    const int64_t chances[] = {lose, duplicate, corrupt, delay};
    (void)name;
    if (inner->mtu > FATA_FAULTY_MTU)
        return FATA_EINVAL;
    for (size_t i = 0; i < FATA_COUNT(chances); i++)
        if (chances[i] < 0 || chances[i] > 1000)
            return FATA_EINVAL;
    struct fata_faulty *f = malloc(sizeof(*f));
    if (f == NULL)
        return FATA_ENOMEM;
    fata_faulty_init(
        f, inner,
        &(struct fata_faulty_plan){.seed = (uint64_t)seed,
                                   .lose = (uint16_t)lose,
                                   .duplicate = (uint16_t)duplicate,
                                   .corrupt = (uint16_t)corrupt,
                                   .delay = (uint16_t)delay,
                                   .fail = (uint64_t)fail});
    *net = &f->net;
    return 0;
}
