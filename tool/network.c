/* SPDX-License-Identifier: ISC */
/* See network.h. */
#define _GNU_SOURCE 1
#include "network.h"
#include "gen.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Bytes of frames on their way, each way.  Without privilege the kernel gives
 * what net.core.wmem_max says, 416 KiB or some 180 full frames by default. */
enum { SEND_BUFFER = 4 << 20 };

/* WHERE of NAME=WHERE is the user-mode network. */
static bool is_user(const char *where)
{
    return strcmp(where, "user") == 0 || strcmp(where, "user,host") == 0;
}

/* It is the host's own network: sockets, on a target whose images are processes
 * of it. */
static bool is_host(const char *where)
{
    return strcmp(where, "host") == 0;
}

static const char *where_of(const char *attachment)
{
    const char *equals = strchr(attachment, '=');
    return equals == NULL ? "" : equals + 1;
}

static const char *name_of_device(const char *attachment)
{
    return pool_copy(attachment, strcspn(attachment, "="));
}

static bool is_net(const struct wired *w)
{
    const char *attach = w->kind->attach.text;
    return attach != NULL && strcmp(attach, "net") == 0;
}

/* What uses the device is a stack and nothing else: it does as well without
 * frames. */
static bool only_stacks_use(const struct build *b, const struct device *d)
{
    size_t users = 0;
    for (size_t i = 0; i < b->device_count; i++) {
        const struct wired *w = &b->device[i];
        for (size_t j = 0; j < w->arg_count; j++) {
            if (w->arg[j].device != d)
                continue;
            if (strcmp(w->is, "stack") != 0)
                return false;
            users++;
        }
    }
    return users > 0;
}

static bool has_host_sockets(const struct build *b)
{
    return strcmp(b->target->flavour, "host") == 0;
}

/* The host's sockets for every stack of which nothing is said. */
static void choose_host(struct launch *l, const struct vec *taken)
{
    const struct build *b = l->b;
    for (size_t i = 0; has_host_sockets(b) && i < b->device_count; i++) {
        const struct device *d = b->device[i].device;
        if (is_net(&b->device[i]) && !contains(taken, d->name.text) &&
            only_stacks_use(b, d))
            push(&l->net, format("%s=host", d->name.text));
    }
}

const char *network_choose(struct launch *l, const struct network_options *o)
{
    const struct build *b = l->b;
    const char *option =
        o->ports.count != 0 ? format("-p %s", o->ports.item[0]) : "--pcap";
    struct vec free = {0}, taken = {0};
    size_t users = 0;
    for (size_t i = 0; i < l->net.count; i++) {
        const char *name = name_of_device(l->net.item[i]);
        const char *where = where_of(l->net.item[i]);
        push(&taken, name);
        users += is_user(where);
        if (is_host(where) && !has_host_sockets(b))
            return format("--net %s=host: the host's sockets are for target "
                          "unix; write --net %s=user, or -p 8080:80 to forward "
                          "a port",
                          name, name);
    }
    if (users > 1)
        return "one device can be on the user-mode network; attach the others "
               "to TAP interfaces";
    if (users == 1)
        return NULL;
    if (o->ports.count == 0 && o->pcap == NULL) {
        choose_host(l, &taken);
        return NULL;
    }
    for (size_t i = 0; i < b->device_count; i++) {
        const char *name = b->device[i].device->name.text;
        if (is_net(&b->device[i]) && !contains(&taken, name))
            push(&free, name);
    }
    if (free.count > 1)
        return format("%s: for which device? add --net %s=user (there are: %s)",
                      option, free.item[0], join(&free, ", "));
    if (free.count == 0 && l->net.count != 0)
        return format("%s is for the user-mode network; write --net %s=user",
                      option, taken.item[0]);
    if (free.count == 0)
        return format("%s: `%s` has no net device; leave it out", option,
                      b->program->label);
    push(&l->net, format("%s=user", free.item[0]));
    return NULL;
}

static void keep(struct network *n, int fd)
{
    if (n->kept_count == (int)(sizeof(n->kept) / sizeof(n->kept[0])))
        stop(EXIT_FAILED, "too many net devices");
    n->kept[n->kept_count++] = fd;
}

static void set_inherited(int fd)
{
    fcntl(fd, F_SETFD, 0);
}

void network_inherit(const struct network *n)
{
    for (int i = 0; i < n->kept_count; i++)
        set_inherited(n->kept[i]);
}

void network_outlive(const struct network *n)
{
    if (n->pid != 0)
        set_inherited(n->control);
}

void network_given(struct network *n)
{
    for (int i = 0; i < n->kept_count; i++)
        close(n->kept[i]);
    n->kept_count = 0;
}

void network_close(struct network *n)
{
    network_given(n);
    if (n->pid == 0)
        return;
    close(n->control);
    while (waitpid(n->pid, &n->status, 0) < 0 && errno == EINTR)
        ;
    n->pid = 0;
}

/* --- the user-mode network --- */

/* The worker's one line, without its end; NULL if it ended instead. */
static const char *read_report(int fd)
{
    struct buf line = {0};
    for (;;) {
        char c;
        ssize_t got = read(fd, &c, 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got != 1)
            return NULL;
        if (c == '\n')
            return line.data;
        buf_bytes(&line, &c, 1);
    }
}

