/* SPDX-License-Identifier: ISC */
/* The walk over sections and relocations.  In three steps, as a linker: load
 * (what is undefined pulls members out of archives), resolve (strong before
 * weak), mark (from the roots, along relocations).  Files come out of our own
 * build; one that makes no sense ends the tool. */
#define _GNU_SOURCE 1
#include "reach.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A global name: who defines it among what is loaded, and who asks for it. */
struct name {
    const char *text;
    struct reach_symbol *definition;
    bool wanted; /* by a reference that is not weak */
};

static struct {
    struct reach *result;
    struct name *names; /* by hash, open addressing, never full */
    size_t room;        /* a power of two */
    struct reach_section **queue;
    size_t queued, taken;
} walk;

static struct name *name_for(const char *text)
{
    size_t hash = 5381;
    for (const char *p = text; *p != '\0'; p++)
        hash = hash * 33 + (unsigned char)*p;
    for (size_t i = hash & (walk.room - 1);; i = (i + 1) & (walk.room - 1)) {
        if (walk.names[i].text == NULL)
            walk.names[i].text = text;
        if (strcmp(walk.names[i].text, text) == 0)
            return &walk.names[i];
    }
}

static void read_symbols(struct reach_file *f, Elf *elf, Elf_Scn *scn,
                         const GElf_Shdr *header)
{
    Elf_Data *data = elf_getdata(scn, NULL);
    size_t count =
        header->sh_entsize == 0 ? 0 : header->sh_size / header->sh_entsize;
    if (data == NULL)
        return;
    f->symbol = pool_alloc((count + 1) * sizeof(*f->symbol));
    f->symbol_count = count;
    for (size_t i = 1; i < count; i++) {
        GElf_Sym sym;
        struct reach_symbol *s = &f->symbol[i];
        if (gelf_getsym(data, (int)i, &sym) == NULL)
            continue;
        int bind = GELF_ST_BIND(sym.st_info), type = GELF_ST_TYPE(sym.st_info);
        const char *name = elf_strptr(elf, header->sh_link, sym.st_name);
        s->name = name != NULL ? name : "";
        s->file = f;
        s->value = sym.st_value;
        s->size = sym.st_size;
        s->global = bind != STB_LOCAL;
        s->weak = bind == STB_WEAK;
        s->defined = sym.st_shndx != SHN_UNDEF;
        s->function = type == STT_FUNC || type == STT_OBJECT;
        if (sym.st_shndx < f->section_count)
            s->section = sym.st_shndx;
    }
}

static void read_object(struct reach_file *f, Elf *elf)
{
    size_t count, strings;
    if (elf_getshdrnum(elf, &count) != 0 ||
        elf_getshdrstrndx(elf, &strings) != 0)
        stop(EXIT_FAILED, "cannot read %s", f->object);
    f->section = pool_alloc((count + 1) * sizeof(*f->section));
    f->section_count = count;
    Elf_Scn *scn = NULL;
    while ((scn = elf_nextscn(elf, scn)) != NULL) {
        GElf_Shdr header;
        struct reach_section *s = &f->section[elf_ndxscn(scn)];
        if (gelf_getshdr(scn, &header) == NULL)
            continue;
        const char *name = elf_strptr(elf, strings, header.sh_name);
        s->file = f;
        s->name = name != NULL ? name : "";
        s->size = header.sh_size;
        s->scn = scn;
        s->allocated = (header.sh_flags & SHF_ALLOC) != 0;
        if (header.sh_type == SHT_RELA && header.sh_info < count)
            f->section[header.sh_info].relocations = elf_ndxscn(scn);
        else if (header.sh_type == SHT_SYMTAB)
            read_symbols(f, elf, scn, &header);
        if (strcmp(s->name, ".fata.sys") == 0) {
            Elf_Data *data = elf_getdata(scn, NULL);
            if (data != NULL && data->d_buf != NULL)
                f->states = pool_copy(data->d_buf, data->d_size);
        }
    }
}

static struct reach_file *add_file(const char *owner, const char *object,
                                   Elf *elf)
{
    struct reach *r = walk.result;
    struct reach_file *f = pool_alloc(sizeof(*f));
    f->component = owner;
    f->object = object;
    read_object(f, elf);
    r->file = pool_grow(r->file, r->count, sizeof(struct reach_file *));
    r->file[r->count++] = f;
    return f;
}

