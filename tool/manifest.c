/* SPDX-License-Identifier: ISC */
/* Reads a manifest: checks that the bytes are text, has libfyaml make a
 * document of them, finds out what kind of manifest it is; reader.c does the
 * rest. */
#include "reader.h"

#include <errno.h>
#include <string.h>

/* Which of the three kinds the document is; sets the name. */
static enum manifest_kind find_kind(const struct reader *r,
                                    struct fy_node *root)
{
    static const struct {
        const char *key;
        enum manifest_kind kind;
    } kinds[] = {{"component", KIND_COMPONENT},
                 {"unikernel", KIND_UNIKERNEL},
                 {"target", KIND_TARGET}};
    struct fy_node_pair *pair;
    void *iterator = NULL;
    struct word first = {0};
    enum manifest_kind kind = KIND_ALL;
    if (root == NULL || fy_node_get_type(root) != FYNT_MAPPING)
        mistake(node_mark(r, root, (struct mark){r->path, 1, 1}),
                "the manifest is %s; it must be a group of keys, the first "
                "`unikernel: NAME` or `component: NAME`",
                what_is(root));
    while ((pair = fy_node_mapping_iterate(root, &iterator)) != NULL) {
        struct word w = pair_name(r, pair, (struct mark){r->path, 1, 1});
        for (int i = 0; i < 3; i++) {
            if (strcmp(w.text, kinds[i].key) != 0)
                continue;
            if (first.text != NULL && strcmp(first.text, w.text) != 0)
                mistake(w.mark,
                        "the manifest is a %s (line %d) and a %s; keep one of "
                        "them",
                        first.text, first.mark.line, w.text);
            first = w;
            kind = kinds[i].kind;
        }
    }
    if (first.text == NULL) {
        struct vec names = {0};
        for (int i = 0; i < 3; i++)
            push(&names, kinds[i].key);
        iterator = NULL;
        pair = fy_node_mapping_iterate(root, &iterator);
        struct word w = {"", {r->path, 1, 1}};
        if (pair != NULL)
            w = pair_name(r, pair, w.mark);
        if (nearest(w.text, &names) != NULL)
            mistake(w.mark, "unknown key `%.40s`%s", w.text,
                    suggest(w.text, &names, ""));
        mistake(w.mark, "the manifest does not say what it is; begin it with "
                        "`unikernel: NAME` or `component: NAME`");
    }
    return kind;
}

/* The YAML library is given text only: it need not cope with the rest. */
static void check_text(const char *path, const char *data, size_t size)
{
    int line = 1, column = 1;
    if (size > 1 << 20)
        mistake((struct mark){path, 1, 1},
                "the manifest is larger than 1 MiB; make it smaller");
    for (size_t i = 0; i < size; column++) {
        unsigned char c = (unsigned char)data[i];
        size_t more = 0;
        bool good = true;
        if (c < 0x80)
            good = (c >= 0x20 && c != 0x7f) || c == '\n' || c == '\t' ||
                   (c == '\r' && i + 1 < size && data[i + 1] == '\n');
        else if (c >= 0xc2 && c < 0xe0)
            more = 1;
        else if (c >= 0xe0 && c < 0xf0)
            more = 2;
        else if (c >= 0xf0 && c < 0xf5)
            more = 3;
        else
            good = false;
        for (size_t j = 1; j <= more && good; j++)
            good = i + j < size && ((unsigned char)data[i + j] & 0xc0) == 0x80;
        /* surrogates, overlong forms, beyond Unicode, line separators, BOM */
        if (good && more >= 2) {
            unsigned char d = (unsigned char)data[i + 1];
            good = !(c == 0xe0 && d < 0xa0) && !(c == 0xed && d >= 0xa0) &&
                   !(c == 0xf0 && d < 0x90) && !(c == 0xf4 && d >= 0x90) &&
                   !(c == 0xe2 && d == 0x80 &&
                     ((unsigned char)data[i + 2] & 0xfe) == 0xa8) &&
                   !(c == 0xef && d >= 0xbb);
        }
        if (good && c == 0xc2)
            good = (unsigned char)data[i + 1] >= 0xa0;
        if (!good)
            mistake((struct mark){path, line, column},
                    "byte 0x%02x is not text; write the manifest in UTF-8", c);
        if (c == '\n') {
            line++;
            column = 0;
        }
        i += 1 + more;
    }
}

