/* SPDX-License-Identifier: ISC */
/* The compiler and the functions of ours that lwIP calls; lib/net has them. */
#ifndef LWIP_ARCH_CC_H
#define LWIP_ARCH_CC_H

#include <stddef.h>
#include <stdint.h>

#define PACK_STRUCT_STRUCT __attribute__((packed))

/* Else a function call each. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define lwip_htons(value) __builtin_bswap16(value)
#define lwip_htonl(value) __builtin_bswap32(value)
#endif

/* Memory: bounded, see lib/net/memory.c. */
void *fata__lwip_alloc(size_t size);
void *fata__lwip_calloc(size_t count, size_t size);
void fata__lwip_free(void *memory);
#define mem_clib_malloc fata__lwip_alloc
#define mem_clib_calloc fata__lwip_calloc
#define mem_clib_free   fata__lwip_free

uint32_t fata__lwip_random(void);
#define LWIP_RAND() fata__lwip_random()

/* The sum of RFC 1071, folded to 16 bits, not complemented. */
uint16_t fata__lwip_checksum(const void *data, int len);
#define LWIP_CHKSUM fata__lwip_checksum

__attribute__((noreturn)) void fata__lwip_assert(const char *what);
#define LWIP_PLATFORM_ASSERT(what) fata__lwip_assert(what)
#define LWIP_PLATFORM_DIAG(what)

#endif
