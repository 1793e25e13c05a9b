/* SPDX-License-Identifier: ISC */
/* fata sbom: a bill of materials of an image, as SPDX 2.3 in JSON.  The same
 * image gives the same document, to the byte. */
#define _GNU_SOURCE 1
#include "commands.h"
#include "licence.h"
#include "parts.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef FATA_VERSION
#define FATA_VERSION "0.1"
#endif

#define NOTHING   "NOASSERTION"
#define NAMESPACE "https://spdx.org/spdxdocs/fata/"

static void set(json_t *o, const char *key, const char *value)
{
    if (value != NULL && json_object_set_new(o, key, json_string(value)) != 0)
        stop(EXIT_FAILED, "`%s` is not text in UTF-8", key);
}

static const char *id_of(const char *name)
{
    char *id = format("SPDXRef-%s", name);
    for (char *p = id; *p != '\0'; p++)
        if (*p == '_')
            *p = '.';
    return id;
}

/* Of package URLs: all but letters, digits and .-_~ by their number. */
static const char *encoded(const char *text)
{
    struct buf t = {0};
    for (; *text != '\0'; text++)
        buf_add(&t,
                isalnum((unsigned char)*text) || strchr(".-_~", *text)
                    ? "%c"
                    : "%%%02X",
                (unsigned char)*text);
    return t.data;
}

/* SOURCE_DATE_EPOCH, else the beginning of time: a clock would make documents
 * of the same image different. */
static const char *created(void)
{
    const char *given = getenv("SOURCE_DATE_EPOCH");
    int64_t seconds = 0;
    char text[64];
    struct tm tm;
    if (given != NULL && (!parse_integer(given, &seconds) || seconds < 0))
        stop(EXIT_MISTAKE,
             "SOURCE_DATE_EPOCH is `%s`; it must be a whole "
             "number of seconds since 1970",
             given);
    time_t t = (time_t)seconds;
    if (gmtime_r(&t, &tm) == NULL || tm.tm_year > 8099)
        stop(EXIT_MISTAKE, "SOURCE_DATE_EPOCH is `%s`, which is no time",
             given);
    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
    return format("%s", text);
}

static json_t *checksum(const char *sha256)
{
    return json_pack("[{s:s, s:s}]", "algorithm", "SHA256", "checksumValue",
                     sha256);
}

static json_t *package(const char *id, const char *name, const char *version,
                       const char *licence, const char *purpose)
{
    json_t *p = json_object();
    set(p, "SPDXID", id);
    set(p, "name", name);
    set(p, "versionInfo", version);
    set(p, "downloadLocation", NOTHING);
    json_object_set_new(p, "filesAnalyzed", json_false());
    set(p, "licenseConcluded", licence != NULL ? licence : NOTHING);
    set(p, "licenseDeclared", licence != NULL ? licence : NOTHING);
    set(p, "copyrightText", NOTHING);
    set(p, "supplier", NOTHING);
    set(p, "primaryPackagePurpose", purpose);
    return p;
}

static void add_origin(json_t *o, const struct part *p)
{
    const struct pin *pin = &p->pin;
    const struct pin_file *original = part_original(p);
    struct buf files = {0};
    /* An upstream address gives the archive of this hash, or the port is none,
     * whichever form it came by. */
    LIST_FOR(struct form, f, p->unit->manifest->source)
    {
        if (f->url.text != NULL && !starts_with(f->url.text, "file:"))
            set(o, "downloadLocation", f->url.text);
    }
    if (original != NULL) {
        set(o, "packageFileName", original->name);
        json_object_set_new(o, "checksums", checksum(original->sha256));
    }
    if (pin->revision != NULL) {
        const char *vendor =
            strstr(pin->revision, "ubuntu") != NULL ? "ubuntu" : "debian";
        const char *arch =
            strcmp(pin->form, "debian") == 0 ? "?arch=source" : "";
        json_object_set_new(
            o, "externalRefs",
            json_pack(
                "[{s:s, s:s, s:o}]", "referenceCategory", "PACKAGE-MANAGER",
                "referenceType", "purl", "referenceLocator",
                json_string(format("pkg:deb/%s/%s@%s%s", vendor, pin->package,
                                   encoded(pin->revision), arch))));
        set(o, "sourceInfo",
            format("%s %s %s of the distribution",
                   strcmp(pin->form, "debian") == 0 ? "source package"
                                                    : "files of package",
                   pin->package, pin->revision));
    } else {
        set(o, "sourceInfo", "the upstream archive");
    }
    for (size_t i = 0; i < pin->file_count; i++)
        buf_add(&files, "%s%s SHA256 %s", i == 0 ? "" : "; ",
                pin->files[i].name, pin->files[i].sha256);
    set(o, "comment", format("made from: %s", files.data));
}

static json_t *part_package(const struct part *p)
{
    const struct manifest *m = p->unit != NULL ? p->unit->manifest : NULL;
    json_t *o = package(id_of(p->name), p->name, p->version, p->licence,
                        p->is_program ? "APPLICATION" : "LIBRARY");
    if (m != NULL && m->doc.text != NULL)
        set(o, "summary", m->doc.text);
    if (p->is_port)
        add_origin(o, p);
    else if (m == NULL)
        set(o, "summary", "what the compiler and the linker add to programs");
    return o;
}

static void relate(json_t *list, const char *from, const char *type,
                   const char *to)
{
    json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "spdxElementId",
                                          from, "relationshipType", type,
                                          "relatedSpdxElement", to));
}

