/* SPDX-License-Identifier: ISC */
/* The hostile guest's cases; how each is run is spt_test.c's. */
#ifndef TENDER_SPT_HOSTILE_H
#define TENDER_SPT_HOSTILE_H

typedef void check_fn(const char *name, const char *options, const char *image,
                      const char *arguments, int status, const char *output);
typedef void uprobe_fn(const char *name, const char *options, const char *image,
                       const char *arguments);

void test_hostile(check_fn *check, uprobe_fn *uprobe);

#endif
