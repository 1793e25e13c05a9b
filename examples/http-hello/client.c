/* SPDX-License-Identifier: ISC */
/* client ADDRESS PORT N: a hundred requests on each of N connections, all N at
 * once.  It tries for ten seconds until somebody listens. */
#define _GNU_SOURCE 1
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 1000, ROUNDS = 100 };

static int join(const struct sockaddr_in *to)
{
    struct timeval limit = {.tv_sec = 5};
    for (int i = 0; i < 200; i++) {
        int s = socket(AF_INET, SOCK_STREAM, 0);
        setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
        if (connect(s, (const struct sockaddr *)to, sizeof(*to)) == 0)
            return s;
        close(s);
        usleep(50000);
    }
    puts("client: nobody listens");
    exit(1);
}

/* Reads to the end of the one answer. */
static void read_answer(int s)
{
    char answer[1024];
    size_t size = 0;
    while (size < sizeof(answer) - 1) {
        ssize_t n = recv(s, answer + size, sizeof(answer) - 1 - size, 0);
        if (n <= 0)
            break;
        size += (size_t)n;
        answer[size] = '\0';
        if (strstr(answer, "\r\n\r\nHello, World!") != NULL &&
            strncmp(answer, "HTTP/1.1 200 OK\r\n", 17) == 0)
            return;
    }
    printf("client: no answer, but %zu bytes\n", size);
    exit(1);
}

int main(int argc, char **argv)
{
    static const char request[] = "GET / HTTP/1.1\r\nHost: hello\r\n\r\n";
    static int s[MOST];
    struct sockaddr_in to = {.sin_family = AF_INET};
    int n = argc == 4 ? atoi(argv[3]) : 0, answers = 0;

    if (n < 1 || n > MOST || inet_pton(AF_INET, argv[1], &to.sin_addr) != 1)
        return 2;
    to.sin_port = htons((uint16_t)atoi(argv[2]));
    for (int i = 0; i < n; i++)
        s[i] = join(&to);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < n; i++)
            if (send(s[i], request, sizeof(request) - 1, 0) < 0)
                return 1;
        for (int i = 0; i < n; i++, answers++)
            read_answer(s[i]);
    }
    printf("client: %d answers\n", answers);
    return 0;
}
