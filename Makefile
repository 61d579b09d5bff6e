# Obol. Targets: deps build env demo serve browser test crash simulate bench lint asan fuzz docs install uninstall clean

# The words in which LuaRocks and packagers speak to a makefile; all of them may be given. With
# LUA_INCDIR, one core is built and installed, for the Lua whose headers lie there; without it, one
# for Lua 5.4 and one for LuaJIT. LUA, LUALIB, LUA_LIBDIR and LUA_BINDIR may come along: a module
# is not linked with Lua, so they change nothing.
CC          ?= gcc
CFLAGS      ?= -O2 -g
LIBFLAG     ?= -shared
LUA_INCDIR  ?=
PREFIX      ?= /usr/local
BINDIR      ?= $(PREFIX)/bin
LIBDIR      ?=
LUADIR      ?=
CONFDIR     ?= $(PREFIX)/etc
DESTDIR     ?=

BUILD       ?= build
LUA54_INCDIR  ?= /usr/include/lua5.4
LUAJIT_INCDIR ?= /usr/include/luajit-2.1
FUZZ_SECONDS  ?= 60

# The one list of Debian packages. Never `luajit`: it conflicts with the LuaJIT that
# libnginx-mod-http-lua stands on, which is luajit2.
DEPS_RUN  := gcc libc6-dev lua5.4 liblua5.4-dev luajit2 libluajit2-5.1-dev \
             libcurl4-openssl-dev libssl-dev libsqlite3-dev libqrencode4 ca-certificates lua-argparse \
             nginx libnginx-mod-http-lua
DEPS_TEST := lua-busted lua-cjson lua-cqueues lua-socket lua-luaossl luarocks openssl binutils git \
             libpq5 postgresql-15 strace
DEPS_LINT := lua-check cppcheck clang libclang-rt-14-dev llvm clang-format

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wcast-qual -Wwrite-strings \
        -Wstrict-prototypes -Wmissing-prototypes -Wmissing-declarations -Wundef -Wvla -Wformat=2 \
        -Wnull-dereference
ifeq ($(CI),true)
WARN += -Werror
endif
FLAGS := -std=c11 -D_GNU_SOURCE -fPIC -fvisibility=hidden -fno-plt -fno-strict-overflow -pthread -Icore $(WARN)
LINK  := -pthread -Wl,-z,relro,-z,now,-z,noexecstack,-z,nodelete -Wl,--no-undefined-version
LIBS  := -lcurl -lcrypto -lssl -lsqlite3 -ldl

