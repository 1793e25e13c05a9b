/* SPDX-License-Identifier: ISC */
/* Fuzz harness of the loader: any bytes as an image.  libFuzzer's entry; with
 * -DREPLAY a program that runs the files it is given. */
#include "test_image.h"

#include <stdio.h>

#define MEMORY (2ull << 20)

struct bytes {
    const uint8_t *data;
    size_t size;
};

static void require(bool condition)
{
    if (!condition)
        abort();
}

static int read_bytes(void *context, uint64_t offset, void *buffer, size_t size)
{
    const struct bytes *b = context;

    require(offset <= b->size && size <= b->size - offset);
    memcpy(buffer, b->data + offset, size);
    return 0;
}

/* What the tender relies on once an image is accepted. */
static void check(const struct image *image, struct image_source *source)
{
    static uint8_t memory[MEMORY - SOLO5_GUEST_MIN];
    const struct fata_note *n = &image->note;
    uint64_t end = SOLO5_GUEST_MIN;
    struct message why;

    require(image->entry >= SOLO5_GUEST_MIN && image->entry < MEMORY);
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct image_segment *s = &image->segment[i];

        if (s->bare)
            continue;
        require(s->start >= end && s->end > s->start && s->end <= MEMORY);
        require(s->start % 4096 == 0 && s->end % 4096 == 0);
        require(!(s->write && s->execute));
        end = s->end;
    }
    require(image->end == end);
    require(image->manifest.entries >= 1 && image->manifest.entries <= 64);
    for (uint32_t i = 0; i < image->manifest.entries; i++)
        require(strnlen(image->manifest.device[i].name, 68) < 68);
    if (image->has_note) {
        require(n->offer >= SOLO5_GUEST_MIN && n->offer < MEMORY &&
                n->offer + sizeof(struct fata_offer) <= MEMORY);
        require(n->stack_count <= MEMORY / 8192);
        if (n->stack_count > 0)
            require(n->stacks >= SOLO5_GUEST_MIN && n->stacks < MEMORY &&
                    n->stacks + n->stack_size * n->stack_count <= MEMORY);
        if (n->ring != 0)
            require(n->ring >= SOLO5_GUEST_MIN && n->ring < MEMORY &&
                    n->ring + FATA_RING_SIZE(n->ring_entries) <= MEMORY);
    }
    require(image_load(image, source, memory, SOLO5_GUEST_MIN, &why) == 0);
}

static unsigned accepted;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct image image;
    struct bytes bytes = {data, size};
    struct image_source source = {.read = read_bytes,
                                  .context = &bytes,
                                  .size = size};
    struct message why = {{0}};

    if (image_parse(&image, &source, EM_X86_64, SOLO5_TARGET_SPT, &why) == 0 &&
        image_fits(&image, MEMORY, &why) == 0)
        check(&image, &source), accepted++;
    else
        require(why.text[0] != '\0' && strchr(why.text, '\n') == NULL);
    return 0;
}

#ifdef REPLAY
int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        static uint8_t data[1 << 20];
        FILE *f = fopen(argv[i], "rb");
        uint8_t *exact;
        size_t size;

        if (f == NULL)
            return 1;
        size = fread(data, 1, sizeof data, f);
        fclose(f);
        exact = malloc(size > 0 ? size : 1); /* ASan sees a read beyond */
        memcpy(exact, data, size);
        LLVMFuzzerTestOneInput(exact, size);
        free(exact);
        printf("ok corpus-%s\n", strrchr(argv[i], '/') == NULL
                                     ? argv[i]
                                     : strrchr(argv[i], '/') + 1);
    }
    printf("# %u of %d inputs are good images\n", accepted, argc - 1);
    return 0;
}
#endif
