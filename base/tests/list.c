/* SPDX-License-Identifier: ISC */
#include <fata/list.h>
#include <fata/test.h>

static struct fata_list list, a, b, c;

static void reset(void)
{
    fata_list_init(&list);
    fata_list_init(&a);
    fata_list_init(&b);
    fata_list_init(&c);
}

FATA_TEST(list_is_fifo)
{
    reset();
    fata_list_push_back(&list, &a);
    fata_list_push_back(&list, &b);
    fata_list_push_front(&list, &c);
    fata_check(fata_list_pop_front(&list) == &c);
    fata_check(fata_list_pop_front(&list) == &a);
    fata_check(fata_list_pop_front(&list) == &b);
    fata_check(fata_list_pop_front(&list) == NULL);
}

FATA_TEST(list_remove_is_idempotent)
{
    reset();
    fata_list_push_back(&list, &a);
    fata_list_push_back(&list, &b);
    fata_list_remove(&a);
    fata_list_remove(&a);
    fata_list_remove(&c);
    fata_check(fata_list_pop_front(&list) == &b);
    fata_check(fata_list_empty(&list));
}

FATA_TEST(list_loop_may_remove)
{
    int seen = 0;
    reset();
    fata_list_push_back(&list, &a);
    fata_list_push_back(&list, &b);
    fata_list_push_back(&list, &c);
    FATA_LIST_FOREACH_SAFE (node, &list) {
        fata_list_remove(node);
        seen++;
    }
    fata_check_int(seen, ==, 3);
    fata_check(fata_list_empty(&list));
}
