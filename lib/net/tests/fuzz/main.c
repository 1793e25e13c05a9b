/* SPDX-License-Identifier: ISC */
/* Plays what the fuzzer has found so far, which is in the image; or, where it
 * is linked with libFuzzer (make fuzz), fuzzes.  What may go wrong the
 * sanitizers, lwIP's assertions and ours tell. */
#include "play.h"

#include <fata/kv.h>
#include <fata/panic.h>
#include <fata/run.h>
#include <stdio.h>
#include <string.h>
#include "app.h"

int LLVMFuzzerRunDriver(int *argc, char ***argv,
                        int (*one)(const uint8_t *data, size_t size)) FATA_WEAK;

static int one(const uint8_t *data, size_t size)
{
    int err = play(data, size);
    fata_assert(err == 0);
    return 0;
}

static int fuzz(char *words)
{
    static char name[] = "fuzz-net";
    char *argv[20] = {name};
    int argc = 1;
    if (LLVMFuzzerRunDriver == NULL) {
        printf("--fuzz: this is a build without libFuzzer; make fuzz\n");
        return FATA_EINVAL;
    }
    for (char *word = strtok(words, " "); word != NULL && argc < 19;
         word = strtok(NULL, " "))
        argv[argc++] = word;
    char **p = argv;
    return LLVMFuzzerRunDriver(&argc, &p, one) == 0 ? 0 : FATA_EIO;
}

int start(struct app *app)
{
    static char words[500];
    struct fata_kv_entry entry;
    size_t place = 0, count = 0; /* of inputs */
    int err = play_open();
    bool fuzzing = app->keys.fuzz[0] != '\0';
    if (err == 0 && fuzzing) {
        snprintf(words, sizeof(words), "%s", app->keys.fuzz);
        err = fuzz(words);
    }
    while (err == 0 && !fuzzing &&
           fata_kv_list(app->corpus, "", 0, &place, &entry) > 0) {
        if (entry.value == NULL)
            continue;
        err = play(entry.value->data, entry.value->size);
        count++;
    }
    int closed = play_close();
    if (err == 0)
        err = closed;
    if (err == 0)
        printf("%zu inputs played\n", count);
    return err;
}
