/* SPDX-License-Identifier: ISC */
/* Clocks: wall and monotonic time of the platform; CPU time is monotonic time,
 * as an image has its CPU to itself. */
#include <fata/sys.h>
#include <fata/platform.h>
#include <sys/times.h>
#include <time.h>

long SYS_SYMBOL(clock_gettime)(long clock, struct timespec *out);

SYS_SERVE(clock_gettime)(long clock, struct timespec *out)
{
    fata_time_t t;
    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
        t = fata_wall_now();
        break;
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOTTIME:
    case CLOCK_PROCESS_CPUTIME_ID:
    case CLOCK_THREAD_CPUTIME_ID:
        t = fata_now();
        break;
    default:
        return -EINVAL;
    }
    out->tv_sec = (time_t)(t / FATA_S(1));
    out->tv_nsec = (long)(t % FATA_S(1));
    return 0;
}

long SYS_SYMBOL(clock_getres)(long clock, struct timespec *out);

SYS_SERVE(clock_getres)(long clock, struct timespec *out)
{
    (void)clock;
    if (out != NULL)
        *out = (struct timespec){.tv_nsec = 1};
    return 0;
}

long SYS_SYMBOL(times)(struct tms *out);

SYS_SERVE(times)(struct tms *out)
{
    long ticks = (long)(fata_now() / (FATA_S(1) / 100)); /* _SC_CLK_TCK */
    if (out != NULL)
        *out = (struct tms){.tms_utime = ticks};
    return ticks;
}

/* musl's fallback for kernels without clock_gettime. */
SYS_REFUSE(gettimeofday, -ENOSYS);
