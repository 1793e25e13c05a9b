/* SPDX-License-Identifier: ISC */
/* The private apt: its package sources are the machine's, its folders are
 * CACHE/apt/{source,binary}.  apt verifies what it fetches by the machine's
 * keys; nothing here weakens that. */
#define _GNU_SOURCE 1
#include "source_apt.h"

#include "source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static bool updated[APT_SYSTEM]; /* in this run */

bool apt_is_here(const char **why)
{
    static const char *const needed[] = {"apt-get", "apt-cache", "apt-config"};

    for (size_t i = 0; i < FATA_COUNT(needed); i++) {
        char *path = path_program(needed[i]);

        free(path);
        if (path == NULL) {
            *why = "this machine has no apt";
            return false;
        }
    }
    return true;
}

static char *apt_dir(enum apt_kind kind)
{
    return cache_path("apt/%s", kind == APT_SOURCE ? "source" : "binary");
}

static char *joined(const struct strings *v, const char *separator)
{
    struct text t = {0};

    for (size_t i = 0; i < v->count; i++)
        text_addf(&t, "%s%s", v->item[i], separator);
    return text_take(&t);
}

static int put_file(const char *dir, const char *name, const char *text)
{
    char *path = path_join(dir, name);
    int changed = write_file_if_changed(path, text, strlen(text));

    if (changed < 0)
        msg_error("%s: %s", path, strerror(errno));
    free(path);
    return changed;
}

/* Lays out the private folders.  -1 after a message. */
static int prepare(enum apt_kind kind)
{
    static const char *const dirs[] = {"parts", "lists/partial",
                                       "cache/archives/partial"};
    struct strings lines = {0};
    struct strings paragraphs = {0};
    char *dir = apt_dir(kind);
    char *list;
    char *sources;
    int err = 0;

    for (size_t i = 0; err == 0 && i < FATA_COUNT(dirs); i++) {
        char *path = path_join(dir, dirs[i]);

        err = make_dirs(path);
        if (err != 0)
            msg_error("%s: %s", path, strerror(errno));
        free(path);
    }
    apt_read_machine(kind, &lines, &paragraphs);
    list = joined(&lines, "\n");
    sources = joined(&paragraphs, "\n");
    /* The machine's hooks are for the machine's lists. */
    if (err != 0 || put_file(dir, "parts/fata.list", list) < 0 ||
        put_file(dir, "parts/fata.sources", sources) < 0 ||
        put_file(dir, "apt.conf",
                 "#clear APT::Update::Pre-Invoke;\n"
                 "#clear APT::Update::Post-Invoke;\n"
                 "#clear APT::Update::Post-Invoke-Success;\n") < 0)
        err = -1;
    free(list);
    free(sources);
    strings_free(&lines);
    strings_free(&paragraphs);
    free(dir);
    return err;
}

/* Runs an apt program on the private folders. */
static int apt_run(enum apt_kind kind, const char *const *args, const char *cwd,
                   struct text *out, struct text *errors)
{
    const char *const env[] = {"LC_ALL=C", "DEBIAN_FRONTEND=noninteractive",
                               NULL};
    struct strings argv = {0};
    int status;

    strings_add(&argv, args[0]);
    if (kind != APT_SYSTEM) {
        char *dir = apt_dir(kind);

        strings_add(&argv, "-c");
        strings_addf(&argv, "%s/apt.conf", dir);
        strings_add(&argv, "-oDir::Etc::sourcelist=/dev/null");
        strings_addf(&argv, "-oDir::Etc::sourceparts=%s/parts", dir);
        strings_addf(&argv, "-oDir::State::lists=%s/lists", dir);
        strings_addf(&argv, "-oDir::Cache=%s/cache", dir);
        strings_add(&argv, "-oAcquire::Languages=none");
        strings_add(&argv, "-oAcquire::Retries=2");
        free(dir);
    }
    if (getuid() == 0)
        strings_add(&argv, "-oAPT::Sandbox::User=root");
    strings_add_all(&argv, args + 1);
    status = command_run(&(struct command){.argv = strings_list(&argv),
                                           .cwd = cwd,
                                           .env = env,
                                           .capture = out,
                                           .errors = errors});
    strings_free(&argv);
    return status;
}

