/* SPDX-License-Identifier: ISC */
#ifndef TOOL_OPTIONS_H
#define TOOL_OPTIONS_H

#include "commands.h"

/* Sorts out argv; a mistake ends the tool.  NULL: only help was asked for, and
 * given. */
const struct command_line *options_read(struct options *o, int argc,
                                        char **argv);
void help(void);

#endif
