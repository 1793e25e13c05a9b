/* SPDX-License-Identifier: ISC */
/* The image's way into guest memory. */
#include "guest.h"
#include "device.h"
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

static char command_line[SOLO5_CMDLINE_SIZE]; /* zeros after its end */

static void *at_address(uintptr_t memory, uint64_t address)
{
    return (void *)(memory + address); /* NOLINT: that is the ABI */
}

static int read_file(void *context, uint64_t offset, void *buffer, size_t size)
{
    const int *fd = context;
    uint8_t *to = buffer;

    while (size > 0) {
        ssize_t got = pread(*fd, to, size, (off_t)offset);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return -1;
        to += got;
        offset += (uint64_t)got;
        size -= (size_t)got;
    }
    return 0;
}

static int open_file(const char *path, struct image_source *source, int *fd,
                     struct message *why)
{
    struct stat st;

    *fd = open(path, O_RDONLY | O_CLOEXEC);
    if (*fd < 0 || fstat(*fd, &st) < 0)
        return fail(why, "cannot open %s: %s", path, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return fail(why, "%s is not a regular file", path);
    source->read = read_file;
    source->context = fd;
    source->size = (uint64_t)st.st_size;
    return 0;
}

int guest_open(struct image *image, struct image_source *source,
               const struct options *options, uint16_t machine, uint32_t target,
               uint64_t memory_size, struct message *why)
{
    static int fd;
    struct message detail;

    if (options_command_line(options, command_line, why) < 0 ||
        device_check_descriptors(options, why) < 0 || host_prepare(why) < 0 ||
        open_file(options->image, source, &fd, why) < 0)
        return -1;
    if (image_parse(image, source, machine, target, &detail) < 0 ||
        image_fits(image, memory_size, &detail) < 0)
        return fail(why, "%.120s: %.180s", options->image, detail.text);
    return device_attach(image, options, why);
}

/* Gives pages to what the file will fill: a pread into fresh memory meets them
 * one fault at a time, which takes five times as long.  Kernels before 5.14
 * refuse, and that is all they do. */
static void populate(const struct image *image, uintptr_t memory)
{
#ifdef MADV_POPULATE_WRITE
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct image_segment *s = &image->segment[i];
        uint64_t filled = s->address + s->file_size;

        if (!s->bare && s->file_size > 0)
            (void)madvise(at_address(memory, s->start), filled - s->start,
                          MADV_POPULATE_WRITE);
    }
#else
    (void)image;
    (void)memory;
#endif
}

int guest_load(const struct image *image, const struct image_source *source,
               uintptr_t memory, struct message *why)
{
    const int *fd = source->context;

    populate(image, memory);
    if (image_load(image, source, at_address(memory, SOLO5_GUEST_MIN),
                   SOLO5_GUEST_MIN, why) < 0)
        return -1;
    close(*fd);
    return 0;
}

uint64_t guest_words(const struct image *image, uintptr_t memory, uint64_t at)
{
    size_t size = sizeof(struct solo5_manifest) +
                  image->manifest.entries * sizeof image->manifest.device[0];

    memcpy(at_address(memory, at), &image->manifest, size);
    memcpy(at_address(memory, at + size), command_line,
           strlen(command_line)); /* NUL: fresh memory */
    return at + size;
}

int guest_protect(const struct image *image, uintptr_t memory, bool execute,
                  struct message *why)
{
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct image_segment *s = &image->segment[i];
        bool read = s->read || (s->execute && !execute);
        int protection = (read ? PROT_READ : 0) |
                         (s->write ? PROT_READ | PROT_WRITE : 0) |
                         (s->execute && execute ? PROT_EXEC : 0);

        if (!s->bare && mprotect(at_address(memory, s->start),
                                 s->end - s->start, protection) < 0)
            return fail(why, "cannot protect 0x%" PRIx64 ": %s", s->start,
                        strerror(errno));
    }
    return 0;
}

void guest_offer(const struct image *image, uintptr_t memory,
                 struct fata_offer *offer)
{
    const struct fata_note *note = &image->note;

    if ((note->wants & FATA_FEATURE_ENTROPY) != 0 &&
        getrandom(offer->entropy, sizeof offer->entropy, 0) ==
            sizeof offer->entropy)
        offer->features |= FATA_FEATURE_ENTROPY;
    image_write_offer(image, offer, at_address(memory, note->offer));
}
