/* SPDX-License-Identifier: ISC */
/* One process with one thread, whose numbers are 1, owned by 0. */
#include <fata/sys.h>

SYS_REFUSE(set_tid_address, 1);
SYS_REFUSE(gettid, 1);
SYS_REFUSE(getpid, 1);
SYS_REFUSE(getppid, 0);
SYS_REFUSE(getuid, 0);
SYS_REFUSE(geteuid, 0);
SYS_REFUSE(getgid, 0);
SYS_REFUSE(getegid, 0);
SYS_REFUSE(sched_yield, 0);
SYS_REFUSE(prlimit64, -ENOSYS);
SYS_REFUSE(sched_getaffinity, -ENOSYS);

/* Of robust mutexes, whose owner's end nobody can outlive. */
SYS_REFUSE(set_robust_list, -ENOSYS);

/* Waiting on a lock would be for ever, waking finds nobody. */
SYS_REFUSE(futex, 0);
