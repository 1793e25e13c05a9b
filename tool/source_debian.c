/* SPDX-License-Identifier: ISC */
/* The forms `debian` (a source package: the original archive and the
 * distribution's patches) and `debian-binary` (files out of a package).
 *
 * Which revision: the pinned one, by fresh lists if need be; else, unless
 * frozen, the others on offer that are made from the same original archive,
 * newest first. */
#define _GNU_SOURCE 1
#include "source.h"
#include "source_apt.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

/* Fetches one offer: 0 and *pin, or -1 and a reason added. */
typedef int fetch_fn(const struct source_try *t, enum apt_kind kind,
                     const struct apt_offer *offer, struct pin *pin);

/* Is the offer made from the manifest's original archive? */
static bool same_original(const struct source_try *t,
                          const struct apt_offer *offer)
{
    if (t->form->kind == PORT_DEBIAN_BINARY)
        return apt_version_is(offer->version, t->port->version);
    for (size_t i = 0; i < offer->file_count; i++)
        if (strcmp(offer->files[i].sha256, t->port->sha256) == 0)
            return true;
    return false;
}

static bool is_wanted(const struct source_try *t, const struct apt_offer *offer)
{
    return t->want == NULL || strcmp(offer->version, t->want->revision) == 0;
}

/* The offers that could do; `others` gets the versions of those that not. */
static size_t find_offers(const struct source_try *t, enum apt_kind kind,
                          struct apt_offer **offers, struct text *others)
{
    size_t count = apt_offers(kind, t->form->what, offers);
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        struct apt_offer offer = (*offers)[i];

        if (same_original(t, &offer)) {
            (*offers)[kept++] = offer;
            continue;
        }
        text_addf(others, "%s%s", others->len > 0 ? ", " : "", offer.version);
        apt_offer_free(&offer);
    }
    return kept;
}

/* The pinned one, or the first; 1: none of these is it. */
static int try_best(const struct source_try *t, enum apt_kind kind,
                    const struct apt_offer *offers, size_t count,
                    fetch_fn *fetch, struct pin *pin)
{
    for (size_t i = 0; i < count; i++)
        if (is_wanted(t, &offers[i]))
            return fetch(t, kind, &offers[i], pin);
    return 1;
}

static int try_others(const struct source_try *t, enum apt_kind kind,
                      const struct apt_offer *offers, size_t count,
                      fetch_fn *fetch, struct pin *pin)
{
    bool best_was_tried = false;

    for (size_t i = 0; i < count; i++) {
        if (is_wanted(t, &offers[i]) && !best_was_tried) {
            best_was_tried = true;
            continue;
        }
        if (fetch(t, kind, &offers[i], pin) == 0)
            return 0;
    }
    return -1;
}

static int choose(const struct source_try *t, fetch_fn *fetch, struct pin *pin)
{
    /* Binary packages: the machine's own lists save fetching ours. */
    bool binary = t->form->kind == PORT_DEBIAN_BINARY;
    enum apt_kind kind = binary && !t->update ? APT_SYSTEM
                         : binary             ? APT_BINARY
                                              : APT_SOURCE;
    struct text others = {0};
    struct apt_offer *offers;
    size_t reasons = t->why->len;
    const char *why;
    size_t count;
    int err;

    if (!apt_is_here(&why)) {
        source_because(t, "%s", why);
        return -1;
    }
    if (t->update)
        apt_update(kind);
    count = find_offers(t, kind, &offers, &others);
    err = try_best(t, kind, offers, count, fetch, pin);
    if (err != 0 && (kind == APT_SYSTEM || apt_update(kind))) {
        if (kind == APT_SYSTEM) {
            kind = APT_BINARY;
            apt_update(kind);
        }
        apt_offers_free(offers, count);
        text_free(&others);
        text_cut(t->why, reasons);
        count = find_offers(t, kind, &offers, &others);
        err = try_best(t, kind, offers, count, fetch, pin);
    }
    if (err != 0 && !t->only_want)
        err = try_others(t, kind, offers, count, fetch, pin);
    if (err != 0 && t->only_want && t->why->len == reasons)
        source_because(t, "revision %s is not on offer (--frozen)",
                       t->want->revision);
    else if (err != 0 && others.len > 0)
        source_because(t, "offers %s, made from another original archive",
                       others.data);
    else if (err != 0 && t->why->len == reasons)
        source_because(t, "not in this machine's package sources");
    text_free(&others);
    apt_offers_free(offers, count);
    return err == 0 ? 0 : -1;
}

