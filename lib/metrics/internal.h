/* SPDX-License-Identifier: ISC */
/* What the files of metrics share. */
#ifndef FATA_METRICS_INTERNAL_H
#define FATA_METRICS_INTERNAL_H

#include <fata/metrics.h>
#include <fata/time.h>

/* start.c */
/* Monotonic time of the start; component hook. */
FATA_HIDDEN extern fata_time_t fata__metrics_started;
FATA_HIDDEN int fata__metrics_start(void);

/* builtin.c: sets the metrics of the image itself. */
FATA_HIDDEN void fata__metrics_sample(void);

#endif
