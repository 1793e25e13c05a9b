/* SPDX-License-Identifier: ISC */
/* Locals: a chain from the innermost binding out, through the frames of the
 * fiber and then those of who started it. */
#include <fata/local.h>

#include "internal.h"

static const char doing_key;

void fata_local_bind(struct fata_local *local, const void *key, void *value)
{
    struct fata_fiber *self = fata__self();

    local->outer = self->locals;
    local->key = key;
    local->value = value;
    self->locals = local;
}

void fata_local_unbind(struct fata_local *local)
{
    struct fata_fiber *self = fata__self();

    if (self->locals != local)
        fata_panic(self->how->name, "unbinds a local that is not the last");
    self->locals = local->outer;
}

void *fata_local_get(const void *key)
{
    const struct fata_local *local =
        fata__running != NULL ? fata__running->locals : NULL;

    while (local != NULL && local->key != key)
        local = local->outer;
    return local != NULL ? local->value : NULL;
}

const char *fata__doing_text(const struct fata_fiber *fiber)
{
    const struct fata_local *local = fiber->locals;

    while (local != NULL && local->key != &doing_key)
        local = local->outer;
    return local != NULL ? local->value : NULL;
}

/* Appends to a text of FATA_DOING_TEXT bytes, from `used` on.  Returns how much
 * is used then. */
static size_t append(char *text, size_t used, const char *more)
{
    while (*more != '\0' && used < FATA_DOING_TEXT - 1)
        text[used++] = *more++;
    text[used] = '\0';
    return used;
}

void fata_doing_begin(struct fata_doing *doing, const char *text)
{
    /* Only read through `value`. */
    fata_local_bind(&doing->local, &doing_key, (void *)(uintptr_t)text);
    doing->error = 0;
}

int fata_doing_end(struct fata_doing *doing, int result)
{
    struct fata_fiber *self = fata__self();
    char text[FATA_DOING_TEXT];

    fata_local_unbind(&doing->local);
    if (result >= 0)
        return result;
    size_t used = append(text, 0, doing->local.value);
    if (doing->error == result) {
        used = append(text, used, ": ");
        append(text, used, doing->inner);
    }
    fata__doing_pass(self, result, text);
    return result;
}

void fata__doing_pass(struct fata_fiber *self, int error, const char *text)
{
    const struct fata_local *local = self->locals;

    while (local != self->scope->locals && local->key != &doing_key)
        local = local->outer;
    if (local != self->scope->locals) {
        struct fata_doing *doing =
            FATA_CONTAINER((uintptr_t)local, struct fata_doing, local);
        doing->error = error;
        append(doing->inner, 0, text);
        return;
    }
    struct fata_failure *failure = fata__scope_next_failure(self->scope);
    if (failure == NULL)
        return;
    append(failure->text, 0, text);
    self->scope->told_by = self;
    self->scope->told = error;
}
