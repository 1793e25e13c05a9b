/* SPDX-License-Identifier: ISC */
/* The registers as gdb numbers them.  Of vectors there are the low 128 bits. */
#include "rsp.h"

bool rsp_register(uint64_t number, size_t *offset, size_t *size)
{
    static const struct {
        size_t count, size;
    } groups[] = {
        {17, 8},  /* rax to r15, rip */
        {7, 4},   /* eflags, selectors */
        {8, 10},  /* st0 to st7 */
        {8, 4},   /* fctrl to fop */
        {16, 16}, /* xmm0 to xmm15 */
        {1, 4},   /* mxcsr */
        {2, 8},   /* fs_base, gs_base */
    };

    *offset = 0;
    for (size_t i = 0; i < FATA_COUNT(groups); i++) {
        if (number < groups[i].count) {
            *offset += number * groups[i].size;
            *size = groups[i].size;
            return true;
        }
        number -= groups[i].count;
        *offset += groups[i].count * groups[i].size;
    }
    return false;
}

#define REG(name, bits, type)                                                  \
    "<reg name='" name "' bitsize='" bits "' type='" type "'/>"
#define L(name)         REG(name, "64", "int64")
#define P(name, type)   REG(name, "64", type)
#define S(name)         REG(name, "32", "int32")
#define F(name)         REG(name, "80", "i387_ext")
#define C(name)         REG(name, "32", "int' group='float")
#define X(name)         REG("xmm" name, "128", "vec128")
#define FLAG(name, bit) "<field name='" name "' start='" bit "' end='" bit "'/>"
#define FIELD(name, id) "<field name='" name "' type='" id "'/>"
#define VECTOR(id, type, count)                                                \
    "<vector id='" id "' type='" type "' count='" count "'/>"

/* clang-format off */
const char rsp_description[] =
    "<?xml version='1.0'?><!DOCTYPE target SYSTEM 'gdb-target.dtd'><target>"
    "<architecture>i386:x86-64</architecture>"
    "<feature name='org.gnu.gdb.i386.core'>"
    "<flags id='i386_eflags' size='4'>"
    FLAG("CF", "0") FLAG("PF", "2") FLAG("AF", "4") FLAG("ZF", "6")
    FLAG("SF", "7") FLAG("TF", "8") FLAG("IF", "9") FLAG("DF", "10")
    FLAG("OF", "11") FLAG("AC", "18") FLAG("ID", "21")
    "</flags>"
    L("rax") L("rbx") L("rcx") L("rdx") L("rsi") L("rdi")
    P("rbp", "data_ptr") P("rsp", "data_ptr")
    L("r8") L("r9") L("r10") L("r11") L("r12") L("r13") L("r14") L("r15")
    P("rip", "code_ptr") REG("eflags", "32", "i386_eflags")
    S("cs") S("ss") S("ds") S("es") S("fs") S("gs")
    F("st0") F("st1") F("st2") F("st3") F("st4") F("st5") F("st6") F("st7")
    C("fctrl") C("fstat") C("ftag") C("fiseg")
    C("fioff") C("foseg") C("fooff") C("fop")
    "</feature>"
    "<feature name='org.gnu.gdb.i386.sse'>"
    VECTOR("v4f", "ieee_single", "4") VECTOR("v2d", "ieee_double", "2")
    VECTOR("v16i8", "int8", "16") VECTOR("v8i16", "int16", "8")
    VECTOR("v4i32", "int32", "4") VECTOR("v2i64", "int64", "2")
    "<union id='vec128'>"
    FIELD("v4_float", "v4f") FIELD("v2_double", "v2d")
    FIELD("v16_int8", "v16i8") FIELD("v8_int16", "v8i16")
    FIELD("v4_int32", "v4i32") FIELD("v2_int64", "v2i64")
    FIELD("uint128", "uint128")
    "</union>"
    X("0") X("1") X("2") X("3") X("4") X("5") X("6") X("7")
    X("8") X("9") X("10") X("11") X("12") X("13") X("14") X("15")
    REG("mxcsr", "32", "int' group='vector")
    "</feature>"
    "<feature name='org.gnu.gdb.i386.segments'>"
    L("fs_base") L("gs_base")
    "</feature></target>";
/* clang-format on */