bool apt_update(enum apt_kind kind)
{
    const char *const args[] = {"apt-get", "-qq", "update", NULL};
    struct text out = {0};

    if (kind == APT_SYSTEM || updated[kind])
        return false;
    updated[kind] = true;
    msg_note("fetching the lists of %s packages",
             kind == APT_SOURCE ? "source" : "binary");
    /* Some of the machine's sources may be gone: the others still serve. */
    if (prepare(kind) == 0)
        (void)apt_run(kind, args, NULL, &out, &out);
    text_free(&out);
    return true;
}

static void add_offer_file(struct apt_offer *offer, const char *sha256,
                           const char *name)
{
    struct apt_file *file;

    offer->files =
        xrealloc(offer->files, offer->file_count + 1, sizeof offer->files[0]);
    file = &offer->files[offer->file_count++];
    file->name = xstrdup(path_base(name));
    file->sha256 = xstrdup(sha256);
}

void apt_offer_free(struct apt_offer *offer)
{
    for (size_t i = 0; i < offer->file_count; i++) {
        free(offer->files[i].name);
        free(offer->files[i].sha256);
    }
    free(offer->files);
    free(offer->version);
}

static int compare_offers(const void *a, const void *b)
{
    const struct apt_offer *x = a;
    const struct apt_offer *y = b;

    return apt_compare_versions(y->version, x->version);
}

/* One paragraph of what apt-cache shows. */
static void parse_offer(char *text, const char *package,
                        struct apt_offer *offer)
{
    bool sums = false;
    bool named = false;
    char *sha256 = NULL;
    char *line;

    *offer = (struct apt_offer){0};
    while ((line = strsep(&text, "\n")) != NULL) {
        const char *value;

        if (line[0] == ' ' && sums) {
            struct strings word = {0};

            strings_add_split(&word, line, " \t");
            if (word.count == 3)
                add_offer_file(offer, word.item[0], word.item[2]);
            strings_free(&word);
            continue;
        }
        sums = apt_field(line, "Checksums-Sha256") != NULL;
        if ((value = apt_field(line, "Package")) != NULL)
            named = strcmp(value, package) == 0;
        else if ((value = apt_field(line, "Version")) != NULL &&
                 offer->version == NULL)
            offer->version = xstrdup(value);
        else if ((value = apt_field(line, "SHA256")) != NULL && sha256 == NULL)
            sha256 = xstrdup(value);
        else if ((value = apt_field(line, "Filename")) != NULL)
            add_offer_file(offer, "", value);
    }
    if (sha256 != NULL && offer->file_count == 1) {
        free(offer->files[0].sha256);
        offer->files[0].sha256 = sha256;
        sha256 = NULL;
    }
    free(sha256);
    if (!named || offer->version == NULL || offer->file_count == 0) {
        apt_offer_free(offer);
        *offer = (struct apt_offer){0};
    }
}

size_t apt_offers(enum apt_kind kind, const char *package,
                  struct apt_offer **offers)
{
    const char *const source[] = {"apt-cache", "showsrc", "--only-source",
                                  package, NULL};
    const char *const binary[] = {"apt-cache", "show", package, NULL};
    struct text out = {0};
    struct text errors = {0};
    size_t count = 0;
    char *rest;

