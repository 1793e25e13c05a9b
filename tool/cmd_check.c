/* SPDX-License-Identifier: ISC */
/* fata check: which system calls of the C library an image reaches - served,
 * refused harmlessly, missing -, by which chain of references; and whether the
 * layers keep to their lists. */
#include "calls.h"
#include "commands.h"
#include "reach.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SERVED, REFUSED, ALLOWED, MISSING, STATES };
static const char *const state_names[STATES] = {"served", "refused", "allowed",
                                                "missing"};

struct report {
    const struct build *b;
    const struct link *link;
    const struct reach *reach; /* NULL: the host's libc makes the calls */
    FILE *to;                  /* for chains */
    size_t counts[STATES];
    bool layers_hold, linked;
};

static int state_of(const struct reach_call *c)
{
    if (c->server == NULL)
        return MISSING;
    if (c->state == NULL)
        return SERVED;
    return strcmp(c->state, "allowed") == 0 || starts_with(c->state, "allowed ")
               ? ALLOWED
               : REFUSED;
}

/* What a refused call returns: ENOENT, 0. */
static const char *result_of(const struct reach_call *c)
{
    const char *text = c->state + strlen("refused ");
    return *text == '-' ? text + 1 : text;
}

/* What there is in place of calls that images do not have. */
static const char *advice(const char *call)
{
    static const struct {
        const char *calls, *advice;
    } table[] = {
        {" nanosleep clock_nanosleep ", "sleep with fata_sleep(), which lets "
                                        "other fibers run"},
        {" socket connect bind listen accept accept4 sendto recvfrom sendmsg "
         "recvmsg shutdown setsockopt getsockopt getsockname getpeername "
         "socketpair ",
         "the network is a device: kind `stack` of component `net`, "
         "`fata/tcp.h`"},
        {" fork vfork clone execve wait4 waitid pipe pipe2 ",
         "an image is one process with one thread; work side by side is "
         "fibers, `fata/fiber.h`"},
        {" rename renameat mkdir mkdirat unlink unlinkat rmdir getdents "
         "getdents64 truncate ftruncate chdir getcwd statfs pread64 pwrite64 "
         "chmod fchmod link symlink utimensat ",
         "there are no files; a key-value store (component `kv`) or a block "
         "device takes their place"},
        {" epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait select "
         "pselect6 eventfd2 timerfd_create ",
         "the platform has the main loop; wait in fibers, or on requests of "
         "devices"},
        {" getrandom ", "random bytes are in component `random`"},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (strstr(table[i].calls, format(" %s ", call)) != NULL)
            return table[i].advice;
    return NULL;
}

static void show_chain(const struct report *r, const struct reach_call *c)
{
    size_t count;
    const struct reach_step *steps = reach_chain(c, &count);
    int wide = 0;
    for (size_t i = 0; i < count; i++)
        if ((int)strlen(steps[i].function) > wide)
            wide = (int)strlen(steps[i].function);
    for (size_t i = 0; i < count; i++)
        fprintf(r->to, "    %-*s  %s, %s\n", wide, steps[i].function,
                steps[i].file->component, steps[i].file->object);
    if (c->by.count > 1) {
        struct vec more = {0};
        for (size_t i = 1; i < c->by.count && i < 6; i++)
            push(&more, c->by.item[i]);
        fprintf(r->to, "    also by %s%s\n", join(&more, ", "),
                c->by.count > 6 ? format(" and %zu more", c->by.count - 6)
                                : "");
    }
}

/* Calls that the same function makes are told together. */
static void show_group(const struct report *r, size_t first, int state)
{
    const struct reach_call *c = &r->reach->call[first];
    struct vec names = {0}, advices = {0};
    for (size_t i = 0; i < r->reach->call_count; i++) {
        const struct reach_call *other = &r->reach->call[i];
        if (state_of(other) != state || other->from != c->from ||
            strcmp(other->function, c->function) != 0)
            continue;
        if (i < first)
            return;
        push(&names, other->name);
        if (state == MISSING && advice(other->name) != NULL)
            push_once(&advices, advice(other->name));
    }
    fprintf(r->to, "\n%s: %s\n", state_names[state], join(&names, ", "));
    show_chain(r, c);
    for (size_t i = 0; i < advices.count; i++)
        fprintf(r->to, "  (%s)\n", advices.item[i]);
}

static void show_groups(const struct report *r, bool all)
{
    const char *example = NULL;
    for (int state = all ? SERVED : MISSING; state < STATES; state++)
        for (size_t i = 0; i < r->reach->call_count; i++)
            if (state_of(&r->reach->call[i]) == state) {
                show_group(r, i, state);
                if (state == MISSING && example == NULL)
                    example = r->reach->call[i].name;
            }
    if (example != NULL)
        fprintf(r->to,
                "\nLeave out what needs a missing call; or, where it is never "
                "made, allow it:\n"
                "    allow: { %s: \"the reason why\" }\n",
                example);
}

static const char *place(struct mark at)
{
    return format("%s:%d", shown_path(at.file), at.line);
}

static void show_states(const struct report *r)
{
    for (int state = 0; state < STATES; state++) {
        struct vec names = {0};
        for (size_t i = 0; i < r->reach->call_count; i++) {
            const struct reach_call *c = &r->reach->call[i];
            if (state_of(c) != state)
                continue;
            push(&names, state == REFUSED
                             ? format("%s (%s)", c->name, result_of(c))
                             : c->name);
        }
        if (names.count == 0)
            continue;
        printf("  %zu %s:", r->counts[state], state_names[state]);
        size_t column = 16;
        for (size_t i = 0; i < names.count; i++) {
            size_t n = strlen(names.item[i]) + 2;
            if (column + n > 79) {
                printf("\n   ");
                column = 3;
            }
            printf(" %s%s", names.item[i], i + 1 == names.count ? "" : ",");
            column += n;
        }
        printf("\n");
    }
}

static bool is_reached(const struct report *r, const char *call, int state)
{
    for (size_t i = 0; i < r->reach->call_count; i++)
        if (strcmp(r->reach->call[i].name, call) == 0)
            return state_of(&r->reach->call[i]) == state;
    return false;
}

/* Every reason that a manifest gives, and whether there is need for it. */
static void show_allowed(const struct report *r)
{
    for (size_t i = 0; i < r->b->unit_count; i++) {
        const struct manifest *m = r->b->unit[i]->manifest;
        LIST_FOR(struct pair, p, m->allow)
        {
            const char *call = p->name.text;
            printf("  %s allows %s, because: %s", place(p->name.mark), call,
                   p->value.text);
            if (call_number(r->link->calls, call) == NULL)
                printf(" (%s has no such call)", r->b->target->arch);
            else if (!is_reached(r, call, ALLOWED))
                printf(" (there is no need: it is not reached, or not "
                       "missing)");
            printf("\n");
        }
    }
}

static void show(const struct report *r, bool all)
{
    const struct build *b = r->b;
    printf("%s for %s\n", b->program->manifest->name.text, b->target->name);
    if (r->reach == NULL) {
        printf("  system calls are made by this machine's C library; image "
               "targets, such as spt, do not have all\n");
    } else {
        printf("  %zu system call%s reached\n", r->reach->call_count,
               r->reach->call_count == 1 ? " is" : "s are");
        show_states(r);
        show_allowed(r);
    }
    if (r->link->layers.count != 0)
        printf("  %zu layer%s checked: %s %s\n", r->link->layers.count,
               r->link->layers.count == 1 ? "" : "s",
               join(&r->link->layers, ", "),
               r->layers_hold ? (r->link->layers.count == 1 ? "holds" : "hold")
                              : "- one does not hold (above)");
    if (r->reach != NULL)
        show_groups(r, all);
}

static json_t *as_json(const struct report *r)
{
    json_t *calls = json_array(), *layers = json_array();
    for (size_t i = 0; r->reach != NULL && i < r->reach->call_count; i++) {
        const struct reach_call *c = &r->reach->call[i];
        const struct manifest *by;
        int state = state_of(c);
        const struct pair *allow =
            state == ALLOWED ? allow_find(r->b, c->name, &by) : NULL;
        size_t count;
        const struct reach_step *steps = reach_chain(c, &count);
        json_t *chain = json_array();
        for (size_t k = 0; k < count; k++)
            json_array_append_new(chain,
                                  json_pack("{s:s, s:s, s:s}", "function",
                                            steps[k].function, "component",
                                            steps[k].file->component, "object",
                                            steps[k].file->object));
        json_array_append_new(
            calls, json_pack("{s:s, s:s, s:s*, s:s*, s:o}", "name", c->name,
                             "state", state_names[state], "result",
                             state == REFUSED ? result_of(c) : NULL, "reason",
                             allow != NULL ? allow->value.text : NULL, "chain",
                             chain));
    }
    for (size_t i = 0; i < r->link->layers.count; i++)
        json_array_append_new(layers, json_string(r->link->layers.item[i]));
    return json_pack("{s:s, s:s, s:o, s:o, s:b}", "unikernel",
                     r->b->program->manifest->name.text, "target",
                     r->b->target->name, "calls", calls, "layers", layers,
                     "layers_hold", r->layers_hold);
}

static void walk(const struct session *s, struct report *r)
{
    struct flavour *f = flavour_for(r->b->target, s->project, s->use_clang);
    struct vec ask = {0};
    push_all(&ask, f->cc.item);
    push(&ask, "-print-libgcc-file-name");
    const char *library = first_line_of(ask.item);
    r->reach = reach_walk(r->link,
                          library != NULL && is_file(library) ? library : NULL);
    for (size_t i = 0; i < r->reach->call_count; i++) {
        struct reach_call *c = &r->reach->call[i];
        c->name = call_name(r->link->calls, c->symbol);
        if (c->name == NULL)
            c->name = format("number %s", c->symbol + strlen("fata_sys_"));
        r->counts[state_of(c)]++;
    }
}

void check_explain(const struct session *s, const struct build *b)
{
    struct report r = {.b = b, .link = ninja_link(s, b), .to = stderr};
    const char *marker = format("%s" LINK_MISSING, image_debug_path(s, b));
    if (!is_file(marker))
        return;
    unlink(marker);
    walk(s, &r);
    show_groups(&r, false);
}

/* Builds what goes into the link, and looks at it. */
static struct report look(struct session *s, struct build *b)
{
    struct report r = {.b = b, .link = ninja_link(s, b), .to = stdout};
    if (ninja_run(s, &r.link->made) != 0)
        exit(EXIT_FAILED);
    r.layers_hold =
        r.link->stamps.count == 0 || ninja_run(s, &r.link->stamps) == 0;
    if (strcmp(b->target->flavour, "host") != 0)
        walk(s, &r);
    /* Other symbols that are defined nowhere, the linker tells. */
    struct vec image = {0};
    push(&image, image_path(s, b));
    r.linked =
        r.counts[MISSING] == 0 && r.layers_hold && ninja_run(s, &image) == 0;
    return r;
}

int cmd_check(const struct options *o)
{
    size_t count;
    const char *folder = only_folder(o);
    struct session *s = session_open(o, folder);
    struct build **builds = session_resolve(s, folder, &count);
    json_t *all = json_array();
    int status = 0;
    s->keep_going = true;
    s->verbose = false;
    session_generate(s, builds, count);
    for (size_t i = 0; i < count; i++) {
        struct report r = look(s, builds[i]);
        if (o->json) {
            json_array_append_new(all, as_json(&r));
        } else {
            if (i != 0)
                printf("\n");
            show(&r, o->verbose);
        }
        fflush(stdout);
        if (r.counts[MISSING] != 0)
            msg_error("`%s` reaches %zu system call%s that images for %s do "
                      "not have",
                      builds[i]->program->manifest->name.text,
                      r.counts[MISSING], r.counts[MISSING] == 1 ? "" : "s",
                      builds[i]->target->name);
        if (!r.linked)
            status = EXIT_FAILED;
    }
    session_unlock(s);
    if (o->json) {
        json_dumpf(all, stdout, JSON_INDENT(1));
        printf("\n");
    }
    json_decref(all);
    return status;
}
