/* SPDX-License-Identifier: ISC */
/* A name server that says what a test tells it to say. */
#ifndef SERVER_H
#define SERVER_H

#include <fata/async.h>
#include <fata/stack.h>
#include "../../engine/tests/forge.h"

/* What came, and from where. */
struct asked {
    struct fata_dns_query query;
    struct fata_address from;
    uint16_t port;
    bool by_tcp;
    unsigned number; /* from 0 */
};

/* Makes a reply with the forge; false: none is sent (or the connection ends).
 */
typedef bool server_says(const struct asked *asked, struct forge *reply);

/* Serves until it is stopped, UDP and TCP.  One at a time.
 * Returns 0 or an error.  Context: fiber, does not suspend. */
int server_start(struct fata_stack *stack, server_says *says);
void server_stop(void); /* suspends */

unsigned server_asked(void); /* queries that came, by UDP and TCP */

/* Sends the forge to who asked, now; from another port if that is wanted. */
void server_send(const struct asked *asked, const struct forge *reply,
                 bool elsewhere);

#endif
