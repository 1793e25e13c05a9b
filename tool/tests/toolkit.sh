# SPDX-License-Identifier: ISC
# A toolkit of a few lines in $work/root, for target unix: tests of the tool
# alone read this file.  shellcheck shell=sh
# shellcheck disable=SC2154
mkdir -p "$work/root/base" && cd "$work/root" || exit 1
mkdir -p start/include/fata base/include/fata run/include/fata test/include/fata unix gen
cat >base/fata.yml <<'Y'
component: base
sources: [base.c]
undefined: []
globals: none
Y
echo 'int base_answer(void); int base_answer(void) { return 42; }' >base/base.c
echo '#include <stdint.h>
typedef int64_t fata_time_t;' >base/include/fata/time.h
echo 'int base_answer(void);' >base/include/fata/base.h
cat >start/fata.yml <<'Y'
component: start
requires: [base]
sources: [start.c]
Y
cat >start/include/fata/start.h <<'Y'
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
enum { FATA_KEY_STRING, FATA_KEY_INT, FATA_KEY_BOOL, FATA_KEY_DURATION,
       FATA_KEY_SIZE, FATA_KEY_TIMEZONE };
struct fata_key { const char *name, *doc; int type; const char *text;
                  int64_t min, max; void *value; int (*set)(const char *); };
struct fata_start { const char *name; const struct fata_key *keys;
    const char **key_texts; size_t key_count; int (*const *init)(void);
    size_t init_count; int (*open)(const char **); int (*start)(void *);
    int (*main)(int (*)(void *), void *); void *app; int *argc; char ***argv; };
int fata_start(const struct fata_start *start, int argc, char **argv);
#define FATA_START_STACKS(size, count)
#define FATA_START_BLOCK(name)
#define FATA_START_MANIFEST(count, ...)
Y
cat >start/start.c <<'Y'
#include <fata/start.h>
#include <string.h>
int fata_start(const struct fata_start *s, int argc, char **argv)
{
    for (size_t i = 0; i < s->key_count; i++)
        if (s->keys[i].type == FATA_KEY_STRING ||
            s->keys[i].type == FATA_KEY_TIMEZONE)
            *(const char **)s->keys[i].value = s->keys[i].text;
    for (int i = 1; i < argc; i++)
        for (size_t k = 0; k < s->key_count; k++) {
            size_t n = strlen(s->keys[k].name);
            if (strncmp(argv[i], "--", 2) == 0 &&
                strncmp(argv[i] + 2, s->keys[k].name, n) == 0 &&
                argv[i][n + 2] == '=')
                *(const char **)s->keys[k].value = argv[i] + n + 3;
        }
    *s->argc = argc;
    *s->argv = argv;
    for (size_t i = 0; i < s->init_count; i++)
        s->init[i]();
    return s->main != NULL ? s->main(s->start, s->app) : s->start(s->app);
}
Y
printf 'component: run\nrequires: [base]\nsources: [run.c]\nmain: fata_run\ninit: run_init\n' >run/fata.yml
echo 'int run_init(void); int run_init(void) { return 0; }
int fata_run(int (*)(void *), void *);
int fata_run(int (*start)(void *), void *app) { return start(app); }' >run/run.c
printf 'target: unix\nflavour: host\n' >unix/fata.yml
cat >test/fata.yml <<'Y'
component: test
sources: [test.c]
Y
echo 'int start(void *app); int start(void *app) { extern int test_main(void); (void)app; return test_main(); }' >test/test.c
