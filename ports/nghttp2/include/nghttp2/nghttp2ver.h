/* SPDX-License-Identifier: ISC */
/* What nghttp2's configure script makes: its version. */
#ifndef NGHTTP2VER_H
#define NGHTTP2VER_H

#define NGHTTP2_VERSION     "1.52.0"
#define NGHTTP2_VERSION_NUM 0x013400

#endif
