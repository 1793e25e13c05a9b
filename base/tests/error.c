/* SPDX-License-Identifier: ISC */
#include <fata/error.h>
#include <fata/test.h>
#include <fata/time.h>
#include <string.h>

FATA_TEST(errors_have_names_and_texts)
{
    static const int codes[] = {
#define CODE(name, number, text) FATA_##name,
        FATA_ERRORS(CODE)
#undef CODE
    };
    for (size_t i = 0; i < FATA_COUNT(codes); i++) {
        fata_check_int(codes[i], <, 0);
        fata_check(strcmp(fata_error_name(codes[i]), "?") != 0);
        fata_check(strcmp(fata_strerror(codes[i]), "unknown error") != 0);
        for (size_t j = 0; j < i; j++)
            fata_check_int(codes[i], !=, codes[j]);
    }
    fata_check(strcmp(fata_error_name(-9999), "?") == 0);
    fata_check(strcmp(fata_strerror(3), "success") == 0);
}

FATA_TEST(time_add_saturates)
{
    fata_check(fata_time_add(FATA_S(1), FATA_MS(5)) == 1005000000u);
    fata_check(fata_time_add(FATA_NEVER, 1) == FATA_NEVER);
    fata_check(fata_time_add(FATA_NEVER - 2, 2) == FATA_NEVER);
    fata_check(fata_time_add(FATA_NEVER - 2, 1) == FATA_NEVER - 1);
}
