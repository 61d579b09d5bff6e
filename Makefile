# Obol. Targets: deps build env demo test bench lint asan fuzz docs install uninstall clean

# The words in which LuaRocks and packagers speak to a makefile; all of them may be given.
CC          ?= gcc
CFLAGS      ?= -O2 -g
LIBFLAG     ?= -shared
PREFIX      ?= /usr/local

BUILD       ?= build
LUA54_INCDIR  ?= /usr/include/lua5.4
LUAJIT_INCDIR ?= /usr/include/luajit-2.1

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wcast-qual -Wwrite-strings \
        -Wstrict-prototypes -Wmissing-prototypes -Wmissing-declarations -Wundef -Wvla -Wformat=2 \
        -Wnull-dereference
ifeq ($(CI),true)
WARN += -Werror
endif
FLAGS := -std=c11 -D_GNU_SOURCE -fPIC -fvisibility=hidden -fno-strict-overflow -pthread -Icore $(WARN)
LINK  := -pthread -Wl,-z,relro,-z,now,-z,noexecstack,-z,nodelete -Wl,--no-undefined-version
LIBS  := -lcurl -lcrypto -lssl

PLAIN := $(filter-out core/bind/%,$(wildcard core/*/*.c core/provider/*/*.c))
BIND  := $(wildcard core/bind/*.c)
PLAIN_OBJ := $(PLAIN:%.c=$(BUILD)/obj/%.o)

.PHONY: build env clean
build: $(BUILD)/5.4/obol/core.so $(BUILD)/luajit/obol/core.so

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(FLAGS) -MMD -MP -c -o $@ $<
$(BUILD)/5.4/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(FLAGS) -isystem $(LUA54_INCDIR) -MMD -MP -c -o $@ $<
$(BUILD)/luajit/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(FLAGS) -isystem $(LUAJIT_INCDIR) -MMD -MP -c -o $@ $<
$(BUILD)/%/obol/core.so: $(PLAIN_OBJ)
	@mkdir -p $(@D)
	$(CC) $(LIBFLAG) $(CFLAGS) $(LINK) -o $@ $^ $(LIBS)
$(BUILD)/5.4/obol/core.so: $(BIND:%.c=$(BUILD)/5.4/obj/%.o)
$(BUILD)/luajit/obol/core.so: $(BIND:%.c=$(BUILD)/luajit/obj/%.o)

# make env: what a shell needs to try things from the checkout; LUA=luajit for the other Lua
ENV_LUA := $(if $(findstring jit,$(LUA)),luajit,5.4)
env: build
	@echo 'export LUA_PATH="$(CURDIR)/lua/?.lua;$(CURDIR)/lua/?/init.lua;;"'
	@echo 'export LUA_CPATH="$(abspath $(BUILD))/$(ENV_LUA)/?.so;;"'

clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
