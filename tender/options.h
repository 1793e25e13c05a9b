/* SPDX-License-Identifier: ISC */
/* The command line all tenders share, which is Solo5's.  Pure: nothing is
 * opened or printed here. */
#ifndef TENDER_OPTIONS_H
#define TENDER_OPTIONS_H

#include "message.h"

#include <fata/solo5.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef FATA_VERSION
#define FATA_VERSION "0.1"
#endif

/* What the command line says of one device.  The strings are the
 * command line's. */
struct device_option {
    char name[SOLO5_NAME_SIZE];
    const char *block;   /* path, or NULL */
    const char *network; /* interface name or NULL */
    int descriptor;      /* --net:NAME=@FD, or -1 */
    uint16_t block_size; /* 0: not given */
    bool has_mac;
    uint8_t mac[6];
};

struct options {
    uint64_t memory_mib;
    struct device_option device[SOLO5_MANIFEST_MAX - 1];
    size_t device_count;
    const char *image; /* path */
    char **arguments;  /* for the image; ends with NULL */
    uint64_t offload;  /* the tender's own: FATA_FEATURE_* that an image wants
                          whose net devices may have offloads; 0: none may */
};

/* An option of one tender only. */
struct option_flag {
    const char *name; /* with the dashes; NULL ends a list */
    const char *help;
    bool *value;
    const char **text; /* or NULL; then the name ends with = */
};

enum options_action { OPTIONS_RUN, OPTIONS_HELP, OPTIONS_VERSION };

/* flags  borrowed; those given are set to true, or to the text
 * Returns an enum options_action, or -1 with the mistake in *why. */
FATA_NODISCARD int options_parse(struct options *options,
                                 const struct option_flag *flags, char **argv,
                                 struct message *why);

/* The text of --help, into `buffer`; returns its length. */
size_t options_help(char *buffer, size_t size, const char *tender,
                    const struct option_flag *flags);

/* Joins the arguments by single spaces, as the ABI has it.
 * Returns the length without the NUL, or -1 if they do not fit. */
FATA_NODISCARD int options_command_line(const struct options *options,
                                        char line[SOLO5_CMDLINE_SIZE],
                                        struct message *why);

#endif
