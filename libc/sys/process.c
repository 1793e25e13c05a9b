/* SPDX-License-Identifier: ISC */
/* One process with one thread, whose numbers are 1, owned by 0. */
#include <fata/sys.h>
#include <fata/memory.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>

SYS_REFUSE(set_tid_address, 1);
SYS_REFUSE(gettid, 1);
SYS_REFUSE(getpid, 1);
SYS_REFUSE(getppid, 0);
SYS_REFUSE(getpgid, 1);
SYS_REFUSE(getsid, 1);
SYS_REFUSE(getuid, 0);
SYS_REFUSE(geteuid, 0);
SYS_REFUSE(getgid, 0);
SYS_REFUSE(getegid, 0);
SYS_REFUSE(sched_yield, 0);
#ifdef __NR_getrlimit
SYS_REFUSE(getrlimit,
           -ENOSYS); /* musl's fallback for kernels without prlimit64 */
#endif
SYS_REFUSE(sched_getaffinity, -ENOSYS);

/* Of robust mutexes, whose owner's end nobody can outlive. */
SYS_REFUSE(set_robust_list, -ENOSYS);

/* Waiting on a lock would be for ever, waking finds nobody. */
SYS_REFUSE(futex, 0);

/* Nothing is limited, and nothing can be.  sysconf() does not look at the
 * result, only at what was written. */
long SYS_SYMBOL(prlimit64)(long process, long what, const struct rlimit *new,
                           struct rlimit *old);

SYS_SERVE(prlimit64)
(long process, long what, const struct rlimit *new, struct rlimit *old)
{
    (void)process, (void)what;
    if (old != NULL)
        *old = (struct rlimit){RLIM_INFINITY, RLIM_INFINITY};
    return new != NULL ? -EPERM : 0;
}

long SYS_SYMBOL(sysinfo)(struct sysinfo *out);

SYS_SERVE(sysinfo)(struct sysinfo *out)
{
    struct fata_memory_stats memory;
    fata_memory_stats(&memory);
    *out = (struct sysinfo){.totalram = memory.heap_bytes,
                            .freeram = memory.heap_bytes - memory.used_bytes,
                            .procs = 1,
                            .mem_unit = 1};
    return 0;
}
