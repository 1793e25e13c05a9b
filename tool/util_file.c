/* SPDX-License-Identifier: ISC */
/* Paths, files and child processes of the host tool. */
#define _GNU_SOURCE 1
#include "util.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

char *path_join(const char *dir, const char *name)
{
    size_t len = strlen(dir);

    if (name[0] == '/' || len == 0)
        return xstrdup(name);
    while (name[0] == '.' && name[1] == '/')
        name += 2;
    return xformat(dir[len - 1] == '/' ? "%s%s" : "%s/%s", dir, name);
}

char *path_dir(const char *path)
{
    const char *slash = strrchr(path, '/');

    if (slash == NULL)
        return xstrdup(".");
    return slash == path ? xstrdup("/")
                         : xstrndup(path, (size_t)(slash - path));
}

const char *path_base(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

char *path_absolute(const char *path)
{
    struct strings parts = {0};
    struct strings kept = {0};
    struct text out = {0};

    if (path[0] != '/') {
        char *cwd = getcwd(NULL, 0);

        if (cwd == NULL)
            die(1, "the current folder: %s", strerror(errno));
        strings_add_split(&parts, cwd, "/");
        free(cwd);
    }
    strings_add_split(&parts, path, "/");
    for (size_t i = 0; i < parts.count; i++) {
        if (strcmp(parts.item[i], ".") == 0)
            continue;
        if (strcmp(parts.item[i], "..") != 0) {
            strings_add(&kept, parts.item[i]);
        } else if (kept.count > 0) {
            free(kept.item[--kept.count]);
            kept.item[kept.count] = NULL;
        }
    }
    for (size_t i = 0; i < kept.count; i++)
        text_addf(&out, "/%s", kept.item[i]);
    if (kept.count == 0)
        text_add(&out, "/");
    strings_free(&parts);
    strings_free(&kept);
    return text_take(&out);
}

bool path_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

bool path_is_dir(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

char *path_program(const char *name)
{
    const char *path = getenv("PATH");
    struct strings dirs = {0};
    char *found = NULL;

    if (strchr(name, '/') != NULL)
        return access(name, X_OK) == 0 ? xstrdup(name) : NULL;
    strings_add_split(&dirs, path != NULL ? path : "/usr/bin:/bin", ":");
    for (size_t i = 0; found == NULL && i < dirs.count; i++) {
        char *candidate = path_join(dirs.item[i], name);

        if (access(candidate, X_OK) == 0 && !path_is_dir(candidate))
            found = candidate;
        else
            free(candidate);
    }
    strings_free(&dirs);
    return found;
}

int make_dirs(const char *path)
{
    char *copy = xstrdup(path);
    int err = 0;

    for (char *p = copy + 1; err == 0; p++) {
        char end = *p;

        if (end != '/' && end != '\0')
            continue;
        *p = '\0';
        if (mkdir(copy, 0777) != 0 && errno != EEXIST)
            err = -1;
        *p = end;
        if (end == '\0')
            break;
    }
    free(copy);
    if (err == 0 && !path_is_dir(path)) {
        errno = ENOTDIR;
        err = -1;
    }
    return err;
}

static int remove_at(int dir, const char *name)
{
    struct dirent *entry;
    DIR *d;
    int fd;
    int err = 0;

    if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
        return 0;
    if (errno != EISDIR && errno != EPERM && errno != EACCES)
        return -1;
    fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == EACCES && fchmodat(dir, name, 0700, 0) == 0)
        fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? 0 : -1;
    /* Archives bring folders that may not be written to. */
    (void)fchmod(fd, 0700);
    d = fdopendir(fd);
    if (d == NULL) {
        close(fd);
        return -1;
    }
    while (err == 0 && (entry = readdir(d)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        err = remove_at(fd, entry->d_name);
    }
    closedir(d);
    if (err == 0 && unlinkat(dir, name, AT_REMOVEDIR) != 0 && errno != ENOENT)
        err = -1;
    return err;
}

int remove_tree(const char *path)
{
    return remove_at(AT_FDCWD, path);
}

char *read_file(const char *path, size_t *len)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct text t = {0};
    char block[16384];
    ssize_t got;

    if (fd < 0)
        return NULL;
    while ((got = read(fd, block, sizeof block)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            int saved = errno;

            close(fd);
            text_free(&t);
            errno = saved;
            return NULL;
        }
        text_add_bytes(&t, block, (size_t)got);
    }
    close(fd);
    if (len != NULL)
        *len = t.len;
    return text_take(&t);
}

static int write_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t put = write(fd, data, len);

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return -1;
        data += put;
        len -= (size_t)put;
    }
    return 0;
}

