/* SPDX-License-Identifier: ISC */
/* Names and texts of the error codes. */
#include <fata/error.h>

const char *fata_strerror(int error)
{
    switch (error) {
#define TEXT(name, number, text)                                               \
    case -(number):                                                            \
        return text;
        FATA_ERRORS(TEXT)
#undef TEXT
    default:
        return error >= 0 ? "success" : "unknown error";
    }
}

const char *fata_error_name(int error)
{
    switch (error) {
#define NAME(name, number, text)                                               \
    case -(number):                                                            \
        return #name;
        FATA_ERRORS(NAME)
#undef NAME
    default:
        return "?";
    }
}
