/* SPDX-License-Identifier: ISC */
/* Fuzz harness of gdb's protocol: any bytes from the socket, against a target
 * that is a few pages.  libFuzzer's entry; with -DREPLAY a program that runs
 * the files it is given. */
#include "../hvt/gdb/rsp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MEMORY UINT64_C(12288)

static uint8_t memory[MEMORY], registers[RSP_STATE_SIZE];

static void require(bool condition)
{
    if (!condition)
        abort();
}

static size_t read_memory(void *context, uint64_t address, uint8_t *to,
                          size_t size)
{
    (void)context;
    require(size <= RSP_PACKET_MAX / 2);
    if (address > MEMORY)
        return 0;
    if (size > MEMORY - address)
        size = (size_t)(MEMORY - address);
    memcpy(to, memory + address, size);
    return size;
}

static bool write_memory(void *context, uint64_t address, const uint8_t *from,
                         size_t size)
{
    (void)context;
    if (address > MEMORY || size > MEMORY - address)
        return false;
    memcpy(memory + address, from, size);
    return true;
}

static bool get(void *context, uint8_t state[RSP_STATE_SIZE])
{
    (void)context;
    memcpy(state, registers, RSP_STATE_SIZE);
    return true;
}

static bool set(void *context, const uint8_t state[RSP_STATE_SIZE])
{
    (void)context;
    memcpy(registers, state, RSP_STATE_SIZE);
    return true;
}

static bool breakpoint(void *context, uint64_t address, bool insert)
{
    (void)context, (void)insert;
    return address < MEMORY;
}

static void why(void *context, struct rsp_reply *reply)
{
    (void)context;
    rsp_put(reply, "T05");
}

static void run(const char *packet, size_t size)
{
    const struct rsp_target target = {NULL, read_memory, write_memory, get,
                                      set,  breakpoint,  why};
    /* So that a read past the end is seen. */
    char *copy = malloc(size + 1);
    struct rsp_reply *reply = malloc(sizeof *reply);
    unsigned signal;

    require(copy != NULL && reply != NULL);
    memmove(copy + 1, packet, size);
    (void)rsp_command(&target, copy + 1, size, reply, &signal);
    require(reply->size <= sizeof reply->text && signal < 256);
    free(copy);
    free(reply);
}

/* As bytes from the socket, and as one packet whose sum is right. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rsp_reader reader = {.size = 0};

    for (size_t i = 0; i < size; i++) {
        enum rsp_event event = rsp_feed(&reader, data[i]);

        require(reader.size <= sizeof reader.packet);
        if (event == RSP_PACKET)
            run(reader.packet, reader.size);
    }
    if (size <= RSP_PACKET_MAX)
        run((const char *)data, size);
    return 0;
}

#ifdef REPLAY
int main(int argc, char **argv)
{
    static uint8_t data[1 << 16];

    for (int i = 1; i < argc; i++) {
        FILE *f = fopen(argv[i], "rb");
        size_t size;

        if (f == NULL) {
            perror(argv[i]);
            return 1;
        }
        size = fread(data, 1, sizeof data, f);
        fclose(f);
        LLVMFuzzerTestOneInput(data, size);
    }
    printf("ok gdb-corpus (%d inputs)\n", argc - 1);
    return 0;
}
#endif
