/* SPDX-License-Identifier: ISC */
/* Ports of a build: made through port.h, kept by what makes them differ. */
#ifndef TOOL_PORTS_H
#define TOOL_PORTS_H

#include "gen.h"
#include "lock.h"

/* Builds those that are not in the cache and fills port_include of all units.
 * A failure ends the tool. */
void ports_make(struct session *s, struct build *b, struct flavour *f);
const char *const *ports_archives(const struct build *b, const struct unit *u);
/* Where the port was built: include/, lib/; or NULL: it is none. */
const char *ports_folder(const struct build *b, const struct unit *u);
/* Header folders of the ports that the target requires: the C library. */
const struct vec *ports_of_target(const struct build *b);
/* Its list of system calls (bits/syscall.h), or "-". */
const char *ports_syscalls(const struct build *b);
/* The unpacked source of a port, fetched if need be; a failure ends the tool.
 * pin  returned: what it is */
const char *ports_source(struct session *s, const struct manifest *m,
                         struct pin *pin);
/* Entries in fata.lock, for all of these ports or for none; see port_pin().
 * 0 or EXIT_FAILED. */
int ports_pin(struct session *s, const struct manifest *const *m, size_t count,
              bool newest);

#endif