/* The descriptors and libelf's data stay: names point into them. */
static void read_input(const struct link_input *input)
{
    int fd = open(input->path, O_RDONLY | O_CLOEXEC);
    Elf *elf = fd < 0 ? NULL : elf_begin(fd, ELF_C_READ_MMAP, NULL);
    const char *base = name_of(input->path);
    if (elf == NULL)
        stop(EXIT_FAILED, "cannot read %s: %s", shown_path(input->path),
             fd < 0 ? strerror(errno) : elf_errmsg(-1));
    if (elf_kind(elf) == ELF_K_ELF) {
        add_file(input->owner, base, elf)->loaded = true;
        return;
    }
    if (elf_kind(elf) != ELF_K_AR)
        stop(EXIT_FAILED, "%s is neither object nor archive",
             shown_path(input->path));
    Elf_Cmd cmd = ELF_C_READ_MMAP;
    Elf *member;
    while ((member = elf_begin(fd, cmd, elf)) != NULL) {
        Elf_Arhdr *header = elf_getarhdr(member);
        if (header != NULL && elf_kind(member) == ELF_K_ELF)
            add_file(input->owner, format("%s(%s)", base, header->ar_name),
                     member);
        cmd = elf_next(member);
    }
}

/* Its symbols become definitions and wishes. */
static void load(struct reach_file *f)
{
    f->loaded = true;
    for (size_t i = 1; i < f->symbol_count; i++) {
        struct reach_symbol *s = &f->symbol[i];
        if (!s->global || s->name == NULL || s->name[0] == '\0')
            continue;
        struct name *n = name_for(s->name);
        if (!s->defined)
            n->wanted = n->wanted || !s->weak;
        else if (n->definition == NULL || (n->definition->weak && !s->weak))
            n->definition = s;
    }
}

static bool is_needed(const struct reach_file *f)
{
    for (size_t i = 1; i < f->symbol_count; i++) {
        const struct reach_symbol *s = &f->symbol[i];
        if (!s->global || !s->defined || s->name == NULL)
            continue;
        const struct name *n = name_for(s->name);
        if (n->wanted && n->definition == NULL)
            return true;
    }
    return false;
}

/* Until nothing more is needed; at first without what is allowed. */
static void load_needed(bool allowed)
{
    struct reach *r = walk.result;
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < r->count; i++) {
            struct reach_file *f = r->file[i];
            if (f->loaded || !is_needed(f) ||
                (!allowed && strcmp(f->component, ALLOW_OWNER) == 0))
                continue;
            load(f);
            more = true;
        }
    }
}

static void load_all(void)
{
    struct reach *r = walk.result;
    for (size_t i = 0; i < r->count; i++)
        if (r->file[i]->loaded)
            load(r->file[i]);
    name_for("_start")->wanted = true;
    load_needed(false);
    load_needed(true);
}

/* The function or variable at this place; else what the section is named
 * after. */
static const char *function_at(const struct reach_section *s, uint64_t offset)
{
    const struct reach_file *f = s->file;
    const struct reach_symbol *best = NULL;
    for (size_t i = 1; i < f->symbol_count; i++) {
        const struct reach_symbol *y = &f->symbol[i];
        if (y->name != NULL && y->name[0] != '\0' && y->name[0] != '.' &&
            y->defined && &f->section[y->section] == s && y->value <= offset &&
            (best == NULL || y->value > best->value ||
             (y->value == best->value && y->function && !best->function)))
            best = y;
    }
    if (best != NULL)
        return best->name;
    const char *dot = s->name[0] == '.' ? strchr(s->name + 1, '.') : NULL;
    return dot != NULL ? dot + 1 : s->name;
}

static void mark(struct reach_section *s, const struct reach_section *from,
                 const char *function)
{
    if (s->file == NULL || s->reached || !s->allocated)
        return;
    s->reached = true;
    s->from = from;
    s->function = function;
    walk.queue =
        pool_grow(walk.queue, walk.queued, sizeof(struct reach_section *));
    walk.queue[walk.queued++] = s;
}

/* What its file says of a system call (fata/sys.h), or NULL. */
static const char *state_of(const struct reach_symbol *server)
{
    const char *p = server->file->states;
    size_t n = strlen(server->name);
    for (; p != NULL && *p != '\0'; p += strcspn(p, "\n"), p += *p == '\n')
        if (strncmp(p, server->name, n) == 0 && p[n] == ' ')
            return pool_copy(p + n + 1, strcspn(p + n + 1, "\n"));
    return NULL;
}

static void add_call(const char *symbol, const struct reach_symbol *server,
                     const struct reach_section *from, const char *function)
{
    struct reach *r = walk.result;
    size_t i = 0;
    while (i < r->call_count && strcmp(r->call[i].symbol, symbol) != 0)
        i++;
    if (i == r->call_count) {
        r->call = pool_grow(r->call, i, sizeof(*r->call));
        r->call[r->call_count++] = (struct reach_call){
            .symbol = symbol,
            .server = server,
            .state = server != NULL ? state_of(server) : NULL,
            .from = from,
            .function = function};
    }
    push_once(&r->call[i].by, format("%s in %s", function, from->file->object));
}

