/* SPDX-License-Identifier: ISC */
/* Building one port, from its unpacked source to headers and archives. */
#ifndef FATA_TOOL_PORT_MAKE_H
#define FATA_TOOL_PORT_MAKE_H

#include "port.h"

/* `source`  the unpacked tree; it is not written to
 * `tmp`     an existing folder for what is not kept
 * `out`     gets include/ and lib/; made here
 * `log`     gets the commands and what they say
 * 0, or -1 after a message (the end of the log, or what the port lacks). */
int port_make(const struct port *port, const struct port_env *env,
              const char *source, const char *tmp, const char *out,
              const char *log);

/* --- between port_make.c and port_ninja.c --- */

/* build.ninja in `tmp`, for `out`/lib/lib<name>.a. */
int port_write_ninja(const struct port *port, const struct port_env *env,
                     const char *source, const char *tmp, const char *out);
/* A folder or file that the manifest names: ./x is the port's own. */
char *port_resolve(const struct port *port, const char *source,
                   const char *name);

#endif
