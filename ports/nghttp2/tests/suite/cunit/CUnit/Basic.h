/* SPDX-License-Identifier: ISC */
#include <CUnit/CUnit.h>
