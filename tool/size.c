/* SPDX-License-Identifier: ISC */
/* Bytes by component: the linker's map says which object each piece comes from,
 * the image's section headers what it is in the file. */
#define _GNU_SOURCE 1
#include "size.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *const size_kinds[SIZE_KINDS] = {"text", "rodata", "data", "bss"};

/* A section of the image. */
struct output {
    const char *name;
    uint64_t address, size;
    int kind;
    bool loaded;
};

struct measure {
    const struct session *s;
    const struct link *link;
    struct sizes *z;
    struct output *output;
    size_t outputs;
};

/* Runs the link of this build with -Map, and returns the map. */
static const char *link_map(const struct session *s, const struct build *b,
                            const struct link *l)
{
    const char *map = format("%s.map", image_path(s, b));
    const char *image = format("%s.mapped", image_path(s, b));
    struct vec line = {0};
    push_all(&line, l->line.item);
    push(&line, format("-Wl,-Map=%s", map));
    push(&line, "-o");
    push(&line, image);
    for (size_t i = 0; i < l->count; i++)
        if (ends_with(l->input[i].path, ".o"))
            push(&line, seen(s, l->input[i].path));
    push_all(&line, l->tail.item);
    struct text said = {0};
    const char *const env[] = {"LC_ALL=C", NULL};
    struct command link = {.argv = line.item,
                           .cwd = s->project,
                           .env = env,
                           .capture = &said,
                           .errors = &said};
    int status = command_run(&link);
    const char *text = status == 0 ? slurp(map, NULL) : NULL;
    unlink(map);
    unlink(image);
    if (text == NULL)
        stop(EXIT_FAILED, "the linker makes no map: %s",
             said.data != NULL ? said.data : strerror(errno));
    text_free(&said);
    return text;
}

static int kind_of(const GElf_Shdr *h)
{
    if (h->sh_type == SHT_NOBITS)
        return SIZE_BSS;
    if ((h->sh_flags & SHF_EXECINSTR) != 0)
        return SIZE_TEXT;
    return (h->sh_flags & SHF_WRITE) != 0 ? SIZE_DATA : SIZE_RODATA;
}

static void read_sections(struct measure *m, Elf *elf)
{
    size_t strings;
    Elf_Scn *scn = NULL;
    if (elf_getshdrstrndx(elf, &strings) != 0)
        stop(EXIT_FAILED, "the image has no sections");
    while ((scn = elf_nextscn(elf, scn)) != NULL) {
        GElf_Shdr h;
        if (gelf_getshdr(scn, &h) == NULL)
            continue;
        const char *name = elf_strptr(elf, strings, h.sh_name);
        m->output = pool_grow(m->output, m->outputs, sizeof(*m->output));
        m->output[m->outputs++] =
            (struct output){.name = format("%s", name != NULL ? name : ""),
                            .address = h.sh_addr,
                            .size = h.sh_size,
                            .kind = kind_of(&h),
                            .loaded = (h.sh_flags & SHF_ALLOC) != 0};
    }
}

static const char *owner_of(const struct measure *m, const char *path)
{
    const char *full = path_of(m->s->project, path);
    for (size_t i = 0; i < m->link->count; i++)
        if (strcmp(m->link->input[i].path, full) == 0)
            return m->link->input[i].owner;
    return "toolchain"; /* libgcc, start files, what the linker makes */
}

static void add_piece(struct measure *m, const struct output *o,
                      uint64_t address, uint64_t size, const char *file)
{
    struct sizes *z = m->z;
    size_t n = strlen(file);
    const char *open = n > 0 && file[n - 1] == ')' ? strrchr(file, '(') : NULL;
    const char *path =
        open != NULL ? pool_copy(file, (size_t)(open - file)) : file;
    if (strcmp(o->name, ".stacks") == 0) {
        z->stacks += size;
        return;
    }
    z->piece = pool_grow(z->piece, z->pieces, sizeof(*z->piece));
    z->piece[z->pieces++] = (struct size_piece){
        .address = address,
        .size = size,
        .kind = o->kind,
        .component = owner_of(m, path),
        .object = format("%s%s", name_of(path), open != NULL ? open : "")};
}

