/* SPDX-License-Identifier: ISC */
/* What every test guest needs: it is written straight to the Solo5 ABI, without
 * our platform, so that it tests the tender alone. */
#ifndef GUEST_H
#define GUEST_H

#include <fata/abi.h>
#include <fata/solo5.h>
#include <stddef.h>
#include <stdint.h>

struct note_header {
    uint32_t name_size, size, type;
    char name[8];
};

/* Notes: GUEST_NOTES(entries, device...) once in each guest. */
#define GUEST_NOTES(count, ...)                                                \
    __attribute__((section(".note.abi"), used,                                 \
                   aligned(8))) static const struct {                          \
        struct note_header h;                                                  \
        struct solo5_abi abi;                                                  \
    } note_abi = {{6, 16, SOLO5_NOTE_ABI, "Solo5"},                            \
                  {GUEST_TARGET, SOLO5_ABI_VERSION, 0, 0}};                    \
    __attribute__((section(".note.manifest"), used,                            \
                   aligned(8))) static const struct {                          \
        struct note_header h;                                                  \
        uint32_t pad, version, entries;                                        \
        struct solo5_device device[(count) + 1];                               \
    } note_manifest = {                                                        \
        {6, 12 + 104 * ((count) + 1), SOLO5_NOTE_MANIFEST, "Solo5"},           \
        0,                                                                     \
        1,                                                                     \
        (count) + 1,                                                           \
        {{.type = SOLO5_DEVICE_RESERVED}, __VA_ARGS__}}

#ifdef GUEST_HVT
#include "guest_hvt.h"
#else
#include "guest_spt.h"
#endif

static inline size_t length(const char *s)
{
    size_t n = 0;

    while (s[n] != '\0')
        n++;
    return n;
}

static inline void say(const char *s)
{
    say_bytes(s, length(s));
}

static inline void say_number(const char *label, long n)
{
    char text[24];
    int i = sizeof text;
    unsigned long u = n < 0 ? -(unsigned long)n : (unsigned long)n;

    text[--i] = '\0';
    text[--i] = '\n';
    do
        text[--i] = (char)('0' + u % 10);
    while ((u /= 10) != 0);
    if (n < 0)
        text[--i] = '-';
    say(label);
    say(text + i);
}

/* Fails the test with the line's number. */
#define CHECK(condition)                                                       \
    do {                                                                       \
        if (!(condition)) {                                                    \
            say_number("guest check failed: " #condition ": line ", __LINE__); \
            quit(99);                                                          \
        }                                                                      \
    } while (0)

static inline const char *command_line(void)
{
    return (const char *)(uintptr_t)BOOT->command_line;
}

static inline int same(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b)
        a++, b++;
    return *a == *b;
}

/* Word `index` of the command line, into `word`. */
static inline const char *argument(int index, char word[64])
{
    const char *s = command_line();
    int i = 0;

    for (; index > 0 && *s != '\0'; s++)
        if (*s == ' ')
            index--;
    while (*s != '\0' && *s != ' ' && i < 63)
        word[i++] = *s++;
    word[i] = '\0';
    return word;
}

static inline long number(const char *s)
{
    long n = 0;
    int minus = *s == '-';

    for (s += minus; *s >= '0' && *s <= '9'; s++)
        n = n * 10 + (*s - '0');
    return minus ? -n : n;
}

#endif
