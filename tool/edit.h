/* SPDX-License-Identifier: ISC */
/* Changes to the text of a manifest that leave all else as it is. */
#ifndef TOOL_EDIT_H
#define TOOL_EDIT_H

#include "text.h"

/* The text of a manifest, which must be a good one, with `items` at the end of
 * its `requires`, in the style of that list.
 * path  for messages */
const char *edit_requires(const char *path, const char *text, size_t size,
                          const struct vec *items);

#endif
