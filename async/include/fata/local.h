/* SPDX-License-Identifier: ISC */
/* What belongs to a fiber and to all that it starts.
 *
 * A local is a value bound to a key from a bind to its unbind, in the fiber and
 * in the fibers of the scopes that it opens in between:
 *
 *     static const char user_key;                  (its address is the key)
 *     struct fata_local local;
 *     fata_local_bind(&local, &user_key, user);
 *     ...                       fata_local_get(&user_key), also in children
 *     fata_local_unbind(&local);
 *
 * A doing is a local that says what is going on, and makes a chain of what went
 * wrong: "serving 10.0.0.7: reading request: connection reset".
 *
 *     struct fata_doing doing;
 *     fata_doing_begin(&doing, "reading request");
 *     ...
 *     return fata_doing_end(&doing, err);
 *
 * Context: fiber; nothing suspends.  Bindings end in reverse order, and a fiber
 * that returns with one panics. */
#ifndef FATA_LOCAL_H
#define FATA_LOCAL_H

#include <fata/cc.h>
#include <stdbool.h>

enum { FATA_DOING_TEXT = 96 }; /* bytes with the NUL; what is longer is cut */

/* All fields are private. */
struct fata_local {
    const struct fata_local *outer;
    const void *key;
    void *value;
};

/* local   lent until it is unbound
 * key     its address counts */
void fata_local_bind(struct fata_local *local, const void *key, void *value);
void fata_local_unbind(struct fata_local *local);

/* The innermost value bound to `key`, or NULL; NULL outside fibers. */
void *fata_local_get(const void *key);

/* All fields are private. */
struct fata_doing {
    struct fata_local local; /* value: text */
    int error;               /* of which `inner` tells */
    char inner[FATA_DOING_TEXT];
};

/* doing   lent until its end
 * text    borrowed until its end */
void fata_doing_begin(struct fata_doing *doing, const char *text);

/* Where `result` is an error, adds "text: " to what is told of it.  Errors are
 * told apart by their code: what was told of another one is forgotten.
 * Returns `result`. */
int fata_doing_end(struct fata_doing *doing, int result);

#endif
