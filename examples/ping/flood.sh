#!/bin/sh
# SPDX-License-Identifier: ISC
# The client of this example's case: the host's ping, of iputils.
set -u
if ! ping -V 2>/dev/null | grep -q iputils; then
    echo "skip: ping is not installed (package iputils-ping)"
    exit 77
fi
ping -q -c 1 -w 10 10.99.0.2 >/dev/null # until it is there
exec timeout 50 ping -q -f -c 5000 -s 1000 10.99.0.2
