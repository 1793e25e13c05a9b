/* SPDX-License-Identifier: ISC */
/* Command line (section 6 of the Solo5 ABI).  A mistake is an error, never a
 * guess. */
#include "options.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MEMORY_DEFAULT 512u       /* MiB */
#define MEMORY_MOST    (1u << 26) /* MiB: 64 TiB, half the address space */

/* Parses all of `text` as a decimal number of at most `most`. */
static bool parse_number(const char *text, uint64_t most, uint64_t *number)
{
    uint64_t n = 0;

    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return false;
        n = n * 10 + (uint64_t)(*text - '0');
        if (n > most)
            return false;
    }
    *number = n;
    return true;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

static bool parse_mac(const char *text, uint8_t mac[6])
{
    for (int i = 0; i < 6; i++, text += 3) {
        int high = hex_digit(text[0]);
        int low = high < 0 ? -1 : hex_digit(text[1]);

        if (low < 0 || text[2] != (i < 5 ? ':' : '\0'))
            return false;
        mac[i] = (uint8_t)(high << 4 | low);
    }
    return (mac[0] & 1) == 0; /* a group address is nobody's */
}

/* Finds or makes the record for the NAME of `--x:NAME=VALUE`; *value is what
 * follows the equals sign. */
static struct device_option *device_for(struct options *o, const char *word,
                                        const char *name, const char **value,
                                        struct message *why)
{
    const char *equals = strchr(name, '=');
    size_t size = equals == NULL ? 0 : (size_t)(equals - name);
    struct device_option *d;

    if (equals == NULL || size == 0 || equals[1] == '\0') {
        fail(why, "%s: the form is %.*s:NAME=VALUE", word,
             (int)(name - word - 1), word);
        return NULL;
    }
    if (size >= SOLO5_NAME_SIZE) {
        fail(why, "%s: the device name is too long", word);
        return NULL;
    }
    *value = equals + 1;
    for (size_t i = 0; i < o->device_count; i++) {
        d = &o->device[i];
        if (strncmp(d->name, name, size) == 0 && d->name[size] == '\0')
            return d;
    }
    if (o->device_count == FATA_COUNT(o->device)) {
        fail(why, "%s: more than %zu devices", word, o->device_count);
        return NULL;
    }
    d = &o->device[o->device_count++];
    memset(d, 0, sizeof *d);
    memcpy(d->name, name, size);
    d->descriptor = -1;
    return d;
}

/* If `word` begins with `--x:`, returns what follows. */
static const char *after(const char *word, const char *prefix)
{
    size_t size = strlen(prefix);

    return strncmp(word, prefix, size) == 0 ? word + size : NULL;
}

static int parse_block(struct device_option *d, const char *value,
                       struct message *why)
{
    if (d->block != NULL)
        return fail(why, "given twice");
    d->block = value;
    return 0;
}

static int parse_block_size(struct device_option *d, const char *value,
                            struct message *why)
{
    uint64_t n;

    if (d->block_size != 0)
        return fail(why, "given twice");
    if (!parse_number(value, 32768, &n) || n < 512 || (n & (n - 1)) != 0)
        return fail(why, "a sector size is a power of two from 512 to 32768");
    d->block_size = (uint16_t)n;
    return 0;
}

static int parse_net(struct device_option *d, const char *value,
                     struct message *why)
{
    uint64_t number;

    if (d->network != NULL || d->descriptor >= 0)
        return fail(why, "given twice");
    if (value[0] != '@') {
        if (strlen(value) > 15)
            return fail(why, "an interface name has at most 15 characters");
        d->network = value;
        return 0;
    }
    if (!parse_number(value + 1, INT32_MAX, &number))
        return fail(why, "@ takes a descriptor number");
    d->descriptor = (int)number;
    return 0;
}

static int parse_net_mac(struct device_option *d, const char *value,
                         struct message *why)
{
    if (d->has_mac)
        return fail(why, "given twice");
    if (!parse_mac(value, d->mac))
        return fail(why,
                    "a MAC address is aa:bb:cc:dd:ee:ff, no group address");
    d->has_mac = true;
    return 0;
}

