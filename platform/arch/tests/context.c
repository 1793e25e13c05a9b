/* SPDX-License-Identifier: ISC */
/* Raw context switches: values survive, the stack is the new one. */
#include <fata/context.h>
#include <fata/cpu.h>
#include <fata/test.h>

/* A switch that the sanitizers are not told of confuses them; async tests
 * cover switches with annotations. */
static struct fata_context here, there;
static FATA_ALIGNED(16) char stack[16384];
static int64_t log_sum;
static bool on_stack;

static int64_t step;

static void entry(const struct fata_context *self)
{
    char local;
    on_stack = self == &there && (uintptr_t)&local >= (uintptr_t)stack &&
               (uintptr_t)&local < (uintptr_t)stack + sizeof(stack);
    for (int64_t i = 1;; i++) {
        log_sum += i * step;
        fata_context_switch(&there, &here);
    }
}

FATA_TEST(context_switches_and_keeps_registers)
{
    if (FATA_ASAN)
        fata_skip("raw switches are not annotated for ASan");
    step = 10;
    double d = 1.5;
    log_sum = 0;
    fata_context_make(&there, stack + sizeof(stack), entry);
    for (int i = 0; i < 3; i++) {
        fata_context_switch(&here, &there);
        d *= 2;
    }
    fata_check(on_stack);
    fata_check_int(log_sum, ==, 60);
    fata_check(d == 12.0);
}

FATA_TEST(cycle_counter_advances)
{
    uint64_t first = fata_cpu_cycles(), last = first;
    for (int i = 0; i < 1000000 && last == first; i++)
        last = fata_cpu_cycles();
    fata_check(last > first);
}

FATA_TEST(cpu_random_gives_different_values)
{
    uint64_t a, b;
    if (!fata_cpu_has_random())
        fata_skip("the CPU has no random instruction");
    fata_check(fata_cpu_random(&a));
    fata_check(fata_cpu_random(&b));
    fata_check(a != b);
}