/* A pinned revision has pinned contents. */
static bool contents_fit(const struct source_try *t,
                         const struct apt_offer *offer, const struct pin *pin)
{
    char want[SHA256_TEXT];
    char have[SHA256_TEXT];

    if (t->want == NULL || strcmp(offer->version, t->want->revision) != 0)
        return true;
    pin_id(t->want, want);
    pin_id(pin, have);
    if (strcmp(want, have) == 0)
        return true;
    for (size_t i = 0; i < t->want->file_count; i++)
        for (size_t k = 0; k < pin->file_count; k++)
            if (strcmp(t->want->files[i].name, pin->files[k].name) == 0 &&
                strcmp(t->want->files[i].sha256, pin->files[k].sha256) != 0)
                msg_error(
                    "%s: %s is refused: fata.lock pins another file of "
                    "this name\n  expected SHA-256 %s\n  found            "
                    "%s",
                    t->port->name, pin->files[k].name, t->want->files[i].sha256,
                    pin->files[k].sha256);
    source_because(t, "%s is not what fata.lock pins", offer->version);
    return false;
}

/* apt did not deliver: says why. */
static void explain(const struct source_try *t, const struct apt_offer *offer,
                    struct apt_failure *failure)
{
    const char *expected = NULL;

    for (size_t i = 0; failure->file != NULL && i < offer->file_count; i++)
        if (strcmp(offer->files[i].name, failure->file) == 0)
            expected = offer->files[i].sha256;
    if (expected != NULL)
        archive_refused(t->port->name, failure->file, expected,
                        failure->sha256);
    source_because(t, "%s: %s", offer->version,
                   expected != NULL ? "refused, see above" : failure->why);
    apt_failure_free(failure);
}

static int fetch_source(const struct source_try *t, enum apt_kind kind,
                        const struct apt_offer *offer, struct pin *pin)
{
    struct apt_failure failure;
    int err = 0;

    source_start_pin(t, "debian", offer->version, pin);
    for (size_t i = 0; i < offer->file_count; i++)
        pin_add_file(pin, offer->files[i].name, offer->files[i].sha256);
    pin_sort(pin);
    if (!contents_fit(t, offer, pin))
        goto fail;
    msg_note("%s %s: fetching the source package %s %s", t->port->name,
             t->port->version, t->form->what, offer->version);
    if (remove_tree(t->tmp) != 0 || make_dirs(t->tmp) != 0) {
        source_because(t, "%s: %s", t->tmp, strerror(errno));
        goto fail;
    }
    if (apt_download(kind, t->form->what, offer->version, t->tmp, &failure) !=
        0) {
        explain(t, offer, &failure);
        goto fail;
    }
    for (size_t i = 0; err == 0 && i < pin->file_count; i++) {
        char *path = path_join(t->tmp, pin->files[i].name);

        err = archive_put(t->port->name, path, pin->files[i].name,
                          pin->files[i].sha256);
        free(path);
    }
    if (err == 0)
        return 0;
    source_because(t, "%s: refused, see above", offer->version);
fail:
    pin_free(pin);
    return -1;
}

int source_from_debian(const struct source_try *t, struct pin *pin)
{
    return choose(t, fetch_source, pin);
}

/* Pins the members of an unpacked package that the port lists. */
static int pin_members(const struct source_try *t, const char *root,
                       struct pin *pin)
{
    struct strings files = {0};
    int err = list_tree(root, &files);