/* Returns 1 if the word is not one of these options. */
static int parse_device(struct options *o, const char *word,
                        struct message *why)
{
    static const struct {
        const char *prefix;
        int (*parse)(struct device_option *d, const char *value,
                     struct message *why);
    } forms[] = {{"--block:", parse_block},
                 {"--block-sector-size:", parse_block_size},
                 {"--net:", parse_net},
                 {"--net-mac:", parse_net_mac}};

    for (size_t i = 0; i < FATA_COUNT(forms); i++) {
        const char *name = after(word, forms[i].prefix);
        const char *value;
        struct device_option *d;
        struct message mistake;

        if (name == NULL)
            continue;
        if ((d = device_for(o, word, name, &value, why)) == NULL)
            return -1;
        if (forms[i].parse(d, value, &mistake) < 0)
            return fail(why, "%.200s: %.100s", word, mistake.text);
        return 0;
    }
    return 1;
}

static bool parse_flag(const struct option_flag *flags, const char *word)
{
    for (; flags->name != NULL; flags++) {
        if (flags->text != NULL && after(word, flags->name) != NULL) {
            *flags->text = after(word, flags->name);
            return true;
        }
        if (flags->text == NULL && strcmp(word, flags->name) == 0)
            return *flags->value = true;
    }
    return false;
}

int options_parse(struct options *o, const struct option_flag *flags,
                  char **argv, struct message *why)
{
    const char *value;
    bool memory_given = false;
    int result;

    memset(o, 0, sizeof *o);
    o->memory_mib = MEMORY_DEFAULT;
    if (*argv != NULL)
        argv++;
    for (; *argv != NULL && (*argv)[0] == '-'; argv++) {
        const char *word = *argv;

        if (strcmp(word, "--") == 0) {
            argv++;
            break;
        }
        if (strcmp(word, "--help") == 0)
            return OPTIONS_HELP;
        if (strcmp(word, "--version") == 0)
            return OPTIONS_VERSION;
        if ((value = after(word, "--mem=")) != NULL) {
            if (memory_given)
                return fail(why, "%s: given twice", word);
            if (!parse_number(value, MEMORY_MOST, &o->memory_mib) ||
                o->memory_mib == 0)
                return fail(why, "%s: a number of MiB from 1 to %u", word,
                            MEMORY_MOST);
            memory_given = true;
            continue;
        }
        result = parse_device(o, word, why);
        if (result < 0)
            return -1;
        if (result > 0 && !parse_flag(flags, word))
            return fail(why, "%s: unknown option (--help lists them)", word);
    }
    if (*argv == NULL)
        return fail(why, "no image given (--help tells how)");
    o->image = argv[0];
    o->arguments = argv + 1;
    return OPTIONS_RUN;
}

size_t options_help(char *buffer, size_t size, const char *tender,
                    const struct option_flag *flags)
{
    int used = snprintf(
        buffer, size,
        "usage: %s [OPTION]... [--] IMAGE [ARGUMENT]...\n"
        "Runs a Solo5 image.  Options:\n"
        "  --mem=MIB                      guest memory (default %u)\n"
        "  --block:NAME=PATH              attach a file as block device\n"
        "  --block-sector-size:NAME=SIZE  512 (default) to 32768\n"
        "  --net:NAME=INTERFACE           attach an existing tap interface\n"
        "  --net:NAME=@FD                 attach an inherited descriptor\n"
        "  --net-mac:NAME=ADDRESS         instead of a random one\n"
        "  --help, --version\n",
        tender, MEMORY_DEFAULT);

    for (; flags->name != NULL && used >= 0 && (size_t)used < size; flags++)
        used += snprintf(buffer + used, size - (size_t)used, "  %-30s %s\n",
                         flags->name, flags->help);
    if (used < 0)
        return 0;
    return (size_t)used < size ? (size_t)used : size - 1;
}

int options_command_line(const struct options *options,
                         char line[SOLO5_CMDLINE_SIZE], struct message *why)
{
    size_t used = 0;

    for (char **word = options->arguments; *word != NULL; word++) {
        size_t size = strlen(*word);
        size_t space = word != options->arguments ? 1 : 0;

        if (size >= SOLO5_CMDLINE_SIZE - used - space)
            return fail(why, "the image's arguments are longer than %u bytes",
                        SOLO5_CMDLINE_SIZE - 1);
        if (space != 0)
            line[used++] = ' ';
        memcpy(line + used, *word, size);
        used += size;
    }
    line[used] = '\0';
    return (int)used;
}
