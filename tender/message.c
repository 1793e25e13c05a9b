/* SPDX-License-Identifier: ISC */
/* Messages: built in place, printed as one line whatever they quote. */
#include "message.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

int fail(struct message *why, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(why->text, sizeof why->text, format, args);
    va_end(args);
    return -1;
}

void message_print(const char *name, const struct message *why)
{
    char line[sizeof why->text + 64];
    int size = snprintf(line, sizeof line - 1, "%s: %s", name, why->text);

    for (int i = 0; i < size; i++)
        if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
            line[i] = '?'; /* file names may hold anything */
    line[size] = '\n';
    if (write(2, line, (size_t)size + 1) < 0)
        return; /* nobody to tell */
}
