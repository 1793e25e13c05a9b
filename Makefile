# SPDX-License-Identifier: ISC
# Bootstraps the tool and the tenders; all else is built by the tool.
#   make            tool and tender
#   make demo       builds and boots examples/website, where a browser finds it (PORT=8080)
#   make check      the tests          make check-fast   the quick part
#   make check-kvm  the hvt tests that need an ordinary KVM, in QEMU
#   make check-slow what make check leaves out: slow ports on unix, ports for aarch64, clang
#   make install    PREFIX=$HOME/.local       make uninstall
#   make bench-boot     make bench-async     make bench-net     make bench-http
#   make bench-dns      make bench-stack      make bench-openssl
#   make fuzz FUZZ_SECONDS=60     make clean
# V=1 shows commands.  CC, CFLAGS, LDFLAGS as usual.

B       := build/host
PREFIX  ?= /usr/local
CC      ?= cc
CFLAGS  ?= -O2 -g
WARN    := -Wall -Wextra -Wshadow -Wcast-qual -Wwrite-strings \
           -Wstrict-prototypes -Wmissing-prototypes -Wundef -Wvla
Q       := $(if $(V),,@)
VERSION := 0.1.0

TOOL    := $(wildcard tool/*.c)
TENDER  := $(wildcard tender/*.c)
SPT     := $(TENDER) $(wildcard tender/spt/*.c tender/spt/*.S)
HVT     := $(TENDER) $(wildcard tender/hvt/*.c tender/hvt/*.S)
HVT_GDB := $(filter-out %/nodebug.c,$(HVT)) $(wildcard tender/hvt/gdb/*.c)
NET     := $(wildcard tender/net/*.c) tender/message.c
TENDERS := fata-spt $(if $(filter x86_64-%,$(shell $(CC) -dumpmachine)),fata-hvt fata-hvt-debug)

PACKAGES := gcc make ninja-build pkg-config binutils libfyaml-dev libjansson-dev \
            libssl-dev libelf-dev zlib1g-dev libseccomp-dev dpkg-dev xz-utils patch \
            cmark-gfm
# For the user-mode network; everything else works without it.
OPTIONAL_PACKAGES := libslirp-dev

# Made first, then read: without root, packages are unpacked privately, and this
# says where.
ifneq ($(MAKECMDGOALS),clean)
include $(B)/packages.mk
endif

# The program between an image and the host's sockets: where libslirp is.
HAVE_SLIRP := $(shell echo '#include <slirp/libslirp.h>' | $(CC) $(FATA_HOST_CPPFLAGS) -E - >/dev/null 2>&1 && echo yes)
WORKERS    := $(if $(HAVE_SLIRP),fata-net)

TOOL_LIBS   = libfyaml jansson libcrypto libelf zlib
TOOL_CFLAGS = $(CFLAGS) $(FATA_HOST_CPPFLAGS) -std=c17 -D_GNU_SOURCE $(WARN) -Itool -Ibase/include -DFATA_VERSION='"$(VERSION)"' \
              $$(pkg-config --cflags $(TOOL_LIBS))
SPT_CFLAGS  = $(CFLAGS) $(FATA_HOST_CPPFLAGS) -std=c17 -D_GNU_SOURCE $(WARN) -Wconversion -fPIE \
              -Ibase/include -Iabi/include -Itender -DFATA_VERSION='"$(VERSION)"'

# A run path in a static executable makes glibc's start-up code crash.
comma := ,
STATIC_LDFLAGS = $(filter-out -Wl$(comma)-rpath%,$(LDFLAGS))

obj = $(patsubst %,$(B)/obj/%.o,$(1))

.PHONY: all
all: $(B)/fata $(addprefix $(B)/,$(TENDERS) $(WORKERS))

$(B)/packages.mk: tool/packages.sh
	@mkdir -p $(B)
	@sh tool/packages.sh $(OPTIONAL_PACKAGES) || echo "  (\`fata run -p\` needs it, nothing else does)" >&2
	$(Q)sh tool/packages.sh --makefile $@ $(PACKAGES)
	@touch $@

$(B)/fata: $(call obj,$(TOOL))
	@echo "  LD    $@" >&2
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $$(pkg-config --libs $(TOOL_LIBS))

$(B)/fata-spt: $(call obj,$(SPT))
	@echo "  LD    $@" >&2
	$(Q)$(CC) $(CFLAGS) $(STATIC_LDFLAGS) -static-pie -o $@ $^ $$(pkg-config --libs --static libseccomp)

$(B)/fata-hvt: $(call obj,$(HVT))
	@echo "  LD    $@" >&2
	$(Q)$(CC) $(CFLAGS) $(STATIC_LDFLAGS) -static-pie -o $@ $^ $$(pkg-config --libs --static libseccomp)

# With gdb at the other end of a socket; fata-hvt has nothing of it.
$(B)/fata-hvt-debug: $(call obj,$(HVT_GDB))
	@echo "  LD    $@" >&2
	$(Q)$(CC) $(CFLAGS) $(STATIC_LDFLAGS) -static-pie -o $@ $^ $$(pkg-config --libs --static libseccomp)

$(B)/fata-net: $(call obj,$(NET))
	@echo "  LD    $@" >&2
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -pie -o $@ $^ -lslirp $$(pkg-config --libs libseccomp)

$(B)/obj/tool/%.o: tool/% Makefile
	@mkdir -p $(@D)
	@echo "  CC    $<" >&2
	$(Q)$(CC) $(TOOL_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/obj/tender/%.o: tender/% Makefile
	@mkdir -p $(@D)
	@echo "  CC    $<" >&2
	$(Q)$(CC) $(SPT_CFLAGS) -MMD -MP -c -o $@ $<

# The handlers run on the guest's thread pointer.
$(B)/obj/tender/spt/fault.c.o $(B)/obj/tender/report.c.o: SPT_CFLAGS += -fno-stack-protector

-include $(patsubst %.o,%.d,$(call obj,$(TOOL) $(SPT) $(HVT) $(HVT_GDB) $(NET)))

.PHONY: demo
demo: all
	$(Q)sh examples/website/demo.sh $(B)/fata

# What builds of ports need here, beyond a compiler.
PORT_PACKAGES  := tcl cmake meson
CHECK_PACKAGES := clang libclang-rt-14-dev valgrind gdb qemu-user curl iproute2 libuv1-dev tcpdump \
                  dnsmasq-base iputils-ping iperf nginx-light wrk gcc-aarch64-linux-gnu \
                  libc6-dev-arm64-cross clang-format-14 chromium python3 graphviz $(PORT_PACKAGES)

$(B)/check-packages: tool/packages.sh Makefile
	@mkdir -p $(B)
	$(Q)sh tool/packages.sh $(CHECK_PACKAGES)
	@touch $@

$(B)/port-packages: tool/packages.sh Makefile
	@mkdir -p $(B)
	$(Q)sh tool/packages.sh $(PORT_PACKAGES)
	@touch $@

# The manifest reader's fuzz harness as a program that replays files.
FUZZED := fuzz_manifest.c $(addsuffix .c,manifest reader schema value text path util util_file)
$(B)/fuzz_manifest: $(addprefix tool/,tests/fuzz_manifest.c $(filter-out fuzz%,$(FUZZED)))
	@mkdir -p $(@D)
	$(Q)$(CC) $(TOOL_CFLAGS) -fsanitize=address,undefined -DREPLAY -o $@ $^ \
	    $$(pkg-config --libs libfyaml libcrypto)

# The user-mode network's, with libslirp as it is installed.
FUZZED_FRAMES := tests/fuzz_frames.c net/stack.c net/forward.c net/frame.c net/capture.c message.c
$(B)/fuzz_frames: $(addprefix tender/,$(FUZZED_FRAMES))
	@mkdir -p $(@D)
	$(Q)$(CC) $(SPT_CFLAGS) $(LDFLAGS) -fsanitize=address,undefined -DREPLAY -o $@ $^ -lslirp

# The HTTP engine's; llhttp is a port, whose source the tool fetches.
HTTP_CFLAGS  = $(CFLAGS) $(FATA_HOST_CPPFLAGS) -std=c17 -Ibase/include -Ilib/http/engine/include
HTTP_FUZZED := $(addprefix lib/http/engine/,tests/fuzz_http.c read.c head.c field.c text.c write.c)
$(B)/fuzz_http: $(HTTP_FUZZED) build/host/fata
	@mkdir -p $(@D)
	$(Q)llhttp=$$(sh lib/http/engine/tests/llhttp.sh build/host/fata) && \
	    $(CC) $(HTTP_CFLAGS) -fsanitize=address,undefined -DREPLAY -DLLHTTP_STRICT_MODE=1 \
	    -isystem $$llhttp/include/llhttp -o $@ $(HTTP_FUZZED) $$llhttp/llhttp/*.c

SOCKET_FUZZED := $(addprefix lib/websocket/,tests/fuzz_websocket.c websocket.c)
$(B)/fuzz_websocket: $(SOCKET_FUZZED)
	@mkdir -p $(@D)
	$(Q)$(CC) $(HTTP_CFLAGS) -Ilib/websocket/include -fsanitize=address,undefined -DREPLAY -o $@ $^
# The DNS client's, with the c-ares that the tool has built.
$(B)/fuzz_dns: lib/dns/engine/tests/fuzz.sh lib/dns/engine/tests/fuzz_reply.c $(wildcard lib/dns/engine/*.c) $(B)/fata
	$(Q)sh $< $(B)/fata $@ -DREPLAY

# Fuzzes the parsers of foreign bytes; what they find is kept in build/fuzz.
FUZZ_SECONDS ?= 60
CLANG        ?= clang
# An image of target unix with libFuzzer inside: the fibers of what is fuzzed run.
FUZZER_CC = $(CLANG) -fsanitize=fuzzer-no-link -Wno-unused-command-line-argument -lstdc++ \
            -Wl,--whole-archive,$(shell $(CLANG) -print-file-name=libclang_rt.fuzzer_no_main-x86_64.a),--no-whole-archive
.PHONY: fuzz
fuzz: all $(B)/check-packages
	@mkdir -p $(addprefix build/fuzz/,manifest image gdb ring frames net http websocket dns)
	$(Q)$(CLANG) $(TOOL_CFLAGS) -fsanitize=fuzzer,address,undefined -o build/fuzz/fuzz_manifest \
	    $(addprefix tool/,tests/fuzz_manifest.c $(filter-out fuzz%,$(FUZZED))) \
	    $$(pkg-config --libs libfyaml libcrypto)
	$(Q)$(CLANG) $(SPT_CFLAGS) -fsanitize=fuzzer,address,undefined -o build/fuzz/fuzz_image \
	    tender/tests/fuzz_image.c tender/image.c tender/note.c tender/message.c
	$(Q)$(CLANG) $(SPT_CFLAGS) -fsanitize=fuzzer,address,undefined -o build/fuzz/fuzz_gdb \
	    tender/tests/fuzz_gdb.c tender/hvt/gdb/rsp.c tender/hvt/gdb/registers.c
	$(Q)$(CLANG) $(SPT_CFLAGS) -fsanitize=fuzzer,address,undefined -o build/fuzz/fuzz_ring \
	    tender/tests/fuzz_ring.c $(addprefix tender/hvt/,ring.c frame.c memory.c) tender/message.c
	$(Q)llhttp=$$(sh lib/http/engine/tests/llhttp.sh build/host/fata) && \
	    $(CLANG) $(HTTP_CFLAGS) -fsanitize=fuzzer,address,undefined -DLLHTTP_STRICT_MODE=1 \
	    -isystem $$llhttp/include/llhttp -o build/fuzz/fuzz_http $(HTTP_FUZZED) $$llhttp/llhttp/*.c
	$(Q)$(CLANG) $(HTTP_CFLAGS) -Ilib/websocket/include -fsanitize=fuzzer,address,undefined \
	    -o build/fuzz/fuzz_websocket $(SOCKET_FUZZED)
	$(if $(HAVE_SLIRP),$(Q)$(CLANG) $(SPT_CFLAGS) $(LDFLAGS) -fsanitize=fuzzer$(comma)address$(comma)undefined \
	    -o build/fuzz/fuzz_frames $(addprefix tender/,$(FUZZED_FRAMES)) -lslirp)
	$(Q)sh lib/dns/engine/tests/fuzz.sh $(B)/fata build/fuzz/fuzz_dns -fsanitize=fuzzer
	build/fuzz/fuzz_manifest -max_total_time=$(FUZZ_SECONDS) build/fuzz/manifest tool/tests/corpus_manifest
	build/fuzz/fuzz_image -max_total_time=$(FUZZ_SECONDS) build/fuzz/image tender/tests/corpus
	build/fuzz/fuzz_gdb -max_total_time=$(FUZZ_SECONDS) build/fuzz/gdb tender/tests/corpus_gdb
	build/fuzz/fuzz_websocket -max_total_time=$(FUZZ_SECONDS) build/fuzz/websocket lib/websocket/tests/corpus
	build/fuzz/fuzz_http -max_total_time=$(FUZZ_SECONDS) build/fuzz/http lib/http/engine/tests/corpus
	build/fuzz/fuzz_ring -max_total_time=$(FUZZ_SECONDS) build/fuzz/ring tender/tests/corpus_ring
	"$$(FATA_CC="$(FUZZER_CC)" $(B)/fata build -t unix --sanitize lib/net/tests/fuzz | tail -n 1)" --ipv4=10.0.0.2/24 --logs='*:off' \
	    --fuzz="-max_total_time=$(FUZZ_SECONDS) -max_len=6000 build/fuzz/net lib/net/tests/fuzz/corpus"
	build/fuzz/fuzz_dns -max_total_time=$(FUZZ_SECONDS) build/fuzz/dns lib/dns/engine/tests/corpus
	$(if $(HAVE_SLIRP),build/fuzz/fuzz_frames -max_total_time=$(FUZZ_SECONDS) build/fuzz/frames tender/tests/corpus_frames)

.PHONY: check check-fast
check: all $(B)/check-packages
	$(Q)sh tests/check.sh

check-fast: all $(B)/port-packages
	$(Q)sh tests/check.sh fast

# Ring 0, and ring 3 on SVM, in a machine that QEMU emulates.
.PHONY: check-kvm
check-kvm: all
	$(Q)sh tests/kvm/run.sh $(B)/fata

# What `make check` has no time for: every port on unix, and for aarch64 in the
# image that tests it; all that is ours by clang.  As long as all else.
.PHONY: check-slow
check-slow: all $(B)/check-packages
	$(Q)$(B)/fata test -t unix ports
	$(Q)for tests in ports/*/tests/image; do $(B)/fata build -t spt-aarch64 $$tests || exit 1; done
	$(Q)$(B)/fata test -t unix,spt --cc=clang examples lib
	$(Q)sh tests/tsan.sh $(B)/fata clang

# What an image needs: every room but its tests.
ROOMS := abi async base device gdb lib libc platform ports

include lib/host/libraries.mk

.PHONY: install uninstall
install: all install-libraries
	$(Q)install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/fata \
	    $(DESTDIR)$(PREFIX)/share/man/man1 \
	    $(DESTDIR)$(PREFIX)/share/bash-completion/completions
	$(Q)install -m 755 $(B)/fata $(addprefix $(B)/,$(TENDERS) $(WORKERS)) $(DESTDIR)$(PREFIX)/bin
	$(Q)rm -rf $(addprefix $(DESTDIR)$(PREFIX)/share/fata/,$(ROOMS))
	$(Q)cp -r $(ROOMS) fata.lock LICENSE $(DESTDIR)$(PREFIX)/share/fata
	$(Q)find $(DESTDIR)$(PREFIX)/share/fata -type d -name tests -prune -exec rm -rf {} +
	$(Q)install -m 644 tool/fata.1 $(addsuffix .1,$(addprefix tender/,$(filter-out %-debug,$(TENDERS)) fata-net)) $(DESTDIR)$(PREFIX)/share/man/man1
	$(Q)install -m 644 tool/completion.bash \
	    $(DESTDIR)$(PREFIX)/share/bash-completion/completions/fata
	@echo "  MAKE  $(DESTDIR)$(PREFIX)/bin/*-fata-cc" >&2
	$(Q)env -u FATA_ROOT $(DESTDIR)$(PREFIX)/bin/fata toolchain $(DESTDIR)$(PREFIX) >/dev/null || \
	    echo "  (without the toolchain, for now: later type fata toolchain $(PREFIX))" >&2

uninstall: uninstall-libraries
	$(Q)rm -f $(addprefix $(DESTDIR)$(PREFIX)/bin/,fata $(TENDERS) fata-net) \
	    $(addprefix $(DESTDIR)$(PREFIX)/share/man/man1/,fata.1 $(addsuffix .1,$(TENDERS) fata-net)) \
	    $(DESTDIR)$(PREFIX)/share/bash-completion/completions/fata
	$(Q)rm -rf $(DESTDIR)$(PREFIX)/share/fata
	$(Q)for cpu in x86_64 aarch64; do \
	    rm -rf $(DESTDIR)$(PREFIX)/bin/$$cpu-fata-* $(DESTDIR)$(PREFIX)/$$cpu-fata; done

.PHONY: clean
clean:
	rm -rf build compile_commands.json

.PHONY: bench-http
bench-http: all
	$(Q)sh bench/http/run.sh

.PHONY: bench-stack
bench-stack: all
	$(Q)sh bench/stack/run.sh

.PHONY: bench-boot
bench-boot: all
	$(Q)sh bench/boot/run.sh

# Beside other schedulers; their packages are installed if they can be had.
.PHONY: bench-async
bench-async: $(B)/packages.mk
	$(Q)sh bench/async/run.sh

.PHONY: bench-net
bench-net: all
	$(Q)sh bench/net/run.sh

.PHONY: bench-dns
bench-dns: all
	$(Q)sh bench/dns/run.sh

.PHONY: bench-openssl
bench-openssl: all
	$(Q)sh bench/openssl/run.sh
