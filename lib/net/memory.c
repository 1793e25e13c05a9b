/* SPDX-License-Identifier: ISC */
/* lwIP's heap: malloc with a bound on the sum.  Each block remembers its size
 * in front of it.  Blocks of the sizes that every packet needs are kept for
 * the next one: they still count against the bound. */
#include "internal.h"

#include <arch/cc.h>
#include <stdlib.h>
#include <string.h>

struct block {
    union {
        size_t size; /* bytes in all */
        max_align_t align;
    };
    struct block *next; /* while it is free; the user's first bytes */
};

#define HEAD offsetof(struct block, next)

/* Free lists of 64, 128, ... 2048 bytes, at most KEPT bytes each; none where a
 * sanitizer is to see every life of a block. */
enum { CLASSES = 6, SMALLEST = 64, KEPT = FATA_ASAN ? 0 : 128 * 1024 };

static struct {
    size_t used;
    uint64_t refused;
    struct block *free[CLASSES];
    size_t kept[CLASSES];
} heap;

static int class_of(size_t size)
{
    int class = 0;
    while (class < CLASSES && (size_t)SMALLEST << class < size)
        class ++;
    return class;
}

static struct block *take(size_t size)
{
    int class = class_of(size);
    struct block *block;

    if (class < CLASSES) {
        size = (size_t)SMALLEST << class;
        block = heap.free[class];
        if (block != NULL) {
            heap.free[class] = block->next;
            heap.kept[class] -= size;
            return block;
        }
    }
    block = size > fata__net_config.memory - heap.used ? NULL : malloc(size);
    if (block == NULL) {
        heap.refused++;
        fata_log_warning(&fata__log_net,
                         "out of memory used=%zu wanted=%zu net-memory=%zu",
                         heap.used, size, fata__net_config.memory);
        return NULL;
    }
    block->size = size;
    heap.used += size;
    return block;
}

size_t fata__net_memory(uint64_t *refused)
{
    size_t bytes = heap.used;
    for (int i = 0; i < CLASSES; i++)
        bytes -= heap.kept[i];
    *refused = heap.refused;
    return bytes;
}

void *fata__lwip_alloc(size_t size)
{
    struct block *block =
        size > SIZE_MAX / 2
            ? NULL
            : take(size + HEAD < sizeof(*block) ? sizeof(*block) : size + HEAD);
    return block == NULL ? NULL : (char *)block + HEAD;
}

void *fata__lwip_calloc(size_t count, size_t size)
{
    size_t bytes;
    void *memory;
    if (FATA_MUL_OVERFLOW(count, size, &bytes))
        return NULL;
    memory = fata__lwip_alloc(bytes);
    if (memory != NULL)
        memset(memory, 0, bytes);
    return memory;
}

void fata__lwip_free(void *memory)
{
    struct block *block = (void *)((char *)memory - HEAD);
    size_t size = block->size;
    int class = class_of(size);

    if (class < CLASSES && heap.kept[class] < KEPT) {
        block->next = heap.free[class];
        heap.free[class] = block;
        heap.kept[class] += size;
        return;
    }
    heap.used -= size;
    free(block);
}