/* Sections named like a C identifier are an array between __start_X and
 * __stop_X. */
static void mark_array(const char *name, const struct reach_section *from,
                       const char *function)
{
    const struct reach *r = walk.result;
    for (size_t i = 0; i < r->count; i++)
        for (size_t k = 1; r->file[i]->loaded && k < r->file[i]->section_count;
             k++)
            if (r->file[i]->section[k].file != NULL &&
                strcmp(r->file[i]->section[k].name, name) == 0)
                mark(&r->file[i]->section[k], from, function);
}

static void follow(const struct reach_section *s)
{
    const struct reach_file *f = s->file;
    if (s->relocations == 0)
        return;
    Elf_Data *data = elf_getdata(f->section[s->relocations].scn, NULL);
    GElf_Rela rela;
    for (int i = 0; data != NULL && gelf_getrela(data, i, &rela) != NULL; i++) {
        size_t index = GELF_R_SYM(rela.r_info);
        if (index == 0 || index >= f->symbol_count)
            continue;
        const struct reach_symbol *to = &f->symbol[index];
        const char *name = to->name != NULL ? to->name : "";
        if (to->global) {
            const struct name *n = name_for(name);
            bool weak = to->weak;
            if (n->definition != NULL)
                to = n->definition;
            if (strncmp(name, "fata_sys_", 9) == 0 && (to->defined || !weak))
                add_call(name, to->defined ? to : NULL, s,
                         function_at(s, rela.r_offset));
        }
        if (to->defined && to->section != 0)
            mark(&to->file->section[to->section], s,
                 function_at(s, rela.r_offset));
        else if (strncmp(name, "__start_", 8) == 0)
            mark_array(name + 8, s, function_at(s, rela.r_offset));
    }
}

static void follow_all(void)
{
    while (walk.taken < walk.queued)
        follow(walk.queue[walk.taken++]);
}

static void mark_symbol(const char *name)
{
    const struct reach_symbol *s = name_for(name)->definition;
    if (s != NULL && s->section != 0)
        mark(&s->file->section[s->section], NULL, NULL);
}

/* What linker scripts keep although nothing refers to it. */
static bool is_kept(const struct reach_section *s)
{
    static const char *const names[] = {".note.",      ".init_array",
                                        ".fini_array", ".preinit_array",
                                        ".text.start", "fata_tests"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strncmp(s->name, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

struct reach *reach_walk(const struct link *link, const char *compiler_library)
{
    memset(&walk, 0, sizeof(walk));
    walk.result = pool_alloc(sizeof(*walk.result));
    elf_version(EV_CURRENT);
    for (size_t i = 0; i < link->count; i++)
        read_input(&link->input[i]);
    if (compiler_library != NULL)
        read_input(&(struct link_input){compiler_library, "compiler"});
    struct reach *r = walk.result;
    size_t names = 0;
    for (size_t i = 0; i < r->count; i++)
        names += r->file[i]->symbol_count;
    walk.room = 64;
    while (walk.room < names * 2)
        walk.room *= 2;
    walk.names = xcalloc(walk.room, sizeof(*walk.names));
    load_all();
    /* A chain begins at the program where it can. */
    mark_symbol("start");
    follow_all();
    mark_symbol("main");
    follow_all();
    mark_symbol("_start");
    for (size_t i = 0; i < r->count; i++)
        for (size_t k = 1; r->file[i]->loaded && k < r->file[i]->section_count;
             k++)
            if (r->file[i]->section[k].file != NULL &&
                is_kept(&r->file[i]->section[k]))
                mark(&r->file[i]->section[k], NULL, NULL);
    follow_all();
    free(walk.names);
    return r;
}

struct reach_step *reach_chain(const struct reach_call *call, size_t *count)
{
    struct reach_step *steps = NULL;
    const char *function = call->function;
    *count = 0;
    for (const struct reach_section *s = call->from; s != NULL; s = s->from) {
        steps = pool_grow(steps, *count, sizeof(*steps));
        steps[(*count)++] = (struct reach_step){function, s->file};
        function = s->function;
    }
    for (size_t i = 0; i < *count / 2; i++) {
        struct reach_step swap = steps[i];
        steps[i] = steps[*count - 1 - i];
        steps[*count - 1 - i] = swap;
    }
    return steps;
}
