/* SPDX-License-Identifier: ISC */
/* What programs use of the libc, on the seam: results, not just linkage. */
#include <errno.h>
#include <fata/test.h>
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

FATA_TEST(snprintf_formats)
{
    char text[128];
    int n = snprintf(text, sizeof(text), "%5d|%-6s|%08.3f|%#llx|%zu|%c|%%|%Lg",
                     -42, "ab", 3.14159, 0xdeadbeefull, sizeof(int), 'x',
                     (long double)0.1L);
    fata_check(strcmp(text, "  -42|ab    |0003.142|0xdeadbeef|4|x|%|0.1") == 0);
    fata_check_int(n, ==, (int)strlen(text));
    const char *volatile cut = "abcdef";
    fata_check_int(snprintf(text, 4, "%s", cut), ==, 6);
    fata_check(strcmp(text, "abc") == 0);
}

FATA_TEST(numbers_are_parsed)
{
    char *end;
    fata_check(strtod("2.2250738585072014e-308x", &end) == 0x1p-1022);
    fata_check(*end == 'x');
    fata_check(strtod("0x1.8p3", NULL) == 12.0);
    fata_check(isnan(strtod("nan", NULL)));
    fata_check(strtoll("-9223372036854775808", NULL, 10) == INT64_MIN);
    errno = 0;
    fata_check(strtoll("9223372036854775808", NULL, 10) == INT64_MAX);
    fata_check_int(errno, ==, ERANGE);
    int a = 0;
    double d = 0;
    fata_check_int(sscanf("17 0.5", "%d %lf", &a, &d), ==, 2);
    fata_check(a == 17 && d == 0.5);
}

FATA_TEST(math_is_right)
{
    volatile double two = 2.0, half = 0.5;
    fata_check(sqrt(two) == 1.4142135623730951);
    fata_check(fabs(sin(half) - 0.479425538604203) < 1e-15);
    fata_check(pow(two, half) == sqrt(two));
    fata_check(fabs(exp(log(two)) - two) < 1e-15);
    fata_check(lround(-2.5) == -3);
    fata_check(fmod(5.5, two) == 1.5);
}

static int compare(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

FATA_TEST(qsort_and_bsearch)
{
    int v[500];
    for (int i = 0; i < 500; i++)
        v[i] = (i * 7919) % 500;
    qsort(v, 500, sizeof(v[0]), compare);
    for (int i = 0; i < 500; i++)
        fata_check_int(v[i], ==, i);
    int key = 321;
    fata_check(bsearch(&key, v, 500, sizeof(v[0]), compare) == &v[321]);
}

FATA_TEST(setjmp_returns_twice)
{
    static jmp_buf place;
    volatile int passes = 0;
    int value = setjmp(place);
    passes++;
    if (value == 0)
        longjmp(place, 42);
    fata_check_int(value, ==, 42);
    fata_check_int(passes, ==, 2);
}

static _Thread_local int tls_data = 7;
static _Thread_local char tls_zero[100];

FATA_TEST(thread_local_variables)
{
    fata_check_int(tls_data, ==, 7);
    fata_check_int(tls_zero[99], ==, 0);
    tls_data++;
    tls_zero[99] = 1;
    fata_check_int(tls_data + tls_zero[99], ==, 9);
    errno = EDOM; /* thread-local, too */
    fata_check_int(errno, ==, EDOM);
}

FATA_TEST(malloc_realloc_free)
{
    enum { N = 200 };
    static unsigned char *blocks[N];
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < N; i++) {
            size_t size = (size_t)(i * 37 + round * 11) % 3000 + 1;
            unsigned char *p = realloc(blocks[i], size);
            fata_check(p != NULL);
            fata_check_int((uintptr_t)p % 16, ==, 0);
            memset(p, i, size);
            blocks[i] = p;
            if ((i + round) % 3 == 0) {
                fata_check(p[0] == (unsigned char)i);
                free(p);
                blocks[i] = NULL;
            }
        }
    }
    for (int i = 0; i < N; i++) {
        free(blocks[i]);
        blocks[i] = NULL;
    }
    unsigned char *zeroed = calloc(100, 1000);
    fata_check(zeroed != NULL);
    for (size_t i = 0; i < 100000; i++)
        fata_check(zeroed[i] == 0);
    free(zeroed);
    void *aligned = aligned_alloc(4096, 8192);
    fata_check(aligned != NULL && (uintptr_t)aligned % 4096 == 0);
    free(aligned);
}

FATA_TEST(time_is_broken_down)
{
    time_t t = 951782400; /* 29 February 2000 */
    struct tm tm;
    char text[40];
    fata_check(gmtime_r(&t, &tm) != NULL);
    strftime(text, sizeof(text), "%F %T %j %U", &tm);
    fata_check(strcmp(text, "2000-02-29 00:00:00 060 09") == 0);
    fata_check_int(mktime(&tm), ==, t);
    struct timespec now;
    fata_check_int(clock_gettime(CLOCK_REALTIME, &now), ==, 0);
    fata_check(now.tv_sec > 1700000000);
    fata_check_int(clock_gettime((clockid_t)77, &now), ==, -1);
}

FATA_TEST(files_are_refused_harmlessly)
{
#if FATA_FLAVOUR_HOST
    fata_skip("the host has files");
#else
    errno = 0;
    fata_check(fopen("/etc/passwd", "r") == NULL);
    fata_check_int(errno, ==, ENOENT);
    fata_check_int(getchar(), ==, EOF);
    fata_check_int(write(7, "x", 1), ==, -1);
    fata_check_int(errno, ==, EBADF);
#endif
}

FATA_TEST(stdio_prints_in_order_with_the_console)
{
    fata_check(printf("# printf reaches the console\n") > 0);
    fata_check_int(fflush(stdout), ==, 0);
}

FATA_TEST(processor_time_in_ticks)
{
    struct tms t;
    clock_t before = times(&t);
    fata_check(before >= 0 && t.tms_utime >= 0);
    fata_check(times(NULL) >= before);
    fata_check_int(sysconf(_SC_CLK_TCK), ==, 100);
}

FATA_TEST(memory_and_limits_are_told)
{
    fata_check(sysconf(_SC_PHYS_PAGES) >= sysconf(_SC_AVPHYS_PAGES));
    fata_check(sysconf(_SC_AVPHYS_PAGES) > 0);
    struct rlimit files;
    fata_check_int(getrlimit(RLIMIT_NOFILE, &files), ==, 0);
    if (!FATA_FLAVOUR_IMAGE)
        return;
    fata_check(files.rlim_cur == RLIM_INFINITY);
    fata_check_int(sysconf(_SC_OPEN_MAX), ==, -1);
}

FATA_TEST(mutexes_of_a_single_thread)
{
    static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
    fata_check_int(pthread_mutex_lock(&m), ==, 0);
    fata_check_int(pthread_mutex_trylock(&m), ==, EBUSY);
    fata_check_int(pthread_mutex_unlock(&m), ==, 0);
}
