/* SPDX-License-Identifier: ISC */
/* Fuzz harness of the manifest reader: whatever the bytes are, it ends with a
 * manifest or with one message.  libFuzzer, or with -DREPLAY a program that
 * runs the files and folders it is given. */
#include "../manifest.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static jmp_buf back;

static void leave(int status)
{
    longjmp(back, status);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* Inputs end at the end of their memory. */
    char *copy = xmalloc(size + (size == 0));
    for (size_t i = 0; i < size; i++)
        copy[i] = (char)data[i];
    stop_hook = leave;
    if (setjmp(back) == 0)
        manifest_parse("fata.yml", copy, size);
    stop_hook = NULL;
    manifest_release();
    pool_reset();
    free(copy);
    return 0;
}

#ifdef REPLAY
static unsigned replay(const char *path)
{
    size_t size;
    char *data = read_file(path, &size);
    if (data == NULL) {
        perror(path);
        exit(1);
    }
    LLVMFuzzerTestOneInput((const uint8_t *)data, size);
    free(data);
    return 1;
}

int main(int argc, char **argv)
{
    unsigned count = 0;
    for (int i = 1; i < argc; i++) {
        struct strings names = {0};
        if (!path_is_dir(argv[i])) {
            count += replay(argv[i]);
            continue;
        }
        if (list_dir(argv[i], &names) < 0)
            return 1;
        for (size_t n = 0; n < names.count; n++) {
            char *path = path_join(argv[i], names.item[n]);
            count += replay(path);
            free(path);
        }
        strings_free(&names);
    }
    printf("ok manifest corpus\n%u inputs\n1 passed, 0 failed, 0 skipped\n",
           count);
    return 0;
}
#endif
