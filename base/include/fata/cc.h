/* SPDX-License-Identifier: ISC */
/* The compiler: every extension we use goes through here (gcc and clang). */
#ifndef FATA_CC_H
#define FATA_CC_H

#include <stddef.h>

#define FATA_NODISCARD __attribute__((warn_unused_result))
#define FATA_NORETURN  __attribute__((noreturn))
#define FATA_NOINLINE  __attribute__((noinline))
#define FATA_INLINE    static inline __attribute__((always_inline))
#define FATA_UNUSED    __attribute__((unused))
#define FATA_USED      __attribute__((used))
#define FATA_WEAK      __attribute__((weak))
/* Visible inside its component's archive, not part of any interface. */
#define FATA_HIDDEN       __attribute__((visibility("hidden")))
#define FATA_ALIGNED(n)   __attribute__((aligned(n)))
#define FATA_SECTION(s)   __attribute__((section(s)))
#define FATA_NO_ASAN      __attribute__((no_sanitize("address")))
#define FATA_PRINTF(f, a) __attribute__((format(printf, f, a)))
#define FATA_LIKELY(x)    __builtin_expect(!!(x), 1)
#define FATA_UNLIKELY(x)  __builtin_expect(!!(x), 0)
#define FATA_THREAD_LOCAL _Thread_local
#define FATA_COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define FATA_CONTAINER(p, type, member)                                        \
    ((type *)(void *)((char *)(p)-offsetof(type, member)))

/* The address of a constant that stays: FATA_STATIC(struct point, .x = 1). */
#define FATA_STATIC(type, ...)                                                 \
    (__extension__({                                                           \
        static const type fata__static = {__VA_ARGS__};                        \
        &fata__static;                                                         \
    }))

/* True when the operation overflows; *result is then the wrapped value. */
#define FATA_ADD_OVERFLOW(a, b, result) __builtin_add_overflow(a, b, result)
#define FATA_MUL_OVERFLOW(a, b, result) __builtin_mul_overflow(a, b, result)

#if defined(__SANITIZE_ADDRESS__)
#define FATA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FATA_ASAN 1
#endif
#endif
#ifndef FATA_ASAN
#define FATA_ASAN 0
#endif

#if defined(__SANITIZE_THREAD__)
#define FATA_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define FATA_TSAN 1
#endif
#endif
#ifndef FATA_TSAN
#define FATA_TSAN 0
#endif

#endif
