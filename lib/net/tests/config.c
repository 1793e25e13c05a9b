/* SPDX-License-Identifier: ISC */
/* Whose addresses are which. */
#include "../shared.h"

#include <fata/test.h>
#include <string.h>

int fata_stack_key_ipv4(const char *value);
int fata_stack_key_ipv6(const char *value);
int fata_stack_key_ipv6_gateway(const char *value);

/* Of stack `name`, as text. */
static bool is_ipv4(const char *name, const char *text)
{
    char own[FATA_ADDRESS_TEXT];
    struct fata__addresses a = fata__net_addresses(name);
    return strcmp(fata_address_print(&a.ipv4, own), text) == 0;
}

FATA_TEST(an_address_without_a_name_is_for_the_only_stack)
{
    fata_check_int(fata_stack_key_ipv4("10.0.0.2/24"), ==, 0);
    fata_check(is_ipv4("stack", "10.0.0.2"));
    fata_check(fata__net_addresses("stack").unnamed);
    fata_check_int(fata__net_addresses("stack").ipv4_prefix, ==, 24);
    fata_check_int(fata_stack_key_ipv4(""), ==, 0);
    fata_check(is_ipv4("stack", "none"));
    fata_check(!fata__net_addresses("stack").unnamed);
}

FATA_TEST(names_tell_stacks_apart)
{
    fata_check_int(fata_stack_key_ipv4("a=10.0.0.2/24,ab=10.0.0.3/16"), ==, 0);
    fata_check(is_ipv4("a", "10.0.0.2"));
    fata_check(is_ipv4("ab", "10.0.0.3"));
    fata_check_int(fata__net_addresses("ab").ipv4_prefix, ==, 16);
    fata_check(is_ipv4("abc", "none"));
    fata_check(!fata__net_addresses("a").unnamed);
}

FATA_TEST(a_name_counts_more_than_none)
{
    fata_check_int(fata_stack_key_ipv4("10.0.0.1/8,a=10.0.0.2/24"), ==, 0);
    fata_check(is_ipv4("a", "10.0.0.2"));
    fata_check(!fata__net_addresses("a").unnamed);
    fata_check(is_ipv4("b", "10.0.0.1"));
    fata_check(fata__net_addresses("b").unnamed);
    fata_check_int(fata_stack_key_ipv4("a=10.0.0.2/24,10.0.0.1/8"), ==, 0);
    fata_check(is_ipv4("a", "10.0.0.2"));
    fata_check(!fata__net_addresses("a").unnamed);
}

FATA_TEST(names_of_no_stack_are_told)
{
    static struct fata__net_name a = {.name = "a"}, front = {.name = "front"};
    fata_check_int(fata_stack_key_ipv4("a=10.0.0.2/24,b=10.0.0.3/24"), ==, 0);
    fata_check_int(fata_stack_key_ipv6("fron=fd00::2/64,fd00::3/64"), ==, 0);
    fata_check_int(fata__net_check_names(), ==, 3);
    fata__net_name_add(&a);
    fata__net_name_add(&front);
    fata_check_int(fata__net_check_names(), ==, 2);
    fata_check_int(fata_stack_key_ipv4("front=10.0.0.2/24"), ==, 0);
    fata_check_int(fata_stack_key_ipv6(""), ==, 0);
    fata_check_int(fata__net_check_names(), ==, 0);
    fata_check_int(fata_stack_key_ipv4(""), ==, 0);
}

FATA_TEST(colons_are_no_names)
{
    fata_check_int(fata_stack_key_ipv6("a=fd00::2/64,fe80::5/64"), ==, 0);
    fata_check_int(fata__net_addresses("a").ipv6.bytes[0], ==, 0xfd);
    fata_check_int(fata__net_addresses("fe80").ipv6.bytes[15], ==, 5);
    fata_check(fata__net_addresses("fe80").unnamed);
    fata_check_int(fata_stack_key_ipv6(""), ==, 0);
}

FATA_TEST(each_of_a_list_is_checked)
{
    fata_check_int(fata_stack_key_ipv4("a=10.0.0.2/24,b=10.0.0.3"), ==,
                   FATA_EINVAL);
    fata_check_int(fata_stack_key_ipv4("a=fd00::2/64"), ==, FATA_EINVAL);
    fata_check_int(fata_stack_key_ipv4("a="), ==, FATA_EINVAL);
    fata_check_int(fata_stack_key_ipv4(",10.0.0.2/24"), ==, FATA_EINVAL);
    fata_check_int(fata_stack_key_ipv4("a=b=10.0.0.2/24"), ==, FATA_EINVAL);
    fata_check_int(fata_stack_key_ipv6("a=fd00::2/48"), ==, FATA_ENOTSUP);
    fata_check_int(
        fata_stack_key_ipv6_gateway(
            "fd00:1111:2222:3333:4444:5555:6666:7777:8888:9999:0000"),
        ==, FATA_EINVAL);
    fata_check_int(fata_stack_key_ipv6_gateway("fe80::1/64"), ==, FATA_EINVAL);
}
