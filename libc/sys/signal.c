/* SPDX-License-Identifier: ISC */
/* No signals: handlers are not installed (signal() returns SIG_ERR), and what
 * abort() and raise() send ends the image with a report. */
#include <fata/sys.h>
#include <fata/panic.h>
#include <signal.h>

SYS_REFUSE(rt_sigprocmask, 0);
SYS_REFUSE(rt_sigaction, -ENOSYS);
#ifdef __NR_poll
SYS_REFUSE(poll, 0);
#endif
SYS_REFUSE(ppoll, 0);

static FATA_NORETURN void raised(long signal)
{
    fata_panic("libc", signal == SIGABRT ? "abort() was called"
                                         : "a signal was raised");
}

long SYS_SYMBOL(tkill)(long thread, long signal);
long SYS_SYMBOL(tgkill)(long process, long thread, long signal);
long SYS_SYMBOL(kill)(long process, long signal);

SYS_SERVE(tkill)(long thread, long signal)
{
    (void)thread;
    raised(signal);
}

SYS_SERVE(tgkill)(long process, long thread, long signal)
{
    (void)process, (void)thread;
    raised(signal);
}

SYS_SERVE(kill)(long process, long signal)
{
    (void)process;
    raised(signal);
}
