/* SPDX-License-Identifier: ISC */
/* Runs the suite on each device. */
#include "suite.h"
#include <fata/test.h>
#include "app.h"

#define SUITE(device)                                                          \
    FATA_TEST(device##_geometry)                                               \
    {                                                                          \
        suite_geometry(((struct app *)fata_test_app)->device);                 \
    }                                                                          \
    FATA_TEST(device##_refusals)                                               \
    {                                                                          \
        suite_refusals(((struct app *)fata_test_app)->device);                 \
    }                                                                          \
    FATA_TEST(device##_write_then_read)                                        \
    {                                                                          \
        suite_write_then_read(((struct app *)fata_test_app)->device);          \
    }                                                                          \
    FATA_TEST(device##_many_in_flight)                                         \
    {                                                                          \
        suite_many_in_flight(((struct app *)fata_test_app)->device);           \
    }                                                                          \
    FATA_TEST(device##_resubmits_in_done)                                      \
    {                                                                          \
        suite_resubmits_in_done(((struct app *)fata_test_app)->device);        \
    }                                                                          \
    FATA_TEST(device##_flush)                                                  \
    {                                                                          \
        suite_flush(((struct app *)fata_test_app)->device);                    \
    }                                                                          \
    extern int device##_suite_semicolon

SUITE(disk);
SUITE(ram);

FATA_TEST(a_device_opens_once)
{
    struct fata_block *again;
    fata_check_int(fata_block_open(&again, "disk"), ==, FATA_EBUSY);
    fata_check_int(fata_block_open(&again, "nosuch"), ==, FATA_ENODEV);
}