/* A line of three dashes or dots stands between documents, wherever it is. */
static bool is_marker(const char *line, size_t size, char c)
{
    return size >= 3 && line[0] == c && line[1] == c && line[2] == c &&
           (size == 3 || strchr(" \t\r", line[3]) != NULL);
}

/* The YAML library reads the first document and no further. */
static void check_one_document(const char *path, const char *data, size_t size)
{
    bool begun = false, ended = false;
    size_t next;
    int line = 1;
    for (size_t i = 0; i < size; i = next + 1, line++) {
        const char *end = memchr(data + i, '\n', size - i);
        size_t blank;
        next = end != NULL ? (size_t)(end - data) : size;
        bool starts = is_marker(data + i, next - i, '-');
        for (blank = i; blank < next && strchr(" \t\r", data[blank]) != NULL;)
            blank++;
        if (is_marker(data + i, next - i, '.')) {
            ended = begun;
        } else if (starts || (blank < next && data[blank] != '#' &&
                              (begun || data[i] != '%'))) {
            if (begun && (starts || ended))
                mistake((struct mark){path, line, 1},
                        "a second YAML document begins here; a manifest is "
                        "one: make it a file of its own");
            begun = true;
        }
    }
}

/* Of the parse under way, so that one that ended early can be released. */
static struct fy_document *document;
static struct fy_diag *diagnostics;

void manifest_release(void)
{
    fy_document_destroy(document);
    if (diagnostics != NULL)
        fy_diag_destroy(diagnostics);
    document = NULL;
    diagnostics = NULL;
}

struct manifest *manifest_parse(const char *path, const char *data, size_t size)
{
    struct reader r = {path, KIND_ALL};
    struct manifest *m = pool_alloc(sizeof(*m));
    check_text(path, data, size);
    check_one_document(path, data, size);
    struct fy_diag_cfg diag_cfg;
    fy_diag_cfg_default(&diag_cfg);
    diag_cfg.fp = NULL;
    diag_cfg.colorize = false;
    manifest_release();
    diagnostics = fy_diag_create(&diag_cfg);
    if (diagnostics == NULL)
        stop(EXIT_FAILED, "out of memory");
    fy_diag_set_collect_errors(diagnostics, true);
    struct fy_parse_cfg cfg = {
        .flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_DISABLE_RECYCLING |
                 FYPCF_ALLOW_DUPLICATE_KEYS | FYPCF_JSON_NONE |
                 FYPCF_DEFAULT_VERSION_1_2,
        .diag = diagnostics,
    };
    document = fy_document_build_from_string(&cfg, data, size);
    if (document == NULL) {
        void *iterator = NULL;
        struct fy_diag_error *e =
            fy_diag_errors_iterate(diagnostics, &iterator);
        struct mark at = {path, 1, 1};
        const char *what = "it is empty";
        if (e != NULL) {
            at.line = e->line > 0 ? e->line : 1;
            at.column = e->column > 0 ? e->column : 1;
            what = e->msg != NULL ? format("%s", e->msg) : "unreadable";
        }
        mistake(at, "this is not YAML (%s); correct it", what);
    }
    struct fy_node *root = fy_document_root(document);
    r.kind = find_kind(&r, root);
    read_group(&r, IN_MANIFEST, m, root, "manifest", (struct mark){path, 1, 1});
    manifest_release();
    m->kind = r.kind;
    m->name = m->kind == KIND_COMPONENT   ? m->component
              : m->kind == KIND_UNIKERNEL ? m->unikernel
                                          : m->target;
    m->path = path;
    m->folder = folder_of(path);
    return m;
}

struct manifest *manifest_read(const char *path)
{
    size_t size;
    const char *data = slurp(path, &size);
    if (data == NULL)
        stop(EXIT_MISTAKE, "cannot read %s: %s", shown_path(path),
             strerror(errno));
    return manifest_parse(path, data, size);
}