static const struct part *part_of_unit(const struct parts *all,
                                       const struct unit *u)
{
    for (size_t i = 0; i < all->count; i++)
        if (all->part[i].unit == u)
            return &all->part[i];
    return NULL;
}

static json_t *relationships(const struct parts *all, const char *image)
{
    json_t *list = json_array();
    relate(list, "SPDXRef-DOCUMENT", "DESCRIBES", image);
    for (size_t i = 0; i < all->count; i++) {
        const struct part *p = &all->part[i];
        if (p->used)
            relate(list, image,
                   p->is_program ? "GENERATED_FROM" : "STATIC_LINK",
                   id_of(p->name));
    }
    for (size_t i = 0; i < all->count; i++) {
        const struct part *p = &all->part[i];
        for (size_t k = 0;
             p->used && p->unit != NULL && k < p->unit->need_count; k++) {
            const struct part *need = part_of_unit(all, p->unit->need[k]);
            if (need != NULL && need->used)
                relate(list, id_of(p->name), "DEPENDS_ON", id_of(need->name));
        }
    }
    return list;
}

/* Licences that SPDX does not list need their text in the document. */
static json_t *other_licences(const struct parts *all)
{
    json_t *list = json_array();
    struct vec told = {0};
    for (size_t i = 0; i < all->count; i++) {
        const struct part *p = &all->part[i];
        struct vec refs = {0};
        if (p->used && p->licence != NULL)
            refs = licence_refs(p->licence);
        for (size_t k = 0; k < refs.count; k++) {
            const char *text =
                p->texts.count != 0 ? slurp(p->texts.item[0], NULL) : NULL;
            if (!push_once(&told, refs.item[k]))
                continue;
            json_t *o = json_object();
            json_t *body = text != NULL ? json_string(text) : NULL;
            set(o, "licenseId", refs.item[k]);
            set(o, "name", refs.item[k] + strlen("LicenseRef-"));
            json_object_set_new(o, "extractedText",
                                body != NULL ? body : json_string(NOTHING));
            json_array_append_new(list, o);
        }
    }
    return list;
}

static json_t *document(const struct session *s, const struct parts *all)
{
    const struct build *b = all->b;
    const char *name = b->program->manifest->name.text;
    const char *path = image_path(s, b), *image = "SPDXRef-Image";
    const char *title = format("%s-%s", name, b->target->name);
    char sum[SHA256_TEXT];
    json_t *doc = json_object(), *packages = json_array();
    struct vec licences = {0};
    bool silent = false;
    if (sha256_file(path, sum) != 0)
        stop(EXIT_FAILED, "%s: %s", shown_path(path), strerror(errno));
    for (size_t i = 0; i < all->count; i++) {
        const struct part *p = &all->part[i];
        silent = silent || (p->used && p->licence == NULL);
        if (p->used && p->licence != NULL)
            push_once(&licences, strstr(p->licence, " OR ") != NULL
                                     ? format("(%s)", p->licence)
                                     : p->licence);
    }
    json_t *whole =
        package(image, format("%s for %s", name, b->target->name),
                b->program->manifest->version.text,
                silent ? NULL : join(&licences, " AND "), "APPLICATION");
    set(whole, "licenseDeclared", NOTHING);
    set(whole, "packageFileName", name);
    json_object_set_new(whole, "checksums", checksum(sum));
    json_array_append_new(packages, whole);
    for (size_t i = 0; i < all->count; i++)
        if (all->part[i].used)
            json_array_append_new(packages, part_package(&all->part[i]));
    json_t *others = other_licences(all);
    set(doc, "spdxVersion", "SPDX-2.3");
    set(doc, "dataLicense", "CC0-1.0");
    set(doc, "SPDXID", "SPDXRef-DOCUMENT");
    set(doc, "name", title);
    set(doc, "comment",
        "What is in the image by the linker's map; what a component requires "
        "and does not use is not in it.");
    json_object_set_new(doc, "creationInfo",
                        json_pack("{s:s, s:[s]}", "created", created(),
                                  "creators", "Tool: fata-" FATA_VERSION));
    json_object_set_new(doc, "packages", packages);
    json_object_set_new(doc, "relationships", relationships(all, image));
    if (json_array_size(others) != 0)
        json_object_set(doc, "hasExtractedLicensingInfos", others);
    json_decref(others);
    /* Of its own for each content, and for equal contents the same. */
    char *text = json_dumps(doc, JSON_SORT_KEYS | JSON_COMPACT);
    if (text == NULL)
        stop(EXIT_FAILED, "the document cannot be written");
    sha256_bytes(text, strlen(text), sum);
    free(text);
    set(doc, "documentNamespace", format(NAMESPACE "%s-%.32s", title, sum));
    return doc;
}

int cmd_sbom(const struct options *o)
{
    size_t count;
    const char *folder = only_folder(o);
    struct session *s = session_open(o, folder);
    struct build **builds = session_resolve(s, folder, &count);
    if (count != 1)
        stop(EXIT_MISTAKE, "a document is of one target; name it with -t");
    int status = session_build(s, builds, count);
    if (status != 0)
        return status;
    session_lock(s);
    json_t *doc = document(s, parts_of(s, builds[0]));
    session_unlock(s);
    char *text = json_dumps(doc, JSON_INDENT(2));
    json_decref(doc);
    if (text == NULL)
        stop(EXIT_FAILED, "the document cannot be written");
    const char *line = format("%s\n", text);
    free(text);
    if (o->output == NULL)
        fputs(line, stdout);
    else if (write_file(o->output, line, strlen(line)) != 0)
        stop(EXIT_FAILED, "cannot write %s: %s", o->output, strerror(errno));
    return 0;
}
