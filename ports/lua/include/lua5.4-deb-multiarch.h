/* SPDX-License-Identifier: ISC */
/* Debian's luaconf.h asks for it, to search modules written in C: there are
 * none to be found. */
#define DEB_HOST_MULTIARCH ""