int write_file(const char *path, const void *data, size_t len)
{
    char *tmp = xformat("%s.%ld.tmp", path, (long)getpid());
    int fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    int err = fd < 0 ? -1 : write_all(fd, data, len);
    int saved;

    if (fd >= 0 && close(fd) != 0)
        err = -1;
    if (err == 0)
        err = rename(tmp, path);
    saved = errno;
    if (err != 0 && fd >= 0)
        unlink(tmp);
    free(tmp);
    errno = saved;
    return err;
}

int write_file_if_changed(const char *path, const void *data, size_t len)
{
    size_t old_len = 0;
    char *old = read_file(path, &old_len);
    bool same =
        old != NULL && old_len == len && (len == 0 || !memcmp(old, data, len));

    free(old);
    if (same)
        return 0;
    return write_file(path, data, len) == 0 ? 1 : -1;
}

int list_dir(const char *path, struct strings *names)
{
    DIR *d = opendir(path);
    struct dirent *entry;

    if (d == NULL)
        return -1;
    while ((entry = readdir(d)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            strings_add(names, entry->d_name);
    closedir(d);
    strings_sort(names);
    return 0;
}

static int list_below(const char *root, const char *below,
                      struct strings *files)
{
    struct strings names = {0};
    char *dir = path_join(root, below);
    int err = list_dir(dir, &names);

    for (size_t i = 0; err == 0 && i < names.count; i++) {
        char *name = path_join(below, names.item[i]);
        char *full = path_join(root, name);
        struct stat st;

        if (lstat(full, &st) != 0)
            err = errno == ENOENT ? 0 : -1;
        else if (S_ISDIR(st.st_mode))
            err = list_below(root, name, files);
        else if (S_ISREG(st.st_mode))
            strings_add(files, name);
        free(name);
        free(full);
    }
    strings_free(&names);
    free(dir);
    return err;
}

int list_tree(const char *path, struct strings *files)
{
    int err = list_below(path, "", files);

    strings_sort(files);
    return err;
}

int lock_file(const char *path, const char *waiting)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    int err;

    if (fd < 0)
        return -1;
    err = flock(fd, LOCK_EX | LOCK_NB);
    if (err != 0 && errno == EWOULDBLOCK) {
        if (waiting != NULL)
            msg_note("%s", waiting);
        while ((err = flock(fd, LOCK_EX)) != 0 && errno == EINTR)
            ;
    }
    if (err != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Only this and exec happen in the child: the tool has no other threads. */
FATA_NORETURN static void run_child(const struct command *c, int out, int errs)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    /* What is killed leaves nothing behind that goes on. */
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (c->log != NULL) {
        int fd = open(c->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);

        if (fd < 0)
            _exit(127);
        out = out < 0 ? fd : out;
        errs = errs < 0 ? fd : errs;
    }
    if (c->output != NULL) {
        out = open(c->output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        if (out < 0) {
            dprintf(2, "fata: %s: %s\n", c->output, strerror(errno));
            _exit(127);
        }
    }
    if ((!c->keep_stdin && dup2(null, 0) < 0) ||
        (out >= 0 && dup2(out, 1) < 0) || (errs >= 0 && dup2(errs, 2) < 0))
        _exit(127);
    if (c->cwd != NULL && chdir(c->cwd) != 0) {
        dprintf(2, "fata: %s: %s\n", c->cwd, strerror(errno));
        _exit(127);
    }
    for (const char *const *e = c->env; e != NULL && *e != NULL; e++) {
        char *name = xstrdup(*e);
        char *value = strchr(name, '=');

        if (value != NULL) {
            *value = '\0';
            setenv(name, value + 1, 1);
        } else {
            unsetenv(name);
        }
        free(name);
    }
    execvp(c->argv[0], (char *const *)(const void *)c->argv);
    dprintf(2, "fata: cannot run %s: %s\n", c->argv[0], strerror(errno));
    _exit(127);
}

/* Moves what has come from a pipe; closes it at its end. */
static void drain(struct pollfd *p, struct text *to)
{
    char block[16384];
    ssize_t got;

    if (p->fd < 0 || p->revents == 0)
        return;
    got = read(p->fd, block, sizeof block);
    if (got > 0) {
        text_add_bytes(to, block, (size_t)got);
    } else if (got == 0 || errno != EINTR) {
        close(p->fd);
        p->fd = -1;
    }
}

int command_run(const struct command *c)
{
    int out[2] = {-1, -1};
    int errs[2] = {-1, -1};
    bool one = c->errors != NULL && c->errors == c->capture;
    int status = 0;
    pid_t pid;

    if ((c->capture != NULL && pipe2(out, O_CLOEXEC) != 0) ||
        (c->errors != NULL && !one && pipe2(errs, O_CLOEXEC) != 0))
        die(1, "pipe: %s", strerror(errno));
    fflush(NULL);
    pid = fork();
    if (pid < 0)
        die(1, "fork: %s", strerror(errno));
    if (pid == 0)
        run_child(c, out[1], one ? out[1] : errs[1]);
    if (out[1] >= 0)
        close(out[1]);
    if (errs[1] >= 0)
        close(errs[1]);
    {
        struct pollfd p[2] = {{.fd = out[0], .events = POLLIN},
                              {.fd = errs[0], .events = POLLIN}};

        while (p[0].fd >= 0 || p[1].fd >= 0) {
            if (poll(p, 2, -1) < 0)
                continue;
            drain(&p[0], c->capture);
            drain(&p[1], c->errors);
        }
    }
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return 127;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

char *cache_dir(void)
{
    const char *fata = getenv("FATA_CACHE");
    const char *xdg = getenv("XDG_CACHE_HOME");
    const char *home = getenv("HOME");
    char *path;
    char *full;

    if (fata != NULL && fata[0] != '\0')
        return path_absolute(fata);
    if (xdg != NULL && xdg[0] == '/')
        return path_join(xdg, "fata");
    if (home == NULL || home[0] != '/')
        die(1, "no place for the cache: set FATA_CACHE or HOME");
    path = path_join(home, ".cache/fata");
    full = path_absolute(path);
    free(path);
    return full;
}

static void append_variable(const char *name, const char *value)
{
    const char *old = getenv(name);
    char *both;

    if (old != NULL && strstr(old, value) != NULL)
        return;
    both = old != NULL && old[0] != '\0' ? xformat("%s:%s", old, value)
                                         : xstrdup(value);
    setenv(name, both, 1);
    free(both);
}

void use_private_programs(void)
{
    const char *home = getenv("HOME");
    struct strings names = {0};
    char *cache;
    char *bin;
    char *lib;

    if (home == NULL && getenv("FATA_CACHE") == NULL)
        return;
    cache = cache_dir();
    bin = path_join(cache, "host/root/usr/bin");
    lib = path_join(cache, "host/root/usr/lib");
    if (path_is_dir(bin))
        append_variable("PATH", bin);
    if (list_dir(lib, &names) == 0)
        for (size_t i = 0; i < names.count; i++)
            if (ends_with(names.item[i], "-linux-gnu")) {
                char *dir = path_join(lib, names.item[i]);

                append_variable("LD_LIBRARY_PATH", dir);
                free(dir);
            }
    strings_free(&names);
    free(cache);
    free(bin);
    free(lib);
}