    for (size_t k = 0;
         err == 0 && t->form->files != NULL && t->form->files[k] != NULL; k++) {
        size_t before = pin->file_count;

        for (size_t i = 0; err == 0 && i < files.count; i++) {
            char sha256[SHA256_TEXT];
            char *path;

            if (fnmatch(t->form->files[k], files.item[i], FNM_PATHNAME) != 0)
                continue;
            path = path_join(root, files.item[i]);
            err = sha256_file(path, sha256);
            if (err == 0) {
                pin_add_file(pin, files.item[i], sha256);
                err = archive_put(t->port->name, path, files.item[i], sha256);
            }
            free(path);
        }
        if (err == 0 && pin->file_count == before) {
            source_because(t, "the package has no file %s", t->form->files[k]);
            err = -1;
        }
    }
    pin_sort(pin);
    strings_free(&files);
    return err;
}

/* A port that has no other form has no original archive: its `sha256` is that
 * of what sha256sum prints for its files, in the order of their names. */
static int check_members(const struct source_try *t, const struct pin *pin)
{
    struct text lines = {0};
    char found[SHA256_TEXT];

    if (t->port->form_count > 1)
        return 0;
    for (size_t i = 0; i < pin->file_count; i++)
        text_addf(&lines, "%s  %s\n", pin->files[i].sha256, pin->files[i].name);
    sha256_bytes(lines.data, lines.len, found);
    text_free(&lines);
    if (strcmp(found, t->port->sha256) == 0)
        return 0;
    archive_refused(t->port->name, "the list of its files", t->port->sha256,
                    found);
    source_because(t, "%s: refused, see above", pin->revision);
    return -1;
}

/* The package that apt put into t->tmp, checked and unpacked into `root`. */
static int unpack_package(const struct source_try *t,
                          const struct apt_offer *offer, const char *root)
{
    struct strings names = {0};
    struct text said = {0};
    char *package = NULL;
    char found[SHA256_TEXT] = "";
    int err = -1;

    (void)list_dir(t->tmp, &names);
    for (size_t i = 0; package == NULL && i < names.count; i++)
        if (ends_with(names.item[i], ".deb"))
            package = path_join(t->tmp, names.item[i]);
    if (package == NULL || sha256_file(package, found) != 0) {
        source_because(t, "%s: apt-get left no package", offer->version);
    } else if (strcmp(found, offer->files[0].sha256) != 0) {
        archive_refused(t->port->name, path_base(package),
                        offer->files[0].sha256, found);
        source_because(t, "%s: refused, see above", offer->version);
    } else {
        const char *const argv[] = {"dpkg-deb", "-x", package, root, NULL};

        err = command_run(&(struct command){.argv = argv,
                                            .capture = &said,
                                            .errors = &said}) == 0
                  ? 0
                  : -1;
        if (err != 0)
            source_because(t, "%s: dpkg-deb cannot unpack it", offer->version);
    }
    text_free(&said);
    strings_free(&names);
    free(package);
    return err;
}

static int fetch_binary(const struct source_try *t, enum apt_kind kind,
                        const struct apt_offer *offer, struct pin *pin)
{
    char *root = path_join(t->tmp, "root");
    struct apt_failure failure;
    int err = -1;

    source_start_pin(t, "debian-binary", offer->version, pin);
    msg_note("%s %s: fetching the package %s %s", t->port->name,
             t->port->version, t->form->what, offer->version);
    if (remove_tree(t->tmp) != 0 || make_dirs(root) != 0) {
        source_because(t, "%s: %s", t->tmp, strerror(errno));
    } else if (apt_download(kind, t->form->what, offer->version, t->tmp,
                            &failure) != 0) {
        explain(t, offer, &failure);
    } else {
        err = unpack_package(t, offer, root);
        if (err == 0)
            err = pin_members(t, root, pin);
        if (err == 0)
            err = check_members(t, pin);
        if (err == 0 && !contents_fit(t, offer, pin))
            err = -1;
    }
    if (err != 0)
        pin_free(pin);
    free(root);
    return err;
}

int source_from_binary(const struct source_try *t, struct pin *pin)
{
    return choose(t, fetch_binary, pin);
}
