/* SPDX-License-Identifier: ISC */
#ifndef NGHTTP2_SUITE_H
#define NGHTTP2_SUITE_H

/* nghttp2's own tests.  Returns how many have failed, each told in a line, with
 * its checks; the last line counts. */
int nghttp2_suite_main(void);

#endif