/* Lines of the map: an output section begins in column 0, a piece in column 1;
 * a name that is too long has the rest in the next line. */
static void read_map(struct measure *m, const char *map)
{
    const char *p = strstr(map, "\nLinker script and memory map");
    const struct output *o = NULL;
    bool piece = false;
    while (p != NULL && *p != '\0') {
        size_t n = strcspn(p, "\n");
        const char *line = pool_copy(p, n);
        unsigned long long address, size;
        int used = 0;
        p += n;
        p += *p == '\n';
        const char *rest = line;
        if (line[0] != ' ' && line[0] != '\0') {
            size_t name = strcspn(line, " ");
            o = NULL;
            for (size_t i = 0; i < m->outputs; i++)
                if (m->output[i].loaded && strlen(m->output[i].name) == name &&
                    strncmp(m->output[i].name, line, name) == 0)
                    o = &m->output[i];
            piece = false;
            continue;
        }
        if (line[0] == ' ' && line[1] != ' ' && line[1] != '\0') {
            piece = line[1] != '*';
            rest = line + 1 + strcspn(line + 1, " ");
        }
        if (o == NULL || !piece ||
            sscanf(rest, " 0x%llx 0x%llx %n", &address, &size, &used) < 2 ||
            used == 0 || rest[used] == '\0')
            continue;
        if (size != 0 && address >= o->address &&
            size <= o->size - (address - o->address))
            add_piece(m, o, address, size, rest + used);
        piece = false;
    }
}

static int by_address(const void *a, const void *b)
{
    const struct size_piece *x = a, *y = b;
    return (x->address > y->address) - (x->address < y->address);
}

static int by_size(const void *a, const void *b)
{
    const struct size_symbol *x = a, *y = b;
    if (x->size != y->size)
        return x->size < y->size ? 1 : -1;
    return strcmp(x->name, y->name);
}

static int by_file(const void *a, const void *b)
{
    const struct size_component *x = a, *y = b;
    uint64_t p = x->file * 2 + (x->bytes[SIZE_BSS] != 0);
    uint64_t q = y->file * 2 + (y->bytes[SIZE_BSS] != 0);
    if (p != q)
        return p < q ? 1 : -1;
    return strcmp(x->name, y->name);
}

