/* SPDX-License-Identifier: ISC */
/* Text of fault reports, and the walk up the guest's frames: every address is
 * the guest's and is checked before it is read. */
#include "report.h"

#define BARE       REPORT_BARE
#define PAGE       4096u
#define FRAMES_MAX 32

BARE static void put(struct report *r, const char *text)
{
    while (*text != '\0' && r->size < sizeof r->text)
        r->text[r->size++] = *text++;
}

BARE static void put_hex(struct report *r, uint64_t value)
{
    char text[19] = "0x";

    for (int i = 0; i < 16; i++) {
        unsigned digit = (value >> (60 - 4 * i)) & 15;

        text[2 + i] = (char)(digit < 10 ? '0' + digit : 'a' + digit - 10);
    }
    text[18] = '\0';
    put(r, text);
}

BARE static void put_number(struct report *r, uint64_t value)
{
    char text[21];
    int i = 20;

    text[i] = '\0';
    do
        text[--i] = (char)('0' + value % 10);
    while ((value /= 10) != 0);
    put(r, text + i);
}

BARE static bool in_stack(const struct report_guest *g, uint64_t address,
                          uint64_t *index, bool *guard)
{
    const struct fata_note *n = &g->image->note;
    uint64_t offset = address - n->stacks;

    if (!g->guards || address < n->stacks ||
        offset / n->stack_size >= n->stack_count)
        return false;
    *index = offset / n->stack_size;
    *guard = offset % n->stack_size < PAGE;
    return true;
}

/* True if two words at `address` can be read without a fault: writable guest
 * memory, which is never execute-only, and no guard. */
BARE static bool readable(const struct report_guest *g, uint64_t address)
{
    uint64_t index;
    bool guard;

    if (address % 8 != 0 || address < SOLO5_GUEST_MIN ||
        address > g->memory_size - 16)
        return false;
    if ((in_stack(g, address, &index, &guard) && guard) ||
        (in_stack(g, address + 8, &index, &guard) && guard))
        return false;
    for (size_t i = 0; i < g->image->segment_count; i++) {
        const struct image_segment *s = &g->image->segment[i];

        if (!s->bare && !s->write && address + 16 > s->start &&
            address < s->end)
            return false;
    }
    return true;
}

BARE static bool in_text(const struct report_guest *g, uint64_t address)
{
    for (size_t i = 0; i < g->image->segment_count; i++) {
        const struct image_segment *s = &g->image->segment[i];

        if (s->execute && !s->bare && address >= s->start && address < s->end)
            return true;
    }
    return false;
}

BARE static void put_frame(struct report *r, unsigned index, uint64_t address)
{
    put(r, "  #");
    put_number(r, index);
    put(r, " ");
    put_hex(r, address);
    put(r, "\n");
}

BARE static uint64_t word_at(const struct report_guest *g, uint64_t address)
{
    return *(const uint64_t *)(g->memory + address);
}

/* Saved frame pointer and return address, up the stack.  Frames only go up, so
 * that a loop ends.  After a jump to nowhere the first return address is still
 * where the call has pushed it. */
BARE static void put_backtrace(struct report *r, const struct report_guest *g,
                               uint64_t pc, uint64_t stack, uint64_t frame)
{
    unsigned i = 1;

    put(r, "  backtrace:\n");
    put_frame(r, 0, pc);
    if (!in_text(g, pc) && readable(g, stack) && in_text(g, word_at(g, stack)))
        put_frame(r, i++, word_at(g, stack));
    for (; i < FRAMES_MAX && readable(g, frame); i++) {
        uint64_t next = word_at(g, frame);
        uint64_t back = word_at(g, frame + 8);

        if (!in_text(g, back))
            break;
        put_frame(r, i, back);
        if (next <= frame)
            break;
        frame = next;
    }
}

BARE static void put_fault(struct report *r, const struct report_guest *g,
                           const struct report_fault *fault, uint64_t pc)
{
    uint64_t stack;
    bool guard;

    if (fault->what != NULL) {
        put(r, fault->what);
    } else if (in_stack(g, fault->address, &stack, &guard) && guard) {
        put(r, "stack overflow: stack ");
        put_number(r, stack);
        put(r, " is full: ");
        put(r, fault->access);
        put(r, " at ");
        put_hex(r, fault->address);
    } else {
        put(r, "bad ");
        put(r, fault->access);
        put(r, " at ");
        put_hex(r, fault->address);
    }
    put(r, ", instruction at ");
    put_hex(r, pc);
    put(r, "\n");
}

BARE void report_make(struct report *r, const char *tender,
                      const struct report_guest *g,
                      const struct report_fault *fault,
                      const struct report_register *registers, size_t count)
{
    put(r, "\n");
    put(r, tender);
    put(r, ": fault: ");
    put_fault(r, g, fault, registers[0].value);
    for (size_t i = 0; i < count; i++) { /* three in a line */
        put(r, i % 3 == 0 ? "  " : " ");
        put(r, registers[i].name);
        put(r, registers[i].name[2] == '\0' ? "  " : " ");
        put_hex(r, registers[i].value);
        if (i % 3 == 2)
            put(r, "\n");
    }
    put_backtrace(r, g, registers[0].value, registers[1].value,
                  registers[2].value);
}
