/* SPDX-License-Identifier: ISC */
/* A file of its own: a platform may have a panic of its own. */
#include <fata/platform.h>

void (*fata_panic_more)(void);