/* Away from the terminal's signals: the image says its goodbyes through it. */
static int start_worker(const char *path, const struct network_options *o,
                        bool host, int frames, int control)
{
    struct vec argv = {0};
    push(&argv, path);
    push(&argv, format("--control=%d", control));
    for (size_t i = 0; i < o->ports.count; i++) {
        push(&argv, "-p");
        push(&argv, o->ports.item[i]);
    }
    if (o->pcap != NULL)
        push(&argv, format("--pcap=%s", o->pcap));
    if (host)
        push(&argv, "--host");
    push(&argv, format("@%d", frames));
    fflush(NULL);
    int pid = fork();
    if (pid != 0)
        return pid;
    setpgid(0, 0);
    set_inherited(frames);
    set_inherited(control);
    execv(path, (char **)(uintptr_t)argv.item);
    dprintf(2, "fata: cannot run %s: %s\n", path, strerror(errno));
    _exit(127);
}

static void set_send_buffer(int fd)
{
    int size = SEND_BUFFER;
    if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) != 0)
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

/* Datagrams: a message is a frame, and neither end sees a hang-up, which the
 * image would have to wait on for ever.  The end is told by the control
 * stream. */
static const char *open_user(struct network *n, const char *device, bool host,
                             const struct network_options *o, bool tell,
                             const char **attachment)
{
    int frames[2], control[2];
    const char *path = program_path("fata-net", NULL);
    if (path == NULL)
        return "the user-mode network is the program fata-net, which was not "
               "built; type: apt-get install libslirp-dev, then make";
    if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, frames) != 0 ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, control) != 0)
        stop(EXIT_FAILED, "socketpair: %s", strerror(errno));
    set_send_buffer(frames[0]);
    set_send_buffer(frames[1]);
    n->pid = start_worker(path, o, host, frames[1], control[1]);
    if (n->pid < 0)
        stop(EXIT_FAILED, "fork: %s", strerror(errno));
    close(frames[1]);
    close(control[1]);
    n->control = control[0];
    keep(n, frames[0]);
    const char *report = read_report(control[0]);
    if (report == NULL)
        return ""; /* it has said why */
    if (tell)
        msg_note("%s: user network, %s", device, report);
    *attachment = format("%s=@%d", device, frames[0]);
    return NULL;
}

/* --- TAP interfaces --- */

/* Whether the image will understand offloads of the device; see the drivers of
 * these targets.  On unix an argument may say no. */
static bool offloads(const struct launch *l, const char *device)
{
    const struct build *b = l->b;
    bool unix_target = strncmp(b->target->name, "unix", 4) == 0;
    if (!unix_target && strncmp(b->target->name, "spt", 3) != 0)
        return false;
    if (unix_target && contains(&l->words, "--no-offload"))
        return false;
    for (size_t i = 0; i < b->device_count; i++)
        if (strcmp(b->device[i].device->name.text, device) == 0)
            return app_offloads(b, b->device[i].device);
    return false;
}

static const char *open_tap(struct network *n, const struct launch *l,
                            const char *device, const char *where, bool tell,
                            const char **attachment)
{
    const char *name = pool_copy(where, strcspn(where, ","));
    const char *address = strchr(where, ',');
    address = address == NULL ? NULL : address + 1;
    if (if_nametoindex(name) != 0)
        return address == NULL
                   ? NULL
                   : format("--net %s=%s: %s exists and has its address; leave "
                            "out ,%s",
                            device, where, name, address);
    int fd = tap_make(name, offloads(l, device));
    if (fd < 0)
        return format("there is no network interface %s, and it cannot be made "
                      "(%s); type: sudo ip tuntap add %s mode tap user $USER "
                      "&& sudo ip address add %s dev %s && sudo ip link set %s "
                      "up, or use --net %s=user",
                      name, strerror(errno), name,
                      address == NULL ? "10.0.0.1/24" : address, name, name,
                      device);
    keep(n, fd);
    const char *problem = tap_up(name, address);
    if (problem != NULL)
        return problem;
    if (tell && address != NULL)
        msg_note("%s: made %s for this run, this host is %s there", device,
                 name, address);
    else if (tell)
        msg_note("%s: made %s for this run, without an address; add one: ip "
                 "address add 10.0.0.1/24 dev %s, or --net "
                 "%s=%s,10.0.0.1/24",
                 device, name, name, device, name);
    *attachment = format("%s=@%d", device, fd);
    return NULL;
}

const char *network_open(struct network *n, struct launch *l,
                         const struct network_options *o, bool tell)
{
    const char *problem = NULL;
    *n = (struct network){0};
    for (size_t i = 0; i < l->net.count && problem == NULL; i++) {
        const char *device = name_of_device(l->net.item[i]);
        const char *where = where_of(l->net.item[i]);
        if (is_user(where))
            problem = open_user(n, device, strchr(where, ',') != NULL, o, tell,
                                &l->net.item[i]);
        else if (where[0] != '@' && !is_host(where))
            problem = open_tap(n, l, device, where, tell, &l->net.item[i]);
    }
    if (problem != NULL)
        network_close(n);
    return problem;
}
