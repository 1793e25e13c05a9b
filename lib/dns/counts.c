/* SPDX-License-Identifier: ISC */
/* What the resolver counts, and the source of its log: debug for each lookup,
 * warnings where no server answers. */
#include "internal.h"

FATA_LOG_SOURCE(fata__log_dns, "dns", "names that are looked up");

#define LOOKUPS(variable, how)                                                 \
    FATA_COUNTER(variable, "fata_dns_lookups_total",                           \
                 "Lookups of names, by how they ended.", {"result", how})

LOOKUPS(fata__dns_cached, "cached");
LOOKUPS(fata__dns_shared, "shared");
LOOKUPS(fata__dns_found, "found");
LOOKUPS(fata__dns_none, "none");
LOOKUPS(fata__dns_failed, "failed");

FATA_COUNTER(fata__dns_sent, "fata_dns_queries_total",
             "Queries sent to name servers.");
FATA_COUNTER(fata__dns_foreign, "fata_dns_foreign_total",
             "Datagrams to the resolver that were no replies to its queries.");