    *offers = NULL;
    if (kind != APT_SYSTEM && prepare(kind) != 0)
        return 0;
    (void)apt_run(kind, kind == APT_SOURCE ? source : binary, NULL, &out,
                  &errors);
    rest = out.data;
    while (rest != NULL && *rest != '\0') {
        char *end = strstr(rest, "\n\n");
        struct apt_offer offer;
        bool seen = false;

        if (end != NULL)
            *end = '\0';
        parse_offer(rest, package, &offer);
        rest = end != NULL ? end + 2 : NULL;
        for (size_t i = 0; offer.version != NULL && i < count; i++)
            seen = seen || strcmp((*offers)[i].version, offer.version) == 0;
        if (offer.version == NULL || seen) {
            apt_offer_free(&offer);
            continue;
        }
        *offers = xrealloc(*offers, count + 1, sizeof **offers);
        (*offers)[count++] = offer;
    }
    if (count > 1)
        qsort(*offers, count, sizeof **offers, compare_offers);
    text_free(&out);
    text_free(&errors);
    return count;
}

void apt_offers_free(struct apt_offer *offers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        apt_offer_free(&offers[i]);
    free(offers);
}

/* The last thing apt complains of, in one line and without the host. */
static char *complaint(const struct text *errors)
{
    struct strings line = {0};
    struct text out = {0};
    const char *said = "apt-get failed";

    if (errors->data != NULL)
        strings_add_split(&line, errors->data, "\n");
    for (size_t i = line.count; i-- > 0;)
        if (starts_with(line.item[i], "E: "))
            said = line.item[i] + 3;
    while (*said != '\0') {
        const char *host = strstr(said, "://");

        if (host == NULL || host[3] == '/') {
            text_add(&out, said);
            break;
        }
        text_add_bytes(&out, said, (size_t)(host - said));
        text_add(&out, "://...");
        said = host + 3 + strcspn(host + 3, "/ ");
    }
    strings_free(&line);
    return text_take(&out);
}

/* Part of a URI: %7e is ~. */
static char *decode(const char *uri, size_t len)
{
    struct text t = {0};

    for (size_t i = 0; i < len; i++) {
        unsigned int c = (unsigned char)uri[i];

        if (uri[i] == '%' && i + 2 < len && sscanf(uri + i + 1, "%2x", &c) == 1)
            i += 2;
        text_addf(&t, "%c", (int)c);
    }
    return text_take(&t);
}

/* A file that is not what the lists promise: its name and hash. */
static void find_mismatch(const char *said, struct apt_failure *failure)
{
    static const char received[] = "Hashes of received file:";
    const char *bad = strstr(said, "Hash Sum mismatch");
    const char *start = said;
    const char *end;

    if (bad == NULL)
        bad = strstr(said, "has unexpected size");
    if (bad == NULL)
        return;
    /* "E: Failed to fetch URI  Hash Sum mismatch" */
    for (const char *p = said;
         (p = strstr(p, "Failed to fetch ")) != NULL && p < bad; p++)
        start = p + strlen("Failed to fetch ");
    end = start + strcspn(start, " \n");
    while (end > start && end[-1] != '/')
        end--;
    failure->file = decode(end, strcspn(end, " \n"));
    start = strstr(bad, received);
    start = start != NULL ? strstr(start, "SHA256:") : NULL;
    failure->sha256 =
        start != NULL
            ? xstrndup(start + 7, strspn(start + 7, "0123456789abcdef"))
            : xstrdup("another size");
}

void apt_failure_free(struct apt_failure *failure)
{
    free(failure->why);
    free(failure->file);
    free(failure->sha256);
    *failure = (struct apt_failure){0};
}

int apt_download(enum apt_kind kind, const char *package, const char *version,
                 const char *dir, struct apt_failure *failure)
{
    char *what = xformat("%s=%s", package, version);
    const char *const source[] = {
        "apt-get",       "-qq", "source", "--download-only",
        "--only-source", what,  NULL};
    const char *const binary[] = {"apt-get", "-qq", "download", what, NULL};
    struct text errors = {0};
    int status = apt_run(kind, kind == APT_SOURCE ? source : binary, dir,
                         &errors, &errors);

    *failure = (struct apt_failure){0};
    if (status != 0) {
        failure->why = complaint(&errors);
        if (errors.data != NULL)
            find_mismatch(errors.data, failure);
    }
    text_free(&errors);
    free(what);
    return status == 0 ? 0 : -1;
}
