# SPDX-License-Identifier: ISC
# What this machine has, for scripts to source.

# Opening a file that is not there for writing would make one.
have_kvm() { [ -c /dev/kvm ] && (exec 3<>/dev/kvm) 2>/dev/null; }