# What does not see Lua is compiled once, what does once for each Lua.
ifeq ($(LUA_INCDIR),)
OUT   := $(BUILD)
CORES := $(OUT)/5.4/obol/core.so $(OUT)/luajit/obol/core.so
else
OUT   := $(BUILD)/for$(subst /,-,$(LUA_INCDIR))
CORES := $(OUT)/one/obol/core.so
endif
PLAIN := $(filter-out core/bind/%,$(wildcard core/*/*.c core/provider/*/*.c))
BIND  := $(wildcard core/bind/*.c)
PLAIN_OBJ := $(PLAIN:%.c=$(OUT)/obj/%.o)
COMPILE    = $(CC) $(CFLAGS) $(FLAGS) -MMD -MP

.PHONY: build env demo serve browser test crash simulate bench lint asan fuzz docs install uninstall clean \
        deps deps-run deps-test c-tests fuzzers replayers bench-programs
build: $(CORES)

$(OUT)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(COMPILE) -c -o $@ $<
$(OUT)/5.4/obj/%.o: %.c
	@mkdir -p $(@D)
	$(COMPILE) -isystem $(LUA54_INCDIR) -c -o $@ $<
$(OUT)/luajit/obj/%.o: %.c
	@mkdir -p $(@D)
	$(COMPILE) -isystem $(LUAJIT_INCDIR) -c -o $@ $<
$(OUT)/one/obj/%.o: %.c
	@mkdir -p $(@D)
	$(COMPILE) -isystem $(LUA_INCDIR) -c -o $@ $<
$(OUT)/%/obol/core.so: $(PLAIN_OBJ)
	@mkdir -p $(@D)
	$(CC) $(LIBFLAG) $(CFLAGS) $(LINK) -o $@ $^ $(LIBS)
$(OUT)/5.4/obol/core.so: $(BIND:%.c=$(OUT)/5.4/obj/%.o)
$(OUT)/luajit/obol/core.so: $(BIND:%.c=$(OUT)/luajit/obj/%.o)
$(OUT)/one/obol/core.so: $(BIND:%.c=$(OUT)/one/obj/%.o)

# make deps: installs what is missing, as root, with apt-get; otherwise says what is missing
deps:
	@scripts/deps $(DEPS_RUN) $(DEPS_TEST) $(DEPS_LINT)
deps-run:
	@scripts/deps $(DEPS_RUN)
deps-test:
	@scripts/deps $(DEPS_RUN) $(DEPS_TEST)

# make env: what a shell needs to try things from the checkout; LUA=luajit for the other Lua
ENV_LUA := $(if $(findstring jit,$(LUA)),luajit,5.4)
env: build
	@echo 'export LUA_PATH="$(CURDIR)/lua/?.lua;$(CURDIR)/lua/?/init.lua;;"'
	@echo 'export LUA_CPATH="$(abspath $(BUILD))/$(ENV_LUA)/?.so;;"'

# A command of the checkout, where it exists, with the core that was built for it.
RUN = eval "$$($(MAKE) -s --no-print-directory env)" && exec lua5.4

demo: deps-run
	@$(MAKE) -s --no-print-directory build
	@if [ -f scripts/demo ]; then $(RUN) scripts/demo; else echo 'no scripts/demo'; exit 1; fi

# make serve: an example shop on this machine, until Ctrl-C; PORT=0 takes any free port
PORT ?= 8800
serve: deps-run
	@$(MAKE) -s --no-print-directory build
	@$(RUN) scripts/serve $(PORT)

# make browser: the driver of Chromium that the specs of the pages use, from npm, into the build
browser:
	@mkdir -p '$(BUILD)/browser' && cp spec/browser/package.json '$(BUILD)/browser'
	@npm install --silent --no-audit --no-fund --no-package-lock --prefix '$(BUILD)/browser'

# What the suites compile is compiled on every processor, unless somebody has said how.
PARALLEL = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc))

# A prerequisite of the whole goal, so that nothing compiles before the headers are there.
test: deps-test
	@$(MAKE) -s $(PARALLEL) --no-print-directory build c-tests replayers
	@BUILD='$(BUILD)' scripts/test/all

# make crash: a shop that is killed at every point of its work, and started again (spec/crash/run.lua).
# LEDGER=sqlite SCRIPT=card POINT=7 is one point; EVERY=10 a sample; TWICE=1 kills the recovery too;
# SOON=1 kills some milliseconds behind each point; LUA=luajit is the other Lua.
CRASH_LUA := $(if $(findstring jit,$(LUA)),luajit,lua5.4)
crash: deps-test
	@$(MAKE) -s --no-print-directory build
	@eval "$$($(MAKE) -s --no-print-directory env)" && LEDGER='$(LEDGER)' SCRIPT='$(SCRIPT)' POINT='$(POINT)' \
	    EVERY='$(EVERY)' TWICE='$(TWICE)' SOON='$(SOON)' OBOL_LUA=$(CRASH_LUA) $(CRASH_LUA) spec/crash/run.lua

# make simulate SEEDS=1000: as many runs of a simulated world, from FIRST=1 on (spec/simulate/main.lua). TRACE=1
# tells what happened; MORE=1 goes on after a seed that fails; FLOWS=1 has flows sell too; STORE=sqlite is the ledger;
# LUA=lua5.4 the other Lua.
SIMULATE_LUA := $(if $(findstring 5.4,$(LUA)),lua5.4,luajit)
simulate: deps-test
	@$(MAKE) -s --no-print-directory build
	@eval "$$($(MAKE) -s --no-print-directory env LUA=$(SIMULATE_LUA))" && LUA_PATH="$(CURDIR)/?.lua;$$LUA_PATH" \
	    SEEDS='$(SEEDS)' FIRST='$(FIRST)' TRACE='$(TRACE)' MORE='$(MORE)' FLOWS='$(FLOWS)' STORE='$(STORE)' \
	    $(SIMULATE_LUA) spec/simulate/main.lua

bench: deps-test
	@$(MAKE) -s --no-print-directory build bench-programs
	@BUILD='$(BUILD)' lua5.4 spec/bench/run.lua $(ROWS)

lint: deps
	@$(MAKE) -s $(PARALLEL) --no-print-directory build
	@BUILD='$(BUILD)' scripts/lint/all

# -w: what gcc says of code that a sanitizer has rewritten is not about the code.
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
asan: deps-test
	@$(MAKE) -s $(PARALLEL) --no-print-directory build c-tests CC=gcc BUILD='$(BUILD)/asan' CFLAGS='-O1 -g -w $(SANITIZE)'
	@BUILD='$(BUILD)' scripts/test/asan

fuzz: deps
	@$(MAKE) -s $(PARALLEL) --no-print-directory fuzzers CC=clang BUILD='$(BUILD)/fuzz' \
	    CFLAGS='-O1 -g $(SANITIZE) -fsanitize=fuzzer-no-link'
	@BUILD='$(BUILD)' FUZZ_SECONDS='$(FUZZ_SECONDS)' scripts/test/fuzz

docs: deps-run
	@$(MAKE) -s --no-print-directory build
	@if [ -f scripts/docs ]; then $(RUN) scripts/docs docs; else echo 'no scripts/docs'; fi

# Programs of spec/: the C tests, what rows of the bench are held against, and each fuzz target
# twice, with libFuzzer and with a driver that replays files.
C_TESTS := $(patsubst spec/c/%.c,$(OUT)/c/%,$(wildcard spec/c/*_test.c))
FUZZERS := $(patsubst spec/fuzz/%.c,%,$(wildcard spec/fuzz/fuzz_*.c))
BENCHES := $(patsubst spec/bench/c/%.c,$(OUT)/bench/%,$(wildcard spec/bench/c/*.c))
c-tests: $(C_TESTS)
bench-programs: $(BENCHES)
fuzzers: $(FUZZERS:%=$(OUT)/fuzzer/%)
replayers: $(FUZZERS:%=$(OUT)/replay/%)

$(OUT)/c/%: spec/c/%.c $(PLAIN_OBJ)
	@mkdir -p $(@D)
	$(COMPILE) -Ispec/c -o $@ $< $(PLAIN_OBJ) $(LIBS)
$(OUT)/bench/%: spec/bench/c/%.c
	@mkdir -p $(@D)
	$(COMPILE) -o $@ $< $(LIBS)
$(OUT)/fuzzer/%: $(OUT)/obj/spec/fuzz/%.o $(PLAIN_OBJ)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -fsanitize=fuzzer -pthread -o $@ $^ $(LIBS)
$(OUT)/replay/%: $(OUT)/obj/spec/fuzz/%.o $(OUT)/obj/spec/fuzz/replay.o $(PLAIN_OBJ)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -pthread -o $@ $^ $(LIBS)
.SECONDARY:

# make install: the command, the Lua files and the core, for both Luas, or for the one that
# LUA_INCDIR, LUADIR and LIBDIR name.
ifeq ($(LUA_INCDIR),)
PLACES := $(OUT)/5.4:$(or $(LUADIR),$(PREFIX)/share/lua/5.4):$(or $(LIBDIR),$(PREFIX)/lib/lua/5.4) \
          $(OUT)/luajit:$(or $(LUADIR),$(PREFIX)/share/lua/5.1):$(or $(LIBDIR),$(PREFIX)/lib/lua/5.1)
else
PLACES := $(OUT)/one:$(or $(LUADIR),$(PREFIX)/share/lua/5.4):$(or $(LIBDIR),$(PREFIX)/lib/lua/5.4)
endif
install: build
	@DESTDIR='$(DESTDIR)' BINDIR='$(BINDIR)' scripts/install $(PLACES)
uninstall:
	@DESTDIR='$(DESTDIR)' BINDIR='$(BINDIR)' scripts/install --remove $(PLACES)

clean:
	rm -rf $(BUILD)

-include $(shell find $(OUT) -name '*.d' 2>/dev/null)
