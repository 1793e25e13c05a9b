/* SPDX-License-Identifier: ISC */
/* The loader's parser: good images, then every way to be bad.
 *   image_test              runs the cases
 *   image_test write DIR    writes the bad images to files, for the tender */
#include "test_image.h"
#include "unit.h"

#define MEMORY (4ull << 20)

#define BAD(name, says, change)                                                \
    static void bad_##name(struct test_image *t)                               \
    {                                                                          \
        change;                                                                \
    }
#include "bad_images.inc"
#undef BAD

#define BAD(name, says, change) {"bad-" #name, says, bad_##name},
static const struct {
    const char *name;
    const char *says;
    void (*change)(struct test_image *t);
} cases[] = {
#include "bad_images.inc"
};
#undef BAD

static struct image image;
static struct message why;

/* The bytes are copied to a block of exactly their size, so that ASan sees a
 * read beyond. */
static int parse(const struct test_image *t)
{
    char *bytes = malloc(t->size > 0 ? t->size : 1);
    struct image_source source = {.read = test_image_read,
                                  .context = bytes,
                                  .size = t->size};
    int result;

    memcpy(bytes, t, t->size);
    why.text[0] = '\0';
    result = image_parse(&image, &source, EM_X86_64, SOLO5_TARGET_SPT, &why);
    if (result == 0)
        result = image_fits(&image, MEMORY, &why);
    free(bytes);
    return result;
}

static void test_good(void)
{
    static struct test_image t;

    test_image_make(&t);
    UNIT("good", parse(&t) == 0, "%s", why.text);
    UNIT("good-entry", image.entry == 0x100000, "wrong entry");
    UNIT("good-end", image.end == 0x124000, "wrong end");
    UNIT("good-segments", image.segment_count == 3 && image.segment[0].execute,
         "wrong segments");
    UNIT("good-manifest",
         image.manifest.entries == 3 &&
             strcmp(image.manifest.device[2].name, "device2") == 0,
         "wrong manifest");
    UNIT("good-note", image.has_note && image.note.stack_count == 4,
         "wrong note");
    t.p[FATA].p_type = PT_NULL;
    UNIT("good-no-note", parse(&t) == 0 && !image.has_note, "%s", why.text);

    test_image_make(&t);
    test_entries(&t, 64);
    t.p[FATA].p_type = PT_NULL;
    UNIT("good-64-entries", parse(&t) == 0 && image.manifest.entries == 64,
         "%s", why.text);
    test_entries(&t, 1);
    UNIT("good-1-entry", parse(&t) == 0, "%s", why.text);

    test_image_make(&t);
    t.manifest.device[1].info.block.capacity = 5;
    t.manifest.device[1].host.pointer = UINT64_MAX;
    UNIT("good-manifest-cleared",
         parse(&t) == 0 && image.manifest.device[1].host.pointer == 0 &&
             image.manifest.device[1].info.block.capacity == 0,
         "not cleared");

    test_image_make(&t);
    t.fata.version = FATA_NOTE_VERSION + 1; /* appended to */
    t.fata.length += 16;
    t.fata_note.size += 16;
    t.p[FATA].p_filesz += 16;
    t.fata.wants = UINT64_MAX;
    UNIT("good-later-note", parse(&t) == 0, "%s", why.text);
    t.fata.stack_count = 0;
    t.fata.stack_size = 3;
    UNIT("good-no-stacks", parse(&t) == 0, "%s", why.text);

    test_image_make(&t);
    t.fata.ring = 0;
    t.fata.ring_entries = 3;
    UNIT("good-no-ring", parse(&t) == 0, "%s", why.text);
    t.fata.ring = 0x124000 - 4096;
    t.fata.ring_entries = 64;
    UNIT("good-ring-at-end", parse(&t) == 0, "%s", why.text);

    test_image_make(&t);
    t.fata.version = 1; /* what follows is not the note's */
    t.fata.length = FATA_NOTE_SIZE_1;
    t.fata.offer_size = FATA_OFFER_SIZE_1;
    t.fata_note.size = 4 + FATA_NOTE_SIZE_1;
    t.p[FATA].p_filesz = 24 + FATA_NOTE_SIZE_1;
    UNIT("good-earlier-note",
         parse(&t) == 0 && image.note.ring == 0 && image.note.ring_entries == 0,
         "%s", why.text);
    struct fata_offer offer = {.features = 1, .doorbell = 1};
    uint8_t to[sizeof offer];
    memset(to, 0xaa, sizeof to);
    image_write_offer(&image, &offer, to);
    UNIT("earlier-offer",
         offer.version == 1 && offer.length == FATA_OFFER_SIZE_1 &&
             to[8] == 1 && to[FATA_OFFER_SIZE_1] == 0xaa,
         "version %u, length %u", offer.version, offer.length);

    test_image_make(&t);
    t.fata.version = 2;
    t.fata.length = FATA_NOTE_SIZE_2;
    t.fata.offer_size = FATA_OFFER_SIZE_2;
    t.fata.net_offload = 6; /* is not the note's */
    t.fata_note.size = 4 + FATA_NOTE_SIZE_2;
    t.p[FATA].p_filesz = 24 + FATA_NOTE_SIZE_2;
    UNIT("good-second-note", parse(&t) == 0 && image.note.net_offload == 0,
         "%s", why.text);
    memset(to, 0xaa, sizeof to);
    image_write_offer(&image, &offer, to);
    UNIT("second-offer",
         offer.version == 2 && offer.length == FATA_OFFER_SIZE_2 &&
             to[FATA_OFFER_SIZE_2 - 1] == 0 && to[FATA_OFFER_SIZE_2] == 0xaa,
         "version %u, length %u", offer.version, offer.length);

    test_image_make(&t);
    t.p[DATA].p_filesz = 0; /* skipped, but the note may use it */
    UNIT("good-bare", parse(&t) == 0 && image.end == 0x102000, "%s", why.text);
    t.p[RODATA].p_filesz = 0;
    t.p[RODATA].p_vaddr = UINT64_MAX;
    t.p[RODATA].p_flags = PF_X | PF_W;
    t.p[RODATA].p_align = 3;
    UNIT("good-bare-anything", parse(&t) == 0, "%s", why.text);

    test_image_make(&t);
    t.p[RODATA].p_type = PT_NOTE;
    for (t.p[RODATA].p_filesz = 12; t.p[RODATA].p_filesz < 20;
         t.p[RODATA].p_filesz++)
        if (parse(&t) < 0)
            break;
    UNIT("good-short-notes", t.p[RODATA].p_filesz == 20, "%s", why.text);

    test_image_make(&t);
    t.p[DATA].p_memsz = MEMORY - 0x102000;
    UNIT("good-full-memory", parse(&t) == 0 && image.end == MEMORY, "%s",
         why.text);
    t.e.e_entry = MEMORY - 1;
    UNIT("good-last-entry", parse(&t) == 0, "%s", why.text);
}

