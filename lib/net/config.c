/* SPDX-License-Identifier: ISC */
/* The keys of the stack: checked here, used when it is opened. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

struct fata__net_config fata__net_config = {.ipv4 = "",
                                            .ipv4_gateway = "",
                                            .ipv6 = "",
                                            .ipv6_gateway = "",
                                            .connections = 1024,
                                            .memory = 8 << 20};

/* Called by the generated start-up code. */
int fata_stack_key_ipv4(const char *value);
int fata_stack_key_ipv4_gateway(const char *value);
int fata_stack_key_ipv6(const char *value);
int fata_stack_key_ipv6_gateway(const char *value);
int fata_stack_key_dhcp(const char *value);
int fata_stack_key_connections(const char *value);
int fata_stack_key_memory(const char *value);

/* --- addresses --- */

/* One of a list.  Text that is longer is no address. */
struct entry {
    const char *name; /* NULL: none; not ended by a NUL */
    size_t name_length;
    char text[FATA_ADDRESS_TEXT + 8];
};

/* Takes the first entry off the list.  False at its end. */
static bool next_entry(const char **list, struct entry *e)
{
    const char *begin = *list;
    size_t length = strcspn(begin, ","), name = strcspn(begin, ",=");

    if (*begin == '\0')
        return false;
    *list = begin + length + (begin[length] == ',');
    e->name = name < length ? begin : NULL;
    e->name_length = name;
    if (e->name != NULL) {
        begin += name + 1;
        length -= name + 1;
    }
    if (length >= sizeof(e->text))
        length = sizeof(e->text) - 1; /* which is too long, too */
    memcpy(e->text, begin, length);
    e->text[length] = '\0';
    return true;
}

/* Reads "10.0.0.2" or, where prefix is not NULL, "10.0.0.2/24". */
static int parse(const char *text, int family, struct fata_address *to,
                 unsigned *prefix)
{
    struct fata_address a;
    int err = prefix == NULL ? fata_address_parse(&a, text)
                             : fata_address_parse_prefix(&a, prefix, text);
    if (err != 0 || a.family != family)
        return FATA_EINVAL;
    if (prefix != NULL && family == 6 && *prefix != 64)
        return FATA_ENOTSUP; /* lwIP takes its own addresses' /64 as on link */
    *to = a;
    return 0;
}

static int check(const char *list, int family, bool with_prefix,
                 const char **key)
{
    const char *all = list;
    struct fata_address a;
    struct entry e;
    unsigned prefix;

    while (next_entry(&list, &e)) {
        int err = parse(e.text, family, &a, with_prefix ? &prefix : NULL);
        if (err != 0)
            return err;
    }
    *key = all;
    return 0;
}

int fata_stack_key_ipv4(const char *value)
{
    return check(value, 4, true, &fata__net_config.ipv4);
}

int fata_stack_key_ipv4_gateway(const char *value)
{
    return check(value, 4, false, &fata__net_config.ipv4_gateway);
}

int fata_stack_key_ipv6(const char *value)
{
    return check(value, 6, true, &fata__net_config.ipv6);
}

int fata_stack_key_ipv6_gateway(const char *value)
{
    return check(value, 6, false, &fata__net_config.ipv6_gateway);
}

static bool is_name(const struct entry *e, const char *name)
{
    return strlen(name) == e->name_length &&
           memcmp(name, e->name, e->name_length) == 0;
}

/* What a list says of a stack: the entry with its name, or the one without.
 * Returns whether it is that one. */
static bool find(const char *list, const char *name, int family,
                 struct fata_address *to, unsigned *prefix)
{
    struct entry e;
    bool named = false;

    while (!named && next_entry(&list, &e)) {
        named = e.name != NULL;
        if (named && !is_name(&e, name)) {
            named = false;
            continue;
        }
        (void)parse(e.text, family, to, prefix); /* it has been checked */
    }
    return to->family != 0 && !named;
}

struct fata__addresses fata__net_addresses(const char *name)
{
    const struct fata__net_config *c = &fata__net_config;
    struct fata__addresses a = {0};
    unsigned prefix;

    a.unnamed |= find(c->ipv4, name, 4, &a.ipv4, &a.ipv4_prefix);
    a.unnamed |= find(c->ipv4_gateway, name, 4, &a.ipv4_gateway, NULL);
    a.unnamed |= find(c->ipv6, name, 6, &a.ipv6, &prefix);
    a.unnamed |= find(c->ipv6_gateway, name, 6, &a.ipv6_gateway, NULL);
    return a;
}

/* --- names --- */

static struct fata__net_name *names;

void fata__net_name_add(struct fata__net_name *name)
{
    name->next = names;
    names = name;
}

static bool is_known(const struct entry *e)
{
    const struct fata__net_name *n = names;

    while (n != NULL && !is_name(e, n->name))
        n = n->next;
    return n != NULL;
}

/* The names of all, as a list; those for which there is no room are left out.
 */
static const char *list_names(char *to, size_t size)
{
    size_t used = 0;

    to[0] = '\0';
    for (const struct fata__net_name *n = names; n != NULL; n = n->next) {
        size_t length = strlen(n->name);
        if (used + length + 2 > size)
            continue;
        if (used > 0)
            to[used++] = ',';
        memcpy(to + used, n->name, length + 1);
        used += length;
    }
    return to;
}

static unsigned check_list(const char *key, const char *list)
{
    unsigned unknown = 0;
    char name[32], all[128];
    struct entry e;

    while (next_entry(&list, &e)) {
        size_t length =
            e.name_length < sizeof(name) ? e.name_length : sizeof(name) - 1;
        if (e.name == NULL || is_known(&e))
            continue;
        memcpy(name, e.name, length);
        name[length] = '\0';
        fata_log_error(&fata__log_net,
                       "no stack has the name in %s: name=%s stacks=%s", key,
                       FATA_LOG_QUOTE(name),
                       FATA_LOG_QUOTE(list_names(all, sizeof(all))));
        unknown++;
    }
    return unknown;
}

unsigned fata__net_check_names(void)
{
    const struct fata__net_config *c = &fata__net_config;

    return check_list("--ipv4", c->ipv4) +
           check_list("--ipv4-gateway", c->ipv4_gateway) +
           check_list("--ipv6", c->ipv6) +
           check_list("--ipv6-gateway", c->ipv6_gateway);
}

/* --- the others --- */

/* The three that follow have been checked by their type. */
int fata_stack_key_dhcp(const char *value)
{
    fata__net_config.no_dhcp = strcmp(value, "false") == 0 ||
                               strcmp(value, "no") == 0 ||
                               strcmp(value, "0") == 0;
    return 0;
}

int fata_stack_key_connections(const char *value)
{
    fata__net_config.connections = (unsigned)strtoul(value, NULL, 0);
    return 0;
}

int fata_stack_key_memory(const char *value)
{
    char *unit;
    unsigned long long size = strtoull(value, &unit, 10);
    int shift = *unit == 'K' ? 10 : *unit == 'M' ? 20 : *unit == 'G' ? 30 : 0;
    if (size > SIZE_MAX >> shift || (size_t)size << shift < 65536)
        return FATA_ERANGE;
    fata__net_config.memory = (size_t)size << shift;
    return 0;
}
