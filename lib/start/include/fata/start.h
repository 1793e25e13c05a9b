/* SPDX-License-Identifier: ISC */
/* Start-up: what the generated start.c of an image hands to fata_start().
 * Only generated code includes this. */
#ifndef FATA_START_H
#define FATA_START_H

#include <fata/abi.h>
#include <fata/cc.h>
#include <fata/keys.h>
#include <fata/platform.h>
#include <fata/ring.h>
#include <fata/solo5.h>

struct fata_start {
    const char *name; /* of the unikernel */
    const struct fata_key *keys;
    const char **key_texts; /* key_count entries, for fata_keys_parse */
    size_t key_count;
    int (*const *init)(void); /* component hooks in dependency order, or NULL */
    size_t init_count;
    /* Opens the devices; on error *device is the name of the one that
     * failed.  NULL where there are none. */
    int (*open)(const char **device);
    int (*start)(void *app); /* the program */
    /* The component that owns the main loop, or NULL: start is called
     * directly. */
    int (*main)(int (*start)(void *app), void *app);
    void *app;
    int *argc;    /* app.argc: words that are not keys, argv[0] included */
    char ***argv; /* app.argv */
};

/* Does everything between main() and start().  Prints one line and returns 64
 * for a wrong argument, prints the keys and returns 0 for --help, prints one
 * line and returns 1 where a device or an init hook fails.  Else returns what
 * the program returned, 1 (with a line) for a negative code. */
int fata_start(const struct fata_start *start, int argc, char **argv);

/* The stack arena: `count` stacks of `size` bytes (literals; size a multiple of
 * 4096), the lowest page of each is its guard.  Stack 0 is the main loop's on
 * targets without an operating system.  A section of its own without content,
 * in assembly because compilers differ in how they mark one. */
extern char fata_stack_memory[];
#define FATA_START_STACKS(size, count)                                         \
    __asm__(".pushsection .stacks,\"aw\",@nobits\n"                            \
            ".balign 4096\n"                                                   \
            ".globl fata_stack_memory\n"                                       \
            "fata_stack_memory: .skip (" #size ") * (" #count ")\n"            \
            ".popsection\n");                                                  \
    static char fata_stack_room[(count)*FATA_STACK_ROOM] FATA_ALIGNED(64);     \
    const struct fata_stack_area fata_start_stacks = {                         \
        fata_stack_memory, (size), (count), fata_stack_room};                  \
    const uint64_t fata_start_net_offload = FATA_START_NET_OFFLOAD;            \
    FATA_START_NOTE(size, count)

/* Bit i: whoever has net device i of the manifest understands its offloads.
 * Generated code defines it before this header where there are any. */
#ifndef FATA_START_NET_OFFLOAD
#define FATA_START_NET_OFFLOAD 0u
#define FATA_START_NETS        0u /* net devices, where that is not 0 */
#endif

/* Manifest of host-attached devices, also the Solo5 note:
 *   FATA_START_MANIFEST(2, FATA_START_BLOCK("disk") FATA_START_NET("service"))
 */
#define FATA_START_BLOCK(device_name)                                          \
    {.name = device_name, .type = SOLO5_DEVICE_BLOCK},
#define FATA_START_NET(device_name)                                            \
    {.name = device_name, .type = SOLO5_DEVICE_NET},
#define FATA_START_MANIFEST(count, ...)                                        \
    static const struct {                                                      \
        uint32_t name_size, size, type;                                        \
        char name[8];                                                          \
        uint32_t pad; /* the content is 8-aligned in the note */               \
        uint32_t version, entries;                                             \
        struct solo5_device device[(count) + 1];                               \
    } manifest_note FATA_USED FATA_ALIGNED(8)                                  \
        FATA_START_SECTION(".note.solo5.manifest") = {                         \
            SOLO5_NOTE_NAME_SIZE,                                              \
            12 + 104 * ((count) + 1),                                          \
            SOLO5_NOTE_MANIFEST,                                               \
            SOLO5_NOTE_NAME,                                                   \
            0,                                                                 \
            1,                                                                 \
            (count) + 1,                                                       \
            {{.type = SOLO5_DEVICE_RESERVED}, __VA_ARGS__}};                   \
    const struct solo5_manifest *const fata_start_manifest =                   \
        (const struct solo5_manifest *)(const void *)&manifest_note.version;

#if defined(FATA_FLAVOUR_IMAGE) && FATA_FLAVOUR_IMAGE
#define FATA_START_SECTION(s) FATA_SECTION(s)
#define FATA_START_NOTE(stack_bytes, stacks_in_all)                            \
    struct fata_offer fata_start_offer; /* written by the tender */            \
    /* Linked where the platform has one and there is a net device. */         \
    extern char fata_net_ring[] FATA_WEAK;                                     \
    static const struct {                                                      \
        uint32_t name_size, size, type;                                        \
        char name[8];                                                          \
        char pad[4]; /* the descriptor is 8-aligned in memory */               \
        struct fata_note note;                                                 \
    } fata_note_section FATA_USED FATA_ALIGNED(8)                              \
        FATA_SECTION(".note.fata") = {                                         \
            FATA_NOTE_NAME_SIZE,                                               \
            4 + sizeof(struct fata_note),                                      \
            FATA_NOTE_TYPE,                                                    \
            FATA_NOTE_NAME,                                                    \
            {0},                                                               \
            {FATA_NOTE_VERSION, sizeof(struct fata_note),                      \
             FATA_FEATURE_GUARDS | FATA_FEATURE_SHUTDOWN |                     \
                 FATA_FEATURE_ENTROPY | FATA_FEATURE_NET_RING |                \
                 FATA_FEATURE_NET_OFFLOAD | FATA_FEATURE_CLOCK |               \
                 (FATA_START_NETS <= FATA_NET_RING_LARGE                       \
                      ? FATA_FEATURE_RING_OFFLOAD                              \
                      : 0u),                                                   \
             (uint64_t)&fata_start_offer, sizeof(struct fata_offer),           \
             (uint64_t)fata_stack_memory, (stack_bytes), (stacks_in_all),      \
             (uint64_t)fata_net_ring, FATA_NET_RING_ENTRIES,                   \
             FATA_START_NET_OFFLOAD}};
#else
#define FATA_START_SECTION(s)
#define FATA_START_NOTE(size, count)
#endif

#endif
