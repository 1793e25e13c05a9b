/* SPDX-License-Identifier: ISC */
/* The machine's package sources (sources.list, *.list, *.sources), turned into
 * entries for source packages or binary packages; options and keys stay. */
#define _GNU_SOURCE 1
#include "source_apt.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *apt_field(const char *line, const char *name)
{
    size_t len = strlen(name);

    if (strncasecmp(line, name, len) != 0 || line[len] != ':')
        return NULL;
    return line + len + 1 + strspn(line + len + 1, " \t");
}

/* "deb [options] uri suite component..." of sources.list: ours, or nothing. */
static void convert_line(const char *line, enum apt_kind kind,
                         struct strings *lines)
{
    char *text = xstrndup(line, strcspn(line, "#"));
    struct strings word = {0};
    struct text out = {0};

    strings_add_split(&word, text, " \t\r");
    free(text);
    if (word.count >= 3 &&
        (strcmp(word.item[0], "deb") == 0 ||
         (strcmp(word.item[0], "deb-src") == 0 && kind == APT_SOURCE))) {
        text_add(&out, kind == APT_SOURCE ? "deb-src" : "deb");
        for (size_t i = 1; i < word.count; i++)
            text_addf(&out, " %s", word.item[i]);
        if (!strings_have(lines, out.data) &&
            strstr(out.data, " cdrom:") == NULL)
            strings_add(lines, out.data);
    }
    text_free(&out);
    strings_free(&word);
}

static void convert_list(const char *text, enum apt_kind kind,
                         struct strings *lines)
{
    struct strings line = {0};

    strings_add_split(&line, text, "\n");
    for (size_t i = 0; i < line.count; i++)
        convert_line(line.item[i], kind, lines);
    strings_free(&line);
}

static bool has_word(const char *text, const char *word)
{
    struct strings words = {0};
    bool found;

    strings_add_split(&words, text, " \t\r");
    found = strings_have(&words, word);
    strings_free(&words);
    return found;
}

/* One paragraph of a .sources file (lines from..to-1): ours, or nothing. */
static void convert_paragraph(const struct strings *line, size_t from,
                              size_t to, enum apt_kind kind,
                              struct strings *paragraphs)
{
    struct text out = {0};
    bool wanted = false;

    text_addf(&out, "Types: %s\n", kind == APT_SOURCE ? "deb-src" : "deb");
    for (size_t i = from; i < to; i++) {
        const char *types = apt_field(line->item[i], "Types");
        const char *enabled = apt_field(line->item[i], "Enabled");

        if (enabled != NULL &&
            (has_word(enabled, "no") || has_word(enabled, "false"))) {
            wanted = false;
            break;
        }
        if (types != NULL)
            wanted = has_word(types, "deb") ||
                     (kind == APT_SOURCE && has_word(types, "deb-src"));
        else if (line->item[i][0] != '#')
            text_addf(&out, "%s\n", line->item[i]);
    }
    if (wanted && !strings_have(paragraphs, out.data))
        strings_add(paragraphs, out.data);
    text_free(&out);
}

static void convert_sources(char *text, enum apt_kind kind,
                            struct strings *paragraphs)
{
    struct strings line = {0};
    size_t from = 0;

    while (text != NULL)
        strings_add(&line, strsep(&text, "\n"));
    for (size_t i = 0; i <= line.count; i++) {
        if (i < line.count && line.item[i][strspn(line.item[i], " \t\r")] != 0)
            continue;
        if (i > from)
            convert_paragraph(&line, from, i, kind, paragraphs);
        from = i + 1;
    }
    strings_free(&line);
}

/* Where the machine keeps its package sources: apt-config knows. */
static char *apt_setting(const char *item)
{
    const char *const argv[] = {"apt-config", "shell", "X", item, NULL};
    const char *const env[] = {"LC_ALL=C", NULL};
    struct text out = {0};
    char *value = NULL;

    if (command_run(&(
            struct command){.argv = argv, .env = env, .capture = &out}) == 0 &&
        out.data != NULL && starts_with(out.data, "X='")) {
        char *end = strrchr(out.data, '\'');

        if (end > out.data + 3)
            value = xstrndup(out.data + 3, (size_t)(end - out.data - 3));
    }
    text_free(&out);
    return value;
}

void apt_read_machine(enum apt_kind kind, struct strings *lines,
                      struct strings *paragraphs)
{
    char *list = apt_setting("Dir::Etc::sourcelist/f");
    char *parts = apt_setting("Dir::Etc::sourceparts/d");
    char *text = list != NULL ? read_file(list, NULL) : NULL;
    struct strings names = {0};

    if (text != NULL)
        convert_list(text, kind, lines);
    free(text);
    if (parts != NULL)
        (void)list_dir(parts, &names);
    for (size_t i = 0; i < names.count; i++) {
        char *path = path_join(parts, names.item[i]);

        text = read_file(path, NULL);
        if (text != NULL && ends_with(path, ".list"))
            convert_list(text, kind, lines);
        else if (text != NULL && ends_with(path, ".sources"))
            convert_sources(text, kind, paragraphs);
        free(text);
        free(path);
    }
    strings_free(&names);
    free(list);
    free(parts);
}
