/* SPDX-License-Identifier: ISC */
/* Ends in the way that --how says. */
#include <fata/run.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "app.h"

static FATA_NOINLINE void smash(volatile char *p, int n)
{
    for (int i = 0; i < n; i++)
        p[i] = 'x';
}

static FATA_NOINLINE int smashed(void)
{
    char small[8];
    smash(small, 64);
    return small[0];
}

static FATA_NOINLINE int deeper(int n)
{
    volatile char frame[1024];
    frame[n % 1024] = (char)n;
    return n == 0 ? 0 : deeper(n - 1) + frame[n % 1024];
}

static int overflow(void *arg)
{
    (void)arg;
    return deeper(1000000) != 0;
}

int start(struct app *app)
{
    const char *how = app->keys.how;
    if (strcmp(how, "return") == 0)
        return 7;
    if (strcmp(how, "error") == 0)
        return FATA_ETIMEDOUT;
    if (strcmp(how, "exit") == 0) {
        printf("flushed at exit");
        exit(3);
    }
    if (strcmp(how, "panic") == 0)
        fata_panic("main.c", "on purpose");
    if (strcmp(how, "abort") == 0)
        abort();
    if (strcmp(how, "smash") == 0)
        return smashed();
    if (strcmp(how, "null") == 0) {
        volatile uintptr_t address = 8; /* volatile: hidden from the compiler */
        return *(volatile int *)address;
    }
    if (strcmp(how, "overflow") == 0) {
        struct fata_scope scope;
        fata_scope_open(&scope);
        int err = fata_scope_spawn(&scope, overflow, NULL);
        int first = fata_scope_close(&scope);
        return err != 0 ? err : first;
    }
    return 100;
}
