/* SPDX-License-Identifier: ISC */
/* An intrusive doubly linked list: the node lies in the thing it links.  A
 * node that is in no list links to itself, so that removal is idempotent. */
#ifndef FATA_LIST_H
#define FATA_LIST_H

#include <fata/cc.h>
#include <stdbool.h>

struct fata_list {
    struct fata_list *next; /* private */
    struct fata_list *prev; /* private */
};

static inline void fata_list_init(struct fata_list *node)
{
    node->next = node;
    node->prev = node;
}

static inline bool fata_list_empty(const struct fata_list *list)
{
    return list->next == list;
}

static inline void fata_list_push_back(struct fata_list *list,
                                       struct fata_list *node)
{
    node->next = list;
    node->prev = list->prev;
    list->prev->next = node;
    list->prev = node;
}

static inline void fata_list_push_front(struct fata_list *list,
                                        struct fata_list *node)
{
    fata_list_push_back(list->next, node);
}

/* Harmless when `node` is in no list. */
static inline void fata_list_remove(struct fata_list *node)
{
    node->prev->next = node->next;
    node->next->prev = node->prev;
    fata_list_init(node);
}

/* Removes and returns the first node, or NULL. */
static inline struct fata_list *fata_list_pop_front(struct fata_list *list)
{
    struct fata_list *node = list->next;
    if (node == list)
        return NULL;
    fata_list_remove(node);
    return node;
}

#define FATA_LIST_FOREACH(node, list)                                          \
    for (struct fata_list *node = (list)->next; node != (list);                \
         node = node->next)

/* The loop's body may remove `node`. */
#define FATA_LIST_FOREACH_SAFE(node, list)                                     \
    for (struct fata_list *node = (list)->next, *node##_next = node->next;     \
         node != (list); node = node##_next, node##_next = node->next)

#endif
