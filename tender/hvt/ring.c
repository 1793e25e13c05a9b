/* SPDX-License-Identifier: ISC */
/* See ring.h; docs/abi.md has the contract. */
#include "ring.h"

static uint32_t load(const uint32_t *shared)
{
    return __atomic_load_n(shared, __ATOMIC_ACQUIRE);
}

static void store(uint32_t *shared, uint32_t value)
{
    __atomic_store_n(shared, value, __ATOMIC_RELEASE);
}

/* Volatile, so that the compiler cannot go back to the guest's for more. */
static struct fata_ring_entry copy_entry(const struct ring *r)
{
    const volatile struct fata_ring_entry *e =
        &r->shared->entry[r->head & (r->entries - 1)];
    struct fata_ring_entry copy = {
        .operation = e->operation,
        .flags = e->flags,
        .handle = e->handle,
        .address = e->address,
        .length = e->length,
        .id = e->id,
    };

    return copy;
}

static void complete(struct ring *r, uint32_t id, int result, uint64_t length)
{
    struct fata_ring_completion *c =
        FATA_RING_COMPLETIONS(r->shared, r->entries);

    c[r->completion_tail & (r->entries - 1)] =
        (struct fata_ring_completion){id, result, (uint32_t)length, 0};
    store(&r->shared->completion_tail, ++r->completion_tail);
}

/* One more entry will complete: there is room for it. */
static int check_room(const struct ring *r)
{
    uint32_t used = r->completion_tail - load(&r->shared->completion_head);

    if (used > r->entries)
        return RING_HEAD;
    return used + r->waiting >= r->entries ? RING_FULL : 0;
}

static int send(struct ring *r, const struct fata_ring_entry *e)
{
    const struct solo5_device *d =
        hvt_device(r->h, e->handle, SOLO5_DEVICE_NET);
    void *data = hvt_at(r->h, e->address, e->length, false);
    int result = SOLO5_EINVAL;
    uint64_t length = e->length;

    if (data == NULL)
        return RING_BUFFER;
    if (r->failed)
        result = SOLO5_AGAIN;
    else if (d != NULL)
        result = (int)hvt_frame(d, data, &length, true);
    if (result == SOLO5_OK)
        r->stats->sent++;
    if (r->plain)
        return 0;
    r->failed = result != SOLO5_OK && (e->flags & FATA_RING_MORE) != 0;
    complete(r, e->id, result, result == SOLO5_OK ? length : 0);
    return 0;
}

/* Solo5's: what is there, at once. */
static int read_now(struct ring *r, const struct fata_ring_entry *e)
{
    const struct solo5_device *d =
        hvt_device(r->h, e->handle, SOLO5_DEVICE_NET);
    void *data = hvt_at(r->h, e->address, e->length, true);
    int result = SOLO5_EINVAL;
    uint64_t length = e->length;

    if (data == NULL)
        return RING_BUFFER;
    if (d != NULL)
        result = (int)hvt_frame(d, data, &length, false);
    if (result == SOLO5_OK)
        r->stats->received++;
    complete(r, e->id, result, result == SOLO5_OK ? length : 0);
    return 0;
}

static int post(struct ring *r, const struct fata_ring_entry *e)
{
    uint32_t slot = r->free;
    struct ring_device *d;

    if (hvt_at(r->h, e->address, e->length, true) == NULL)
        return RING_BUFFER;
    if (hvt_device(r->h, e->handle, SOLO5_DEVICE_NET) == NULL) {
        complete(r, e->id, SOLO5_EINVAL, 0);
        return 0;
    }
    d = &r->device[e->handle];
    r->free = r->slot[slot].next;
    r->slot[slot] = (struct ring_posted){*e, 0};
    if (d->first == 0)
        d->first = slot;
    else
        r->slot[d->last].next = slot;
    d->last = slot;
    r->waiting++;
    return 0;
}

/* Takes the receive at *link off its device; `before` is the slot before. */
static void unpost(struct ring *r, struct ring_device *d, uint32_t *link,
                   uint32_t before)
{
    uint32_t slot = *link;

    *link = r->slot[slot].next;
    if (d->last == slot)
        d->last = before;
    r->slot[slot].next = r->free;
    r->free = slot;
    r->waiting--;
}

