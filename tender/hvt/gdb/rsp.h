/* SPDX-License-Identifier: ISC */
/* GDB's remote serial protocol, without sockets and virtual machines: bytes
 * in, packets out; a packet in, a reply out.  Robust against any bytes.
 * Allocation: none. */
#ifndef TENDER_HVT_GDB_RSP_H
#define TENDER_HVT_GDB_RSP_H

#include <fata/cc.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RSP_PACKET_MAX 2048u /* bytes between $ and #, both ways */
#define RSP_REGISTERS  59u
#define RSP_STATE_SIZE 552u /* of all registers, in the order of `g` */

enum rsp_event {
    RSP_NOTHING,   /* yet */
    RSP_PACKET,    /* a whole one, and its sum is right */
    RSP_BAD,       /* ask for it again */
    RSP_AGAIN,     /* gdb asks for the last reply again */
    RSP_INTERRUPT, /* Ctrl-C */
};

/* Zeroed: begins. */
struct rsp_reader {
    enum { RSP_IDLE, RSP_BODY, RSP_SUM, RSP_SUM2 } state;
    uint8_t sum, given;
    bool bad;
    size_t size;
    char packet[RSP_PACKET_MAX];
};

enum rsp_event rsp_feed(struct rsp_reader *r, uint8_t byte);

struct rsp_reply {
    size_t size;
    char text[RSP_PACKET_MAX];
};

/* Append; what does not fit is left out. */
void rsp_put(struct rsp_reply *r, const char *text);
void rsp_put_hex(struct rsp_reply *r, const uint8_t *bytes, size_t size);

/* What is debugged.  Functions return false for what cannot be done; `read`
 * returns how many bytes it could. */
struct rsp_target {
    void *context;
    size_t (*read)(void *context, uint64_t address, uint8_t *to, size_t size);
    bool (*write)(void *context, uint64_t address, const uint8_t *from,
                  size_t size);
    bool (*get)(void *context, uint8_t state[RSP_STATE_SIZE]);
    bool (*set)(void *context, const uint8_t state[RSP_STATE_SIZE]);
    bool (*breakpoint)(void *context, uint64_t address, bool insert);
    void (*why)(void *context, struct rsp_reply *reply); /* it has stopped */
};

enum rsp_action {
    RSP_ANSWER, /* send the reply */
    RSP_CONTINUE,
    RSP_STEP,
    RSP_DETACH, /* send the reply, then go on alone */
    RSP_KILL,
};

/* One packet.
 * signal  of RSP_CONTINUE and RSP_STEP: to be delivered; 0: none */
enum rsp_action rsp_command(const struct rsp_target *target, const char *packet,
                            size_t size, struct rsp_reply *reply,
                            unsigned *signal);

/* registers.c: where register `number` lies in the state; false: there is no
 * such. */
bool rsp_register(uint64_t number, size_t *offset, size_t *size);
/* registers.c: the description of them that gdb reads. */
extern const char rsp_description[];

#endif
