/* SPDX-License-Identifier: ISC */
/* What libsodium's configure would find.  C and assembly read it.
 *
 * Not here: mmap, mprotect, mlock and madvise. Images have no protection of
 * pages to change, so that sodium_malloc() is malloc() everywhere, and
 * sodium_mlock() and sodium_mprotect_*() say ENOSYS. */
#define HAVE_WEAK_SYMBOLS    1
#define HAVE_INLINE_ASM      1
#define HAVE_TI_MODE         1 /* integers of 128 bits */
#define HAVE_ATOMIC_OPS      1
#define HAVE_C_VARARRAYS     1
#define NATIVE_LITTLE_ENDIAN 1
#define HAVE_SYS_RANDOM_H    1
#define HAVE_GETRANDOM       1 /* in images: component `random` */

/* Compiled by pragmas for CPUs that have them, chosen by sodium_init(). */
#ifdef __x86_64__
#define HAVE_AMD64_ASM       1
#define HAVE_AVX_ASM         1
#define HAVE_CPUID           1
#define HAVE_MMINTRIN_H      1
#define HAVE_EMMINTRIN_H     1
#define HAVE_PMMINTRIN_H     1
#define HAVE_TMMINTRIN_H     1
#define HAVE_SMMINTRIN_H     1
#define HAVE_AVXINTRIN_H     1
#define HAVE_AVX2INTRIN_H    1
#define HAVE_AVX512FINTRIN_H 1
#define HAVE_WMMINTRIN_H     1
#define HAVE_RDRAND          1
#endif
