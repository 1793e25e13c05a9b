/* SPDX-License-Identifier: ISC */
/* There are no files: what the libc itself tries (a zone file, a catalogue of
 * messages, a locale) finds nothing.  A program's own fopen() returns NULL with
 * ENOENT.  Calls that only make sense with files (rename, mkdir, ...) are
 * missing. */
#include <fata/sys.h>

#ifdef __NR_open
SYS_REFUSE(open, -ENOENT);
SYS_REFUSE(access, -ENOENT);
SYS_REFUSE(stat, -ENOENT);
SYS_REFUSE(lstat, -ENOENT);
SYS_REFUSE(readlink, -ENOENT);
#endif
SYS_REFUSE(openat, -ENOENT);
SYS_REFUSE(faccessat, -ENOENT);
SYS_REFUSE(newfstatat, -ENOENT);
SYS_REFUSE(readlinkat, -ENOENT);
SYS_REFUSE(getcwd, -ENOENT);
SYS_REFUSE(close, 0);
SYS_REFUSE(fstat, -EBADF);
SYS_REFUSE(lseek, -ESPIPE);
SYS_REFUSE(fcntl, 0);
SYS_REFUSE(fsync, -EINVAL);
SYS_REFUSE(getdents64, -EBADF);
