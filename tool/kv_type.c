/* SPDX-License-Identifier: ISC */
/* Media types by the ends of names (those that the IANA has registered). */
#include "kv.h"

#include <string.h>
#include <strings.h>

static const struct {
    const char *end, *type;
    bool packs; /* not compressed by its own format */
} types[] = {
    {"html", "text/html; charset=utf-8", true},
    {"htm", "text/html; charset=utf-8", true},
    {"css", "text/css; charset=utf-8", true},
    {"js", "text/javascript; charset=utf-8", true},
    {"mjs", "text/javascript; charset=utf-8", true},
    {"txt", "text/plain; charset=utf-8", true},
    {"md", "text/markdown; charset=utf-8", true},
    {"csv", "text/csv; charset=utf-8", true},
    {"xml", "application/xml", true},
    {"atom", "application/atom+xml", true},
    {"json", "application/json", true},
    {"map", "application/json", true},
    {"webmanifest", "application/manifest+json", true},
    {"wasm", "application/wasm", true},
    {"pdf", "application/pdf", false},
    {"zip", "application/zip", false},
    {"gz", "application/gzip", false},
    {"svg", "image/svg+xml", true},
    {"png", "image/png", false},
    {"jpg", "image/jpeg", false},
    {"jpeg", "image/jpeg", false},
    {"gif", "image/gif", false},
    {"webp", "image/webp", false},
    {"avif", "image/avif", false},
    {"ico", "image/vnd.microsoft.icon", true},
    {"woff2", "font/woff2", false},
    {"woff", "font/woff", false},
    {"ttf", "font/ttf", true},
    {"otf", "font/otf", true},
    {"mp3", "audio/mpeg", false},
    {"ogg", "audio/ogg", false},
    {"mp4", "video/mp4", false},
    {"webm", "video/webm", false},
};

const char *kv_media_type(const char *name, bool *packs)
{
    const char *dot = strrchr(name_of(name), '.');
    for (size_t i = 0; dot != NULL && i < sizeof(types) / sizeof(types[0]); i++)
        if (strcasecmp(dot + 1, types[i].end) == 0) {
            *packs = types[i].packs;
            return types[i].type;
        }
    *packs = false;
    return "application/octet-stream";
}
