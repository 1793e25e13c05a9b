/* SPDX-License-Identifier: ISC */
/* --core of fata-hvt: when there is a file, and that nothing is left when there
 * is none.  What gdb makes of it: tests/debug.sh. */
#include "cases.h"
#include "unit.h"

#include <dirent.h>
#include <elf.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/procfs.h>
#include <sys/stat.h>
#include <sys/user.h>
#include <unistd.h>

#define CORE "--mem=4 --core=$/cores"

static char folder[512];
static struct user_regs_struct registers; /* of the last file */

/* The first note has them. */
static bool read_registers(FILE *f, const Elf64_Ehdr *elf)
{
    struct elf_prstatus status;
    Elf64_Phdr p;

    return fseek(f, (long)elf->e_phoff, SEEK_SET) == 0 &&
           fread(&p, sizeof p, 1, f) == 1 && p.p_type == PT_NOTE &&
           fseek(f, (long)p.p_offset + 20, SEEK_SET) == 0 &&
           fread(&status, sizeof status, 1, f) == 1 &&
           memcpy(&registers, &status.pr_reg, sizeof registers) != NULL;
}

/* Takes the files out of the folder; returns how many there were, and whether
 * each was a core file of 4 MiB with holes and for its owner's eyes. */
static int take_files(bool *good)
{
    DIR *d = opendir(folder);
    struct dirent *e;
    int count = 0;

    *good = true;
    while (d != NULL && (e = readdir(d)) != NULL) {
        char path[1024];
        Elf64_Ehdr elf = {0};
        struct stat st = {0};
        FILE *f;

        if (e->d_name[0] == '.')
            continue;
        count++;
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        f = fopen(path, "r");
        *good = *good && strncmp(e->d_name, "core.hvt", 8) == 0 && f != NULL &&
                fread(&elf, sizeof elf, 1, f) == 1 &&
                memcmp(elf.e_ident, ELFMAG, SELFMAG) == 0 &&
                elf.e_type == ET_CORE && read_registers(f, &elf) &&
                fstat(fileno(f), &st) == 0 && st.st_size > 4 << 20 &&
                st.st_blocks < (1 << 20) / 512 && (st.st_mode & 0777) == 0600;
        if (f != NULL)
            fclose(f);
        unlink(path);
    }
    if (d != NULL)
        closedir(d);
    return count;
}

/* Runs, and wants a file or none. */
static void core(const char *name, const char *image, const char *arguments,
                 int status, const char *says, int files)
{
    char check[64];
    bool good;
    int count;

    r.options = CORE;
    r.image = image;
    r.arguments = arguments;
    expect(name, status, NULL, says);
    count = take_files(&good);
    snprintf(check, sizeof check, "%s-files", name);
    UNIT(check, count == files && good, "%d files, good: %d", count, good);
}

static void then_quit(struct run *running)
{
    kill(running->pid, SIGQUIT);
}

static void quit(const char *name, const char *image, const char *arguments)
{
    r.when = "ready\n";
    r.then = then_quit;
    core(name, image, arguments, 128 + SIGQUIT, "core file: ", 1);
}

static bool small_files(void)
{
    struct rlimit limit = {1 << 20, 1 << 20};

    return setrlimit(RLIMIT_FSIZE, &limit) == 0;
}

/* The folder becomes a file system that nobody else sees. */
static bool mounted(unsigned long flags, const char *options)
{
    return unshare(CLONE_NEWNS) == 0 &&
           mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("none", folder, "tmpfs", flags, options) == 0;
}

static void test_disk(void)
{
    if (!mounted(0, "size=16k")) {
        printf("skip core-disk-full: mounting takes root\n"
               "skip core-read-only: mounting takes root\n");
        return;
    }
    core("core-disk-full", "hvt3", "write", 255, "No space left on device", 0);
    umount(folder);
    if (mounted(MS_RDONLY, ""))
        refused("core-read-only", "--core=$/cores", "hvt3",
                "no file can be made there: Read-only file system");
    umount(folder);
}

void test_core(void)
{
    snprintf(folder, sizeof folder, "%s/cores", guests);
    mkdir(folder, 0700);
    core("core-fault", "hvt3", "write", 255, "core file: ", 1);
    core("core-overflow", "hvt3", "overflow 1", 255, "core file: ", 1);
    core("core-jump", "hvt3", "jump 74565", 255, "core file: ", 1);
    UNIT("core-jump-registers", registers.rip == 74565, "rip 0x%llx",
         registers.rip);
    core("core-abort", "hvt3", "exit 255", 255, "core file: ", 1);
    core("core-cookie", "hvt3", "cookie-at 10 0", 255, "core file: ", 1);
    core("core-trap", "hvt3", "trap-cookie", 255, "core file: ", 1);
    UNIT("core-trap-registers",
         registers.rip == 0x100123 && registers.rsp == 0x1ffff0,
         "rip 0x%llx, rsp 0x%llx", registers.rip, registers.rsp);
    core("core-ring0", "hvt0", "port in32 501", 1, "core file: ", 1);
    core("core-ring0-abort", "hvt0", "exit 255", 255, "core file: ", 1);
    core("core-not-needed", "hvt3", "exit 1", 1, NULL, 0);
    quit("core-quit-waiting", "hvt3", "shutdown");
    quit("core-quit-running", "hvt3", "spin-forever");
    quit("core-quit-ring0", "hvt0", "spin");
    r.when = "ready\n";
    r.then = then_quit;
    test("quit-without-core", "--mem=4", "hvt3", "shutdown", 128 + SIGQUIT,
         NULL);
    refused("core-no-folder", "--core=$/missing", "hvt3",
            "no file can be made there: No such file or directory");
    refused("core-file", "--core=$/disk", "hvt3", "Not a directory");
    refused("core-no-o-tmpfile", "--core=/proc", "hvt3",
            "no file can be made there");
    r.prepare = small_files;
    refused("core-file-size-limit", "--core=$/cores", "hvt3",
            "no file of 512 MiB, with holes, can be made there: File too "
            "large");
    test_disk();
}

int core_failed(void)
{
    return unit_failures;
}
