/* SPDX-License-Identifier: ISC */
/* Metrics of the image itself: time, scheduler, memory, stacks, log.  One look
 * at each for all of them. */
#include "internal.h"

#include <fata/log.h>
#include <fata/memory.h>
#include <fata/run.h>

static FATA_METRIC(uptime, .name = "fata_uptime_seconds",
                   .help = "Time since the image started.",
                   .type = FATA_METRIC_GAUGE, .ns = true);

static FATA_COUNTER(turns, "fata_turns_total", "Turns of the main loop.");
static FATA_COUNTER(jobs_run, "fata_jobs_run_total",
                    "Jobs run; a fiber that goes on is one.");
static FATA_GAUGE(jobs, "fata_jobs", "Jobs posted and not yet run.");
static FATA_GAUGE(timers, "fata_timers", "Timers started.");
static FATA_GAUGE(fibers, "fata_fibers", "Fibers alive.");

static FATA_GAUGE(heap, "fata_heap_bytes",
                  "Size of the heap; 0 where it is the host's.");
static FATA_GAUGE(heap_used, "fata_heap_used_bytes",
                  "Bytes in pages that the allocator holds.");
static FATA_GAUGE(heap_peak, "fata_heap_peak_bytes",
                  "The most that the allocator has held.");

static FATA_GAUGE(stacks, "fata_stacks", "Stacks for fibers.");
static FATA_GAUGE(stack, "fata_stack_bytes", "Size of a stack.");
static FATA_GAUGE(stacks_used, "fata_stacks_used", "Stacks in use.");
static FATA_GAUGE(stacks_most, "fata_stacks_used_max",
                  "The most stacks that were in use.");

static FATA_COUNTER(left_out, "fata_log_left_out_total",
                    "Lines that the log's limit has left out.");

static void set(struct fata_metric *metric, uint64_t value)
{
    fata_metric_set(metric, (int64_t)value);
}

void fata__metrics_sample(void)
{
    const struct fata_stacks *arena = fata_run_stacks();
    struct fata_counters s = fata_sched_counters(fata_run_sched());
    struct fata_memory_stats m;

    fata_memory_stats(&m);
    set(&uptime, fata_now() - fata__metrics_started);
    set(&turns, s.turns);
    set(&jobs_run, s.jobs_run);
    set(&jobs, s.jobs);
    set(&timers, s.timers);
    set(&fibers, s.fibers);
    set(&heap, m.heap_bytes);
    set(&heap_used, m.used_bytes);
    set(&heap_peak, m.peak_bytes);
    set(&stacks, fata_start_stacks.count - 1); /* one is the main loop's */
    set(&stack, fata_start_stacks.stack_size);
    set(&stacks_used, arena->in_use);
    set(&stacks_most, arena->in_use_max);
    set(&left_out, fata_log_left_out());
}
