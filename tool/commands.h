/* SPDX-License-Identifier: ISC */
/* The commands of fata; each returns the exit status. */
#ifndef TOOL_COMMANDS_H
#define TOOL_COMMANDS_H

#include "gen.h"

#include <sys/types.h>
#include <time.h>

/* Command-line words of one command, sorted out. */
struct options {
    const char *command;
    const char *targets; /* -t */
    bool sanitize, debug, frozen, offline, verbose, use_clang, json, dot;
    struct vec words;   /* what is no option */
    struct vec program; /* after -- */
    bool separator;     /* -- was there */
    bool watch;
    char **all;            /* the whole command line, ended by NULL */
    struct vec block, net; /* NAME=WHERE */
    const char *memory;    /* MiB */
    const char *core;      /* folder for a core file */
    struct vec ports;      /* -p */
    const char *pcap;      /* file */
    const char *svg;       /* file */
    bool full;
    const char *output; /* file */
};

struct command_line {
    const char *name;
    int (*run)(const struct options *o);
    const char *usage, *help;
    const char *takes; /* letters of the options that it knows */
};
extern const struct command_line command_lines[];

int cmd_new(const struct options *o);
int cmd_build(const struct options *o);
int cmd_run(const struct options *o);
int cmd_test(const struct options *o);
int cmd_check(const struct options *o);

/* After a link that failed: the chains to missing system calls, on standard
 * error, if these are the reason. */
void check_explain(const struct session *s, const struct build *b);
/* What cmd_link leaves beside the image for that. */
#define LINK_MISSING ".missing"

int cmd_size(const struct options *o);
int cmd_licenses(const struct options *o);
int cmd_sbom(const struct options *o);
int cmd_clean(const struct options *o);
int cmd_describe(const struct options *o);
int cmd_env(const struct options *o);
int cmd_toolchain(const struct options *o);
int cmd_add(const struct options *o);
int cmd_update(const struct options *o);

/* fata run --watch; see watch.c. */
int watch_run(const struct options *o, const char *folder);
/* Folders in which a change can make another image, for inotify. */
struct vec watch_folders(const struct build *b);

/* The build as a graph for graphviz; and drawn by it, which needs `dot`. */
const char *graph_text(const struct build *b);
void graph_svg(const struct build *b, const char *path);

/* Hidden: called by build.ninja. */
int cmd_layer(int argc, char **argv);
int cmd_link(int argc, char **argv);
int cmd_generate(int argc, char **argv);
int cmd_kv(int argc, char **argv);
/* Called by the scripts of a toolchain. */
int cmd_cc(int argc, char **argv);

/* Prints what a linker that failed has said, with what a missing system call
 * means.
 * calls      the C library's list of them
 * unikernel  the program has a manifest: what else is undefined is missing in
 *            it; else the linker's own words stay */
void link_explain(const char *text, const char *program, const char *target,
                  const char *calls, bool unikernel);

/* Fills the session for the project that `folder` belongs to, and finds all
 * manifests. */
struct session *session_open(const struct options *o, const char *folder);
/* The same for a project in this very folder, which need not have a manifest.
 * lock_path  the fata.lock that pins its ports */
struct session *session_in(const struct options *o, const char *project,
                           const char *lock_path);
/* The manifest of the unikernel in `folder`; a mistake when there is none. */
struct manifest *session_unikernel(struct session *s, const char *folder);
/* The one folder of the command line, or this one. */
const char *only_folder(const struct options *o);
/* Words that are names, and perhaps a folder: one with a `/`, or a program's.
 */
const char *folder_and_names(const struct options *o, struct vec *names);
/* The builds of the unikernel in `folder` for the targets asked for, or for the
 * best one. */
struct build **session_resolve(struct session *s, const char *folder,
                               size_t *count);
void session_lock(struct session *s);
void session_unlock(struct session *s);
/* Takes the lock and writes what ninja reads. */
void session_generate(struct session *s, struct build **builds, size_t count);
/* The same, runs ninja, gives the lock back.  0 or EXIT_FAILED. */
int session_build(struct session *s, struct build **builds, size_t count);

/* The build that `fata run` runs; why: as best_target says it, or NULL. */
struct build *session_resolve_run(struct session *s, const char *folder,
                                  const char **why);

/* The best target that images run on here, and why. */
struct target *best_target(struct session *s, const char **why);
/* NULL when images of this target run on this machine, or why not. */
const char *cannot_run(const struct target *t);

/* The command that runs an image: tender, attachments, program words. */
struct launch {
    const struct build *b;
    const char *image;
    struct vec block, net; /* NAME=WHERE */
    int64_t memory;
    const char *core; /* folder, or NULL */
    struct vec words;
};
struct vec launch_argv(const struct launch *l);
/* NULL, or what is wrong with the attachments. */
const char *launch_problem(const struct launch *l);
const char *tender_path(const struct target *t);
/* Where a program of ours is: in `folder` if `name` has a slash, else beside
 * this one, in the toolkit's build, in $PATH; or NULL. */
const char *program_path(const char *name, const char *folder);

/* gdb with what finds sources, and knows fibers; more words may follow. */
struct vec gdb_argv(const struct session *s);
/* After a run with --core: says how to open the file, if there is one.
 * begin  when the run began: an older file is not its */
void gdb_tell_core(const struct session *s, const struct launch *l, pid_t child,
                   time_t begin);

/* Passes bytes on and completes the lines of a backtrace. */
struct symboliser {
    const char *addr2line, *debug;
    char line[64];
    size_t held; /* bytes of `line` not passed on yet */
    bool other;  /* the line is not one of a backtrace */
};
void symbolise(struct symboliser *s, int to, const char *data, size_t size);
void symbolise_end(struct symboliser *s, int to);

#endif
