# SPDX-License-Identifier: ISC
# Rooms without I/O, and the bridges to main loops of the host, as libraries for
# programs with a build of their own (docs/host-libraries.md).
#   make libraries              build/host/lib
#   make install-libraries      part of make install: PREFIX, DESTDIR
#   make uninstall-libraries    part of make uninstall
# HOST_B: where they are made, for builds beside each other.

HOST_B   ?= $(B)/lib
HOST_CPU := $(shell $(CC) -dumpmachine | sed 's/-.*//')
HAVE_UV  := $(shell pkg-config --exists libuv && echo yes)

# By name: sources, what it requires, what it is.
HOST_LIBRARIES        := base async poll $(if $(HAVE_UV),uv) http-engine websocket
HOST_SRC_base         := $(wildcard base/*.c) platform/arch/$(HOST_CPU)/random.c lib/host/panic.c
HOST_DOC_base         := errors, lists, time, panic
HOST_SRC_async        := $(wildcard async/*.c)
HOST_NEEDS_async      := fata-base
HOST_DOC_async        := fibers, scopes, channels, timers
HOST_SRC_poll         := lib/bridge/poll.c
HOST_NEEDS_poll       := fata-async
HOST_DOC_poll         := fibers on poll(2)
HOST_SRC_uv           := lib/bridge/uv.c
HOST_NEEDS_uv         := fata-async libuv
HOST_DOC_uv           := fibers in the main loop of libuv
HOST_SRC_http-engine  := $(wildcard lib/http/engine/*.c)
HOST_NEEDS_http-engine := fata-base
HOST_DOC_http-engine  := HTTP/1.1 without I/O
HOST_SRC_websocket    := $(wildcard lib/websocket/*.c)
HOST_NEEDS_websocket  := fata-base
HOST_DOC_websocket    := WebSocket without I/O

HOST_ROOMS   := base async platform/arch lib/bridge lib/http/engine lib/websocket
HOST_HEADERS := $(foreach r,$(HOST_ROOMS),$(wildcard $(r)/include/fata/*.h))
HOST_HEADERS := $(if $(HAVE_UV),$(HOST_HEADERS),$(filter-out %/uv.h,$(HOST_HEADERS)))

HOST_CFLAGS = $(CFLAGS) $(FATA_HOST_CPPFLAGS) -std=c17 -D_GNU_SOURCE -DFATA_FLAVOUR_HOST=1 $(WARN) -fPIC \
              -ffunction-sections -fdata-sections $(addprefix -I,$(addsuffix /include,$(HOST_ROOMS))) \
              -isystem $(HOST_B)/llhttp/include/llhttp $(if $(HAVE_UV),$$(pkg-config --cflags libuv))

host_obj = $(patsubst %,$(HOST_B)/obj/%.o,$(HOST_SRC_$(1)))
host_pc  = $(HOST_B)/fata-$(1).pc

.PHONY: libraries install-libraries uninstall-libraries
libraries: $(foreach l,$(HOST_LIBRARIES),$(HOST_B)/libfata-$(l).a $(call host_pc,$(l)))

# A port, whose source the tool fetches.  Its names are local in the library, so
# that a program may have an llhttp of its own.
$(HOST_B)/llhttp/ready: ports/llhttp/fata.yml | $(B)/fata
	@mkdir -p $(@D)
	$(Q)llhttp=$$(sh lib/http/engine/tests/llhttp.sh $(B)/fata) && cp -R "$$llhttp/." $(@D)
	@touch $@

$(HOST_B)/obj/llhttp.o: $(HOST_B)/llhttp/ready
	@mkdir -p $(@D)/llhttp
	@echo "  CC    llhttp" >&2
	$(Q)for f in $(HOST_B)/llhttp/llhttp/*.c; do \
	    $(CC) $(CFLAGS) -DLLHTTP_STRICT_MODE=1 -w -Os -fPIC -ffunction-sections -fdata-sections \
	        -I$(HOST_B)/llhttp/include/llhttp -c -o $(@D)/llhttp/$$(basename $$f).o $$f || exit 1; \
	done
	$(Q)$(LD) -r -o $@ $(@D)/llhttp/*.o

$(HOST_B)/obj/%.c.o: %.c Makefile lib/host/libraries.mk $(HOST_B)/llhttp/ready
	@mkdir -p $(@D)
	@echo "  CC    $<" >&2
	$(Q)$(CC) $(HOST_CFLAGS) -MMD -MP -c -o $@ $<

$(HOST_B)/obj/http-engine.o: $(call host_obj,http-engine) $(HOST_B)/obj/llhttp.o
	$(Q)$(LD) -r -o $@ $^
	$(Q)objcopy --wildcard --localize-symbol='llhttp_*' $@

$(HOST_B)/libfata-http-engine.a: $(HOST_B)/obj/http-engine.o
	$(Q)rm -f $@ && $(AR) rcs $@ $^

define host_library
$(filter-out %-engine.a,$(HOST_B)/libfata-$(1).a): $(call host_obj,$(1))
	$$(Q)rm -f $$@ && $$(AR) rcs $$@ $$^

# Found from where the file is, so that the folder can be moved.
$(call host_pc,$(1)): lib/host/libraries.mk
	@mkdir -p $$(@D)
	$$(Q)printf '%s\n' 'prefix=$$$${pcfiledir}/../..' 'Name: fata-$(1)' 'Description: $(HOST_DOC_$(1))' \
	    'Version: $(VERSION)' 'Requires: $(HOST_NEEDS_$(1))' \
	    'Cflags: -I$$$${prefix}/include$(if $(filter http-engine,$(1)), -I$$$${prefix}/include/fata/llhttp)' \
	    'Libs: -L$$$${prefix}/lib -lfata-$(1)' >$$@
endef
$(foreach l,$(HOST_LIBRARIES),$(eval $(call host_library,$(l))))

-include $(foreach l,$(HOST_LIBRARIES),$(patsubst %.o,%.d,$(call host_obj,$(l))))

HOST_TO = $(DESTDIR)$(PREFIX)

install-libraries: libraries
	$(Q)install -d $(HOST_TO)/include/fata/llhttp $(HOST_TO)/lib/pkgconfig $(HOST_TO)/lib/cmake/Fata \
	    $(HOST_TO)/share/doc/fata
	$(Q)install -m 644 $(HOST_HEADERS) $(HOST_TO)/include/fata
	$(Q)install -m 644 $(HOST_B)/llhttp/include/llhttp/llhttp.h $(HOST_TO)/include/fata/llhttp
	$(Q)install -m 644 $(foreach l,$(HOST_LIBRARIES),$(HOST_B)/libfata-$(l).a) $(HOST_TO)/lib
	$(Q)install -m 644 $(foreach l,$(HOST_LIBRARIES),$(call host_pc,$(l))) $(HOST_TO)/lib/pkgconfig
	$(Q)install -m 644 lib/host/FataConfig.cmake $(HOST_TO)/lib/cmake/Fata
	$(Q)sed 's/@VERSION@/$(VERSION)/' lib/host/FataConfigVersion.cmake >$(HOST_TO)/lib/cmake/Fata/FataConfigVersion.cmake
	$(Q)install -m 644 LICENSE lib/host/licences $(HOST_TO)/share/doc/fata

uninstall-libraries:
	$(Q)rm -rf $(HOST_TO)/include/fata $(HOST_TO)/lib/cmake/Fata $(HOST_TO)/share/doc/fata
	$(Q)rm -f $(HOST_TO)/lib/libfata-*.a $(HOST_TO)/lib/pkgconfig/fata-*.pc
