/* SPDX-License-Identifier: ISC */
/* Several stacks.  lwIP keeps its state in variables; the linker gathers them
 * (platform/image.ld, platform/unix/lwip.ld), and when another stack was the
 * last one to run they are put away for it, and those of the one that runs now
 * put in their place.  A single stack never gets here. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

/* Where they lie: the initialised ones, and those that begin as zero.  NULL
 * where a target's linker script does not gather them. */
extern char fata__lwip_data[] FATA_WEAK, fata__lwip_data_end[] FATA_WEAK;
extern char fata__lwip_bss[] FATA_WEAK, fata__lwip_bss_end[] FATA_WEAK;

struct fata_stack *fata__net, *fata__stacks;

static char *fresh; /* the initialised ones before anybody ran */

static size_t data_size(void)
{
    return (size_t)(fata__lwip_data_end - fata__lwip_data);
}

static size_t bss_size(void)
{
    return (size_t)(fata__lwip_bss_end - fata__lwip_bss);
}

/* Between variables there is what the address sanitizer guards. */
FATA_NO_ASAN static void copy(void *to, const void *from, size_t size)
{
    volatile char *t = to;
    const volatile char *f = from;
    if (!FATA_ASAN)
        memcpy(to, from, size);
    else
        for (size_t i = 0; i < size; i++)
            t[i] = f[i];
}

void fata__net_swap(struct fata_stack *stack)
{
    char *old = fata__net->saved, *new = stack->saved;
    copy(old, fata__lwip_data, data_size());
    copy(old + data_size(), fata__lwip_bss, bss_size());
    copy(fata__lwip_data, new, data_size());
    copy(fata__lwip_bss, new + data_size(), bss_size());
    fata__net = stack;
}

/* The first one finds the variables fresh. */
static int keep_fresh(void)
{
    fresh = malloc(data_size() + 1);
    if (fresh == NULL)
        return FATA_ENOMEM;
    copy(fresh, fata__lwip_data, data_size());
    return 0;
}

int fata__net_add(struct fata_stack *stack)
{
    size_t size = data_size() + bss_size();

    if (fata__net == NULL) {
        int err = keep_fresh();
        if (err != 0)
            return err;
        fata__net = stack;
    } else {
        if (bss_size() == 0)
            return FATA_ENOTSUP;
        if (fata__net->saved == NULL) /* it was the only one */
            fata__net->saved = malloc(size);
        stack->saved = calloc(1, size);
        if (fata__net->saved == NULL || stack->saved == NULL)
            return FATA_ENOMEM;
        copy(stack->saved, fresh, data_size());
        fata__net_swap(stack);
    }
    stack->next = fata__stacks;
    fata__stacks = stack;
    return 0;
}
