/* SPDX-License-Identifier: ISC */
/* The form `url`: an upstream archive, by curl or wget; file: by itself. */
#define _GNU_SOURCE 1
#include "source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The last line a program said, for a message of one line. */
static const char *last_line(struct text *said)
{
    while (said->len > 0 && said->data[said->len - 1] == '\n')
        said->data[--said->len] = '\0';
    if (said->len == 0)
        return "failed";
    {
        const char *line = strrchr(said->data, '\n');

        return line != NULL ? line + 1 : said->data;
    }
}

static int download(const struct source_try *t, const char *to)
{
    const char *const curl[] = {"curl",
                                "-fsSL",
                                "--proto",
                                "=http,https",
                                "--retry",
                                "3",
                                "--retry-delay",
                                "1",
                                "--connect-timeout",
                                "20",
                                "-o",
                                to,
                                t->form->what,
                                NULL};
    const char *const wget[] = {"wget", "-nv", "--tries=3",   "--timeout=20",
                                "-O",   to,    t->form->what, NULL};
    char *have_curl = path_program("curl");
    char *have_wget = path_program("wget");
    struct text said = {0};
    int err = -1;

    if (have_curl == NULL && have_wget == NULL)
        source_because(t, "neither curl nor wget is installed");
    else
        err = command_run(
            &(struct command){.argv = have_curl != NULL ? curl : wget,
                              .capture = &said,
                              .errors = &said});
    if (err > 0)
        source_because(t, "%s", last_line(&said));
    text_free(&said);
    free(have_curl);
    free(have_wget);
    return err == 0 ? 0 : -1;
}

/* Last part of the address, or NULL if it cannot be a file's name. */
static char *file_name(const char *url)
{
    const char *end = url + strcspn(url, "?#");
    const char *start = end;

    while (start > url && start[-1] != '/')
        start--;
    if (start == end || start[0] == '.' || start[0] == '-')
        return NULL;
    return xstrndup(start, (size_t)(end - start));
}

int source_from_url(const struct source_try *t, struct pin *pin)
{
    const char *url = t->form->what;
    char *name = file_name(url);
    char *to = NULL;
    int err = -1;

    if (name == NULL) {
        source_because(t, "the address names no file");
        return -1;
    }
    if (starts_with(url, "file://")) {
        to = xstrdup(url + strlen("file://"));
        err = path_exists(to) ? 0 : -1;
        if (err != 0)
            source_because(t, "%s", strerror(errno));
    } else if (starts_with(url, "http://") || starts_with(url, "https://")) {
        msg_note("%s %s: fetching %s", t->port->name, t->port->version, url);
        to = path_join(t->tmp, name);
        err = download(t, to);
    } else {
        source_because(t, "not an https:, http: or file: address");
    }
    if (err == 0) {
        err = archive_put(t->port->name, to, name, t->port->sha256);
        if (err != 0)
            source_because(t, "refused, see above");
    }
    if (err == 0) {
        source_start_pin(t, "url", NULL, pin);
        pin_add_file(pin, name, t->port->sha256);
    }
    free(name);
    free(to);
    return err;
}
