/* SPDX-License-Identifier: ISC */
/* Does what its words say, one after the other, and prints what came of it:
 * NAME          resolves
 * name:ADDRESS  srv:NAME  mx:NAME  txt:NAME
 * tcp:NAME:PORT connects, prints to where
 * at:N:NAME     N fibers resolve it at the same time
 * leave:NAME    two do, and the first, which drives the lookup, gives up soon
 * full:         takes all stacks until the end
 * sleep:MS      forget: */
#include <fata/dns.h>
#include <fata/run.h>
#include <fata/stack.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "app.h"

static struct app *app;

static fata_time_t soon(void)
{
    return fata_time_add(fata_now(), FATA_S(20));
}

static void print_addresses(const struct fata_address *a, int n)
{
    for (int i = 0; i < n; i++) {
        char text[FATA_ADDRESS_TEXT];
        printf(" %s", fata_address_print(&a[i], text));
    }
    printf("\n");
}

static int resolve(const char *name)
{
    struct fata_address a[FATA_DNS_ALL_ADDRESSES];
    int n = fata_dns_resolve(app->resolver, name, a, FATA_COUNT(a), soon());
    printf("%s:", name);
    if (n < 0)
        printf(" %s\n", fata_error_name(n));
    else
        print_addresses(a, n);
    return 0;
}

static int resolve_fiber(void *arg)
{
    return resolve(arg);
}

static void at_once(char *what)
{
    struct fata_scope scope;
    char *name;
    long n = strtol(what, &name, 10);
    fata_scope_open(&scope);
    for (long i = 0; i < n; i++)
        if (fata_scope_spawn(&scope, resolve_fiber, name + 1) != 0)
            printf("no fiber\n");
    if (fata_scope_close(&scope) != 0)
        printf("failed\n");
}

static int give_up_soon(void *arg)
{
    struct fata_address a;
    int n = fata_dns_resolve(app->resolver, arg, &a, 1,
                             fata_time_add(fata_now(), FATA_MS(100)));
    printf("given up: %s\n", fata_error_name(n));
    return 0;
}

static void leave(char *name)
{
    struct fata_scope scope;
    fata_scope_open(&scope);
    if (fata_scope_spawn(&scope, give_up_soon, name) != 0 ||
        fata_scope_spawn(&scope, resolve_fiber, name) != 0)
        printf("no fiber\n");
    if (fata_scope_close(&scope) != 0)
        printf("failed\n");
}

static int sleep_on(void *arg)
{
    (void)arg;
    return fata_sleep_until(FATA_NEVER);
}

static void places(const char *what, const char *name, bool mail)
{
    struct fata_dns_place p[4];
    int n =
        mail ? fata_dns_mail(app->resolver, name, p, FATA_COUNT(p), soon())
             : fata_dns_services(app->resolver, name, p, FATA_COUNT(p), soon());
    printf("%s:", what);
    if (n < 0)
        printf(" %s", fata_error_name(n));
    for (int i = 0; i < n && i < (int)FATA_COUNT(p); i++)
        printf(" %d %d %d %s", p[i].priority, p[i].weight, p[i].port,
               p[i].host);
    printf("\n");
}

static void text(const char *what, const char *name)
{
    static char buffer[2048];
    int n = fata_dns_text(app->resolver, name, buffer, sizeof(buffer), soon());
    printf("%s:", what);
    if (n < 0)
        printf(" %s", fata_error_name(n));
    for (int at = 0; at < n && at < (int)sizeof(buffer);
         at += (int)strlen(buffer + at) + 1)
        printf(" \"%s\"", buffer + at);
    printf("\n");
}

static void reverse(const char *what, const char *address)
{
    char name[FATA_DNS_NAME];
    struct fata_address a;
    int err = fata_address_parse(&a, address);
    if (err == 0)
        err = fata_dns_reverse(app->resolver, &a, name, soon());
    printf("%s: %s\n", what, err == 0 ? name : fata_error_name(err));
}

static void join(char *what)
{
    struct fata_flow *flow;
    char *port = strrchr(what, ':');
    fata_time_t began = fata_now();
    *port++ = '\0';
    int err = fata_dns_connect(app->resolver, what, (uint16_t)atoi(port), &flow,
                               soon());
    unsigned ms = (unsigned)((fata_now() - began) / 1000000);
    printf("tcp:%s:%s:", what, port);
    if (err != 0) {
        printf(" %s", fata_error_name(err));
    } else {
        struct fata_address peer;
        char print[FATA_ADDRESS_TEXT];
        fata_stack_peer(flow, &peer, NULL);
        printf(" %s", fata_address_print(&peer, print));
        fata_flow_close(flow);
    }
    printf(" %s\n", ms < 240    ? "at once"
                    : ms < 4000 ? "after a while"
                                : "late");
}

static int run_words(struct fata_scope *scope)
{
    for (int i = 1; i < app->argc; i++) {
        char *word = app->argv[i];
        if (strncmp(word, "at:", 3) == 0)
            at_once(word + 3);
        else if (strncmp(word, "leave:", 6) == 0)
            leave(word + 6);
        else if (strcmp(word, "full:") == 0)
            while (fata_scope_spawn(scope, sleep_on, NULL) == 0)
                ;
        else if (strncmp(word, "srv:", 4) == 0)
            places(word, word + 4, false);
        else if (strncmp(word, "mx:", 3) == 0)
            places(word, word + 3, true);
        else if (strncmp(word, "txt:", 4) == 0)
            text(word, word + 4);
        else if (strncmp(word, "name:", 5) == 0)
            reverse(word, word + 5);
        else if (strncmp(word, "tcp:", 4) == 0)
            join(word + 4);
        else if (strncmp(word, "sleep:", 6) == 0) {
            if (fata_sleep(FATA_MS(atoi(word + 6))) != 0)
                return FATA_ECANCELED;
        } else if (strcmp(word, "forget:") == 0)
            fata_dns_forget(app->resolver);
        else
            (void)resolve(word);
        fflush(stdout);
    }
    return 0;
}

int start(struct app *a)
{
    struct fata_scope scope;
    app = a;
    fata_scope_open(&scope);
    int err = run_words(&scope);
    fata_scope_cancel(&scope);
    int first = fata_scope_close(&scope);
    return err != 0 ? err : first;
}
