/* SPDX-License-Identifier: ISC */
/* Values of key=value pairs. */
#include <fata/log.h>
#include <stdbool.h>
#include <string.h>

static bool plain(unsigned char c)
{
    return c > ' ' && c <= '~' && c != '"' && c != '\\' && c != '=';
}

const char *fata_log_quote(char buffer[FATA_LOG_QUOTED], const char *text)
{
    static const char digits[] = "0123456789abcdef";
    static const char end[] = "...\"";
    size_t used = 0, length;

    if (text == NULL)
        return "(null)";
    for (length = 0; plain((unsigned char)text[length]); length++)
        ;
    if (text[length] == '\0' && length > 0 && length < FATA_LOG_QUOTED)
        return memcpy(buffer, text, length + 1);

    buffer[used++] = '"';
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        char form[] = {'\\', 'x', digits[c >> 4], digits[c & 15]};
        size_t n = sizeof(form);
        if (plain(c) || c == ' ' || c == '=') {
            form[0] = (char)c;
            n = 1;
        } else if (c == '"' || c == '\\' || c == '\n') {
            form[1] = c == '\n' ? 'n' : (char)c;
            n = 2;
        }
        if (used + n + sizeof(end) > FATA_LOG_QUOTED) {
            memcpy(buffer + used, end, sizeof(end));
            return buffer;
        }
        memcpy(buffer + used, form, n);
        used += n;
    }
    memcpy(buffer + used, "\"", 2);
    return buffer;
}