static void test_load(void)
{
    static struct test_image t;
    struct image_source source = {.read = test_image_read,
                                  .context = &t,
                                  .size = sizeof t};
    uint8_t *memory = calloc(1, 0x24000);
    size_t wrong = 0;

    test_image_make(&t);
    source.size = t.size;
    UNIT("load",
         parse(&t) == 0 &&
             image_load(&image, &source, memory, 0x100000, &why) == 0,
         "%s", why.text);
    for (size_t i = 0; i < 0x24000; i++)
        wrong += memory[i] != (i < 0x3000 && i % 0x1000 < 64 ? 0xcc : 0);
    UNIT("load-bytes", wrong == 0, "%zu bytes are wrong", wrong);
    free(memory);
}

static int write_all(const char *folder)
{
    static struct test_image t;
    char path[512];

    for (size_t i = 0; i < FATA_COUNT(cases); i++) {
        FILE *f;

        test_image_make(&t);
        cases[i].change(&t);
        snprintf(path, sizeof path, "%s/%s", folder, cases[i].name);
        f = fopen(path, "wb");
        if (f == NULL || fwrite(&t, 1, t.size, f) != t.size || fclose(f) != 0)
            return 1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    static struct test_image t;

    if (argc == 3 && strcmp(argv[1], "write") == 0)
        return write_all(argv[2]);
    test_good();
    test_load();
    for (size_t i = 0; i < FATA_COUNT(cases); i++) {
        test_image_make(&t);
        cases[i].change(&t);
        int result = parse(&t);

        UNIT(cases[i].name,
             result < 0 && strstr(why.text, cases[i].says) != NULL,
             "says \"%s\" (%d), not \"%s\"", why.text, result, cases[i].says);
    }
    return unit_failures > 0;
}
