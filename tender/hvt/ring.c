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
        .offset = e->offset,
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

/* A frame was sent, or not. */
static void sent(struct ring *r, const struct fata_ring_entry *e, int result,
                 uint64_t length)
{
    if (result == SOLO5_OK) {
        r->stats->sent++;
        r->stats->sent_bytes += length;
    }
    if (r->plain)
        return;
    r->failed = result != SOLO5_OK && (e->flags & FATA_RING_MORE) != 0;
    complete(r, e->id, result, result == SOLO5_OK ? length : 0);
}

static void received(struct ring *r, uint64_t length)
{
    r->stats->received++;
    r->stats->received_bytes += length;
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
    sent(r, e, result, length);
    return 0;
}

/* The header is copied once, byte by byte, as entries are. */
static bool begin_frame(struct ring *r, const struct fata_ring_entry *e)
{
    struct ring_frame *f = &r->frame;
    const volatile uint8_t *from =
        hvt_at(r->h, e->offset, sizeof f->header, false);

    if (from == NULL)
        return false;
    for (size_t i = 0; i < sizeof f->header; i++)
        ((uint8_t *)&f->header)[i] = from[i];
    f->piece[0] = (struct iovec){&f->header, sizeof f->header};
    f->handle = e->handle;
    f->length = 0;
    return true;
}

/* Pieces of a frame are gathered until the last is here. */
static int send_piece(struct ring *r, const struct fata_ring_entry *e)
{
    struct ring_frame *f = &r->frame;
    void *data = hvt_at(r->h, e->address, e->length, false);
    const struct solo5_device *d = &r->h->image.manifest.device[e->handle];
    int result = SOLO5_EINVAL;

    if (data == NULL || (f->pieces == 0 && !begin_frame(r, e)))
        return RING_BUFFER;
    if (f->pieces == FATA_RING_PIECES_MOST)
        return RING_FRAME;
    f->piece[++f->pieces] = (struct iovec){data, e->length};
    f->length += e->length;
    if ((e->flags & FATA_RING_PIECE) != 0)
        return 0;
    if (r->failed)
        result = SOLO5_AGAIN;
    else if (hvt_vnet_sound(&f->header, d->info.net.mtu, f->length))
        result =
            (int)hvt_frame_pieces(d, f->piece, 1 + f->pieces, &f->length, true);
    f->pieces = 0;
    sent(r, e, result, f->length);
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
        received(r, length);
    complete(r, e->id, result, result == SOLO5_OK ? length : 0);
    return 0;
}

static int post(struct ring *r, const struct fata_ring_entry *e)
{
    uint32_t slot = r->free;
    void *data = hvt_at(r->h, e->address, e->length, true);
    struct ring_device *d;

    if (data == NULL ||
        (hvt_has_offload(r->h, e->handle) &&
         hvt_at(r->h, e->offset, sizeof(struct fata_vnet), true) == NULL))
        return RING_BUFFER;
    if (hvt_device(r->h, e->handle, SOLO5_DEVICE_NET) == NULL) {
        complete(r, e->id, SOLO5_EINVAL, 0);
        return 0;
    }
    d = &r->device[e->handle];
    r->free = r->slot[slot].next;
    r->slot[slot] = (struct ring_posted){*e, data, 0};
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
            bool part = hvt_has_offload(r->h, e->handle) &&
                        (r->slot[slot].entry.flags & FATA_RING_MORE) != 0;

            unpost(r, d, link, before);
            if (!part) /* of a chain that completes as one */
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
                (int)hvt_frame(device, r->slot[d->first].data, &length, false);
        d->readable = d->readable && (d->failed || result != SOLO5_AGAIN);
        if (result == SOLO5_AGAIN && !d->begun)
            return;
        if (result == SOLO5_OK)
            received(r, length);
        d->begun = (e.flags & FATA_RING_MORE) != 0;
        d->failed = d->begun && result != SOLO5_OK;
        unpost(r, d, &d->first, 0);
        complete(r, e.id, result, result == SOLO5_OK ? length : 0);
    }
    d->begun = d->failed = false;
}