static void cancel(struct ring *r, const struct fata_ring_entry *e)
{
    uint32_t before = 0, *link;
    struct ring_device *d;

    if (hvt_device(r->h, e->handle, SOLO5_DEVICE_NET) == NULL)
        return;
    d = &r->device[e->handle];
    for (link = &d->first; *link != 0;) {
        uint32_t slot = *link;

        if (r->slot[slot].entry.id == e->id) {
            unpost(r, d, link, before);
            complete(r, e->id, FATA_RING_CANCELED, 0);
        } else {
            before = slot;
            link = &r->slot[slot].next;
        }
    }
}

static void receive(struct ring *r, uint32_t handle)
{
    const struct solo5_device *device = &r->h->image.manifest.device[handle];
    struct ring_device *d = &r->device[handle];

    while (d->first != 0) {
        const struct fata_ring_entry e = r->slot[d->first].entry;
        uint64_t length = e.length;
        int result = SOLO5_AGAIN;

        if (d->readable && !d->failed)
            result =
                (int)hvt_frame(device, hvt_at(r->h, e.address, e.length, true),
                               &length, false);
        d->readable = d->readable && (d->failed || result != SOLO5_AGAIN);
        if (result == SOLO5_AGAIN && !d->begun)
            return;
        if (result == SOLO5_OK)
            r->stats->received++;
        d->begun = (e.flags & FATA_RING_MORE) != 0;
        d->failed = d->begun && result != SOLO5_OK;
        unpost(r, d, &d->first, 0);
        complete(r, e.id, result, result == SOLO5_OK ? length : 0);
    }
    d->begun = d->failed = false;
}

static int take(struct ring *r, const struct fata_ring_entry *e)
{
    int mistake;

    if ((e->operation <= FATA_RING_PLAIN_READ) != r->plain ||
        e->operation < FATA_RING_PLAIN_WRITE || e->operation > FATA_RING_CANCEL)
        return r->plain ? 0 : RING_OPERATION; /* Solo5 skips them */
    if (r->plain && e->flags != 0)
        return 0; /* its operations have 32 bits */
    if (e->operation == FATA_RING_CANCEL) {
        cancel(r, e);
        return 0;
    }
    if (e->operation != FATA_RING_PLAIN_WRITE && (mistake = check_room(r)) != 0)
        return mistake;
    if (e->operation == FATA_RING_PLAIN_READ)
        return read_now(r, e);
    return e->operation == FATA_RING_RECEIVE ? post(r, e) : send(r, e);
}

void ring_init(struct ring *r)
{
    for (uint32_t i = 1; i < r->entries; i++)
        r->slot[i].next = i + 1;
    r->free = 1;
    for (size_t i = 0; i < SOLO5_MANIFEST_MAX; i++)
        r->device[i].readable = true;
}

int ring_serve(struct ring *r)
{
    uint32_t tail = load(&r->shared->tail);

    if (tail - r->head > r->entries)
        return RING_TAIL;
    while (r->head != tail) {
        struct fata_ring_entry e = copy_entry(r);
        int mistake = take(r, &e);

        if (mistake != 0)
            return mistake;
        store(&r->shared->head, ++r->head);
    }
    for (uint32_t i = 1; i < r->h->image.manifest.entries; i++)
        receive(r, i);
    return 0;
}

bool ring_sleep(struct ring *r)
{
    if (load(&r->shared->tail) != r->head)
        return false;
    store(&r->shared->doorbell, 1);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    return load(&r->shared->tail) == r->head;
}

void ring_awake(struct ring *r)
{
    store(&r->shared->doorbell, 0);
}

bool ring_guest_sleeps(struct ring *r)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    return !r->plain && load(&r->shared->wake) != 0;
}

const char *ring_mistake(int mistake)
{
    static const char *const text[RING_MISTAKES] = {
        [RING_TAIL] = "bad ring entry: the tail is too far ahead",
        [RING_HEAD] = "bad ring entry: the completion head is out of range",
        [RING_FULL] = "bad ring entry: more are outstanding than there is "
                      "room for",
        [RING_OPERATION] = "bad ring entry: unknown operation",
        [RING_BUFFER] = "bad ring entry: bad buffer address or length",
    };

    return mistake > 0 && mistake < RING_MISTAKES ? text[mistake] : NULL;
}
