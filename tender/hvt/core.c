/* SPDX-License-Identifier: ISC */
/* --core=DIR: what is left of a guest that ends badly, as an ELF core file that
 * gdb reads together with the image.
 *
 * The file is made before the filter, without a name, so that nothing is left
 * behind when it is not needed or cannot be completed; only a whole one gets
 * its name.  That takes two calls with a path under the filter.  A filter
 * cannot read a path, but it can compare where it lies: the paths lie in a page
 * that nobody can write any more, as the filter allows no mprotect and no mmap.
 */
#include "core.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define NAME_MOST 200

static struct {
    const char *folder; /* --core */
    int fd, folder_fd;
    volatile sig_atomic_t done; /* or being done: there is one */
    struct hvt *hvt;
} core = {.fd = -1, .folder_fd = -1};

/* A page of its own: see above. */
static _Alignas(HVT_PAGE) union {
    struct {
        char old[64], name[NAME_MOST + 32];
    } path;
    char page[HVT_PAGE];
} fixed;

const struct option_flag hvt_core_option = {
    .name = "--core=",
    .help = "DIR: write a core file there if the guest ends badly",
    .text = &core.folder,
};

static void name_file(const char *image)
{
    const char *slash = strrchr(image, '/');
    char *name = fixed.path.name;
    size_t size;

    snprintf(fixed.path.old, sizeof fixed.path.old, "/proc/self/fd/%d",
             core.fd);
    snprintf(name, NAME_MOST, "core.%s", slash != NULL ? slash + 1 : image);
    size = strlen(name);
    snprintf(name + size, sizeof fixed.path.name - size, ".%ld",
             (long)getpid());
}

/* SIGQUIT: an image that hangs.  The run ends, as it does for every process:
 * the file is there once, and for a look at a run that goes on there is gdb. */
static void on_quit(int number)
{
    struct kvm_regs regs;

    if (core.done)
        return; /* it is being written */
    if (ioctl(core.hvt->vcpu, KVM_GET_REGS, &regs) == 0)
        hvt_core_write(core.hvt, &regs, number);
    hvt_exit(core.hvt, 128 + number);
}

int hvt_core_open(struct hvt *h, const char *image, struct message *why)
{
    struct sigaction quit = {.sa_handler = on_quit, .sa_flags = SA_RESTART};

    if (core.folder == NULL)
        return 0;
    core.hvt = h;
    core.folder_fd = open(core.folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (core.folder_fd >= 0)
        core.fd =
            openat(core.folder_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (core.fd < 0)
        return fail(why, "--core=%s: no file can be made there: %s%s",
                    core.folder, strerror(errno),
                    errno == EOPNOTSUPP || errno == EISDIR
                        ? " (its file system has no O_TMPFILE: give another "
                          "folder)"
                        : "");
    if (ftruncate(core.fd, (off_t)(HVT_CORE_CONTENT + h->memory_size)) < 0)
        return fail(why,
                    "--core=%s: no file of %" PRIu64 " MiB, with holes, can be "
                    "made there: %s",
                    core.folder, h->memory_size >> 20, strerror(errno));
    name_file(image);
    if (mprotect(&fixed, sizeof fixed, PROT_READ) < 0 ||
        sigaction(SIGQUIT, &quit, NULL) < 0)
        return fail(why, "--core: %s", strerror(errno));
    return 0;
}

void hvt_core_rules(const struct hvt *h, struct filter *f)
{
    struct scmp_arg_cmp remove[] = {
        filter_is(0, SCMP_CMP_EQ, (uint64_t)core.folder_fd),
        filter_is(1, SCMP_CMP_EQ, (uintptr_t)fixed.path.name),
        filter_is(2, SCMP_CMP_EQ, 0),
    };
    struct scmp_arg_cmp link[] = {
        filter_is(0, SCMP_CMP_EQ, (uint64_t)core.folder_fd),
        filter_is(1, SCMP_CMP_EQ, (uintptr_t)fixed.path.old),
        filter_is(2, SCMP_CMP_EQ, (uint64_t)core.folder_fd),
        filter_is(3, SCMP_CMP_EQ, (uintptr_t)fixed.path.name),
        filter_is(4, SCMP_CMP_EQ, AT_SYMLINK_FOLLOW),
    };

    if (core.fd < 0)
        return;
    filter_fd(f, SCMP_SYS(pwrite64), core.fd);
    filter_allow(f, SCMP_SYS(unlinkat), 3, remove);
    filter_allow(f, SCMP_SYS(linkat), 5, link);
    hvt_filter_vcpu(f, h, KVM_GET_FPU);
}

void hvt_core_write(struct hvt *h, const struct kvm_regs *regs, int signal)
{
    struct message why;

    if (core.fd < 0 || core.done)
        return;
    core.done = 1;
    if (!hvt_core_put(h, regs, signal, core.fd) ||
        (unlinkat(core.folder_fd, fixed.path.name, 0) < 0 && errno != ENOENT) ||
        linkat(core.folder_fd, fixed.path.old, core.folder_fd, fixed.path.name,
               AT_SYMLINK_FOLLOW) < 0)
        (void)fail(&why, "no core file: %.100s/%s: %s", core.folder,
                   fixed.path.name, strerror(errno));
    else
        (void)fail(&why, "core file: %.200s/%s", core.folder, fixed.path.name);
    message_print(HVT_NAME, &why);
}