/* The buffers of a device's first chain, as far as a frame may need them; those
 * that follow one another are one for the host.  Returns the pieces, with the
 * header. */
static unsigned list_chain(const struct ring *r, const struct ring_device *d,
                           struct iovec *piece, uint64_t *room)
{
    unsigned last = 0;

    *room = 0;
    for (uint32_t slot = d->first; slot != 0 && *room < FATA_RING_LARGEST;) {
        const struct ring_posted *p = &r->slot[slot];

        if (last > 0 &&
            (uint8_t *)piece[last].iov_base + piece[last].iov_len == p->data)
            piece[last].iov_len += p->entry.length;
        else if (last == FATA_RING_PIECES_MOST)
            break;
        else
            piece[++last] = (struct iovec){p->data, p->entry.length};
        *room += p->entry.length;
        slot = (p->entry.flags & FATA_RING_MORE) != 0 ? p->next : 0;
    }
    return 1 + last;
}

/* Takes a chain's first buffers off the device: those of `length` bytes. */
static void use(struct ring *r, struct ring_device *d, uint64_t length)
{
    do {
        const struct fata_ring_entry *e = &r->slot[d->first].entry;

        length -= length < e->length ? length : e->length;
        d->begun = (e->flags & FATA_RING_MORE) != 0;
        unpost(r, d, &d->first, 0);
    } while (length > 0 && d->begun && d->first != 0);
}

/* Of a device with offloads. */
static void receive_large(struct ring *r, uint32_t handle)
{
    const struct solo5_device *device = &r->h->image.manifest.device[handle];
    struct iovec piece[1 + FATA_RING_PIECES_MOST];
    struct ring_device *d = &r->device[handle];

    while (d->first != 0) {
        const struct fata_ring_entry e = r->slot[d->first].entry;
        int result = d->begun ? SOLO5_AGAIN : SOLO5_EINVAL;
        uint64_t room, length = 0;
        unsigned pieces = list_chain(r, d, piece, &room);

        piece[0] = (struct iovec){
            hvt_at(r->h, e.offset, sizeof(struct fata_vnet), true),
            sizeof(struct fata_vnet)};
        if (room >= FATA_RING_LARGEST) {
            result = SOLO5_AGAIN;
            if (d->readable)
                result = (int)hvt_frame_pieces(device, piece, pieces, &length,
                                               false);
            d->readable = result != SOLO5_AGAIN;
        }
        if (result == SOLO5_AGAIN && !d->begun)
            return;
        if (result == SOLO5_OK)
            received(r, length);
        use(r, d, result == SOLO5_OK ? length : UINT64_MAX);
        complete(r, e.id, result, length);
    }
    d->begun = false;
}

static int take(struct ring *r, const struct fata_ring_entry *e)
{
    int mistake;

    if ((e->operation <= FATA_RING_PLAIN_READ) != r->plain ||
        e->operation < FATA_RING_PLAIN_WRITE || e->operation > FATA_RING_CANCEL)
        return r->plain ? 0 : RING_OPERATION; /* Solo5 skips them */
    if (r->plain && e->flags != 0)
        return 0; /* its operations have 32 bits */
    if (r->frame.pieces > 0 &&
        (e->operation != FATA_RING_SEND || e->handle != r->frame.handle))
        return RING_FRAME;
    if (e->operation == FATA_RING_CANCEL) {
        cancel(r, e);
        return 0;
    }
    if (e->operation != FATA_RING_PLAIN_WRITE && (mistake = check_room(r)) != 0)
        return mistake;
    if (e->operation == FATA_RING_PLAIN_READ)
        return read_now(r, e);
    if (e->operation == FATA_RING_RECEIVE)
        return post(r, e);
    return !r->plain && hvt_has_offload(r->h, e->handle) ? send_piece(r, e)
                                                         : send(r, e);
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
        if (hvt_has_offload(r->h, i))
            receive_large(r, i);
        else
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
        [RING_FRAME] = "bad ring entry: a frame of too many pieces, or of none "
                       "that is its last",
    };

    return mistake > 0 && mistake < RING_MISTAKES ? text[mistake] : NULL;
}
