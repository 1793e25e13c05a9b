/* SPDX-License-Identifier: ISC */
/* Block requests, waited for. */
#include <fata/run.h>

struct waiting {
    struct fata_block_request block;
    struct fata_event done;
};

static void done(struct fata_request *request)
{
    struct fata_block_request *r =
        FATA_CONTAINER(request, struct fata_block_request, request);
    fata_event_set(&FATA_CONTAINER(r, struct waiting, block)->done);
}

static int transfer(struct fata_block *block, enum fata_block_op op,
                    uint64_t sector, uint32_t count, void *data,
                    fata_time_t deadline)
{
    struct waiting w = {.block = {.request = {.done = done},
                                  .op = op,
                                  .sector = sector,
                                  .count = count,
                                  .data = data}};
    int error;
    if (fata_fiber_cancelled())
        return FATA_ECANCELED;
    if (deadline != FATA_NEVER && deadline <= fata_now())
        return FATA_ETIMEDOUT;
    fata_event_init(&w.done);
    error = fata_block_submit(block, &w.block);
    if (error != 0)
        return error;
    fata_event_join(&w.done); /* the device has the memory until then */
    return w.block.request.result;
}

int fata_block_read(struct fata_block *block, uint64_t sector, uint32_t count,
                    void *data, fata_time_t deadline)
{
    return transfer(block, FATA_BLOCK_READ, sector, count, data, deadline);
}

int fata_block_write(struct fata_block *block, uint64_t sector, uint32_t count,
                     const void *data, fata_time_t deadline)
{
    /* One request type for both directions: a write only reads `data`. */
    return transfer(block, FATA_BLOCK_WRITE, sector, count,
                    (void *)(uintptr_t)data, deadline);
}

int fata_block_flush(struct fata_block *block, fata_time_t deadline)
{
    return transfer(block, FATA_BLOCK_FLUSH, 0, 0, NULL, deadline);
}