static const struct size_piece *piece_at(const struct sizes *z,
                                         uint64_t address)
{
    size_t low = 0, high = z->pieces;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (z->piece[middle].address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    /* .tbss has addresses of what follows it: look a little further back. */
    for (size_t i = low; i-- > 0 && low - i < 8;)
        if (address - z->piece[i].address < z->piece[i].size)
            return &z->piece[i];
    return NULL;
}

static void read_symbols(struct sizes *z, Elf *elf)
{
    Elf_Scn *scn = NULL;
    while ((scn = elf_nextscn(elf, scn)) != NULL) {
        GElf_Shdr h;
        if (gelf_getshdr(scn, &h) == NULL || h.sh_type != SHT_SYMTAB)
            continue;
        Elf_Data *data = elf_getdata(scn, NULL);
        GElf_Sym sym;
        for (int i = 1; data != NULL && gelf_getsym(data, i, &sym) != NULL;
             i++) {
            int type = GELF_ST_TYPE(sym.st_info);
            const char *name = elf_strptr(elf, h.sh_link, sym.st_name);
            const struct size_piece *piece = piece_at(z, sym.st_value);
            if ((type != STT_FUNC && type != STT_OBJECT) || name == NULL ||
                sym.st_size == 0 || piece == NULL)
                continue;
            z->symbol = pool_grow(z->symbol, z->symbols, sizeof(*z->symbol));
            z->symbol[z->symbols++] = (struct size_symbol){
                format("%s", name), sym.st_value, sym.st_size, piece};
        }
    }
    qsort(z->symbol, z->symbols, sizeof(*z->symbol), by_size);
    /* An alias is the same bytes. */
    size_t kept = 0;
    for (size_t i = 0; i < z->symbols; i++) {
        bool alias = false;
        for (size_t k = kept;
             k-- > 0 && z->symbol[k].size == z->symbol[i].size;)
            alias = alias || z->symbol[k].address == z->symbol[i].address;
        if (!alias)
            z->symbol[kept++] = z->symbol[i];
    }
    z->symbols = kept;
}

/* Where the linker merged equal texts, its map may have them once too often. */
static void cut_overlaps(struct sizes *z)
{
    uint64_t end = 0;
    for (size_t i = 0; i < z->pieces; i++) {
        struct size_piece *p = &z->piece[i];
        if (p->kind == SIZE_BSS)
            continue;
        uint64_t over = end > p->address ? end - p->address : 0;
        over = over < p->size ? over : p->size;
        p->address += over;
        p->size -= over;
        end = p->address + p->size;
    }
}

static void sum(struct measure *m)
{
    struct sizes *z = m->z;
    uint64_t loaded = 0, pieces = 0;
    for (size_t i = 0; i < z->pieces; i++) {
        const struct size_piece *p = &z->piece[i];
        size_t c = 0;
        while (c < z->components &&
               strcmp(z->component[c].name, p->component) != 0)
            c++;
        if (c == z->components) {
            z->component = pool_grow(z->component, c, sizeof(*z->component));
            z->component[z->components++].name = p->component;
        }
        z->component[c].bytes[p->kind] += p->size;
        if (p->kind == SIZE_BSS)
            continue;
        z->component[c].file += p->size;
        pieces += p->size;
    }
    qsort(z->component, z->components, sizeof(*z->component), by_file);
    for (size_t i = 0; i < m->outputs; i++) {
        if (m->output[i].kind == SIZE_BSS)
            continue;
        if (m->output[i].loaded)
            loaded += m->output[i].size;
        else
            z->unloaded += m->output[i].size;
    }
    z->padding = loaded - pieces;
    if (z->file < loaded + z->unloaded)
        stop(EXIT_FAILED, "the image is smaller than its sections");
    z->headers = z->file - loaded - z->unloaded;
}

static Elf *open_elf(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    Elf *elf = fd < 0 ? NULL : elf_begin(fd, ELF_C_READ, NULL);
    if (elf == NULL || elf_kind(elf) != ELF_K_ELF)
        stop(EXIT_FAILED, "cannot read %s", shown_path(path));
    return elf;
}

struct sizes *sizes_of(const struct session *s, const struct build *b)
{
    struct sizes *z = pool_alloc(sizeof(*z));
    struct measure m = {.s = s, .link = ninja_link(s, b), .z = z};
    const char *path = image_path(s, b);
    struct stat st;
    elf_version(EV_CURRENT);
    if (stat(path, &st) != 0)
        stop(EXIT_FAILED, "%s: %s", shown_path(path), strerror(errno));
    z->file = (uint64_t)st.st_size;
    z->title =
        format("%s for %s", b->program->manifest->name.text, b->target->name);
    read_sections(&m, open_elf(path));
    read_map(&m, link_map(s, b, m.link));
    qsort(z->piece, z->pieces, sizeof(*z->piece), by_address);
    cut_overlaps(z);
    read_symbols(z, open_elf(image_debug_path(s, b)));
    sum(&m);
    return z;
}

const char *grouped(uint64_t number)
{
    const char *digits = format("%llu", (unsigned long long)number);
    struct buf t = {0};
    for (size_t i = 0, n = strlen(digits); i < n; i++)
        buf_add(&t, "%s%c", i != 0 && (n - i) % 3 == 0 ? "," : "", digits[i]);
    return t.data;
}
