/* SPDX-License-Identifier: ISC */
/* Runs the scripts, each in an interpreter of its own; then what a script
 * cannot see: allocations that fail, interpreters in several fibers. */
#include <fata/kv.h>
#include <fata/run.h>
#include <fata/test.h>
#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "app.h"

/* --- memory that is counted, and can end -------------------------------------
 */

struct heap {
    size_t used, limit; /* bytes */
    long until;         /* allocations before they fail; < 0: none does */
    bool hit;
};

static void *allocate(void *arg, void *p, size_t old, size_t size)
{
    struct heap *h = arg;
    old = p == NULL ? 0 : old; /* else it is a type */
    if (size == 0) {
        free(p);
        h->used -= old;
        return NULL;
    }
    /* Lua counts on that what shrinks stays. */
    if (size > old) {
        h->hit = h->hit || h->until == 0;
        if (h->until == 0 || h->used - old + size > h->limit)
            return NULL;
        h->until -= h->until > 0;
    }
    void *to = realloc(p, size);
    if (to != NULL)
        h->used += size - old;
    return to;
}

/* --- scripts -----------------------------------------------------------------
 */

static int trace(lua_State *l)
{
    luaL_traceback(l, l, lua_tostring(l, 1), 1);
    return 1;
}

static void run_script(const char *name)
{
    struct app *app = fata_test_app;
    const struct fata_kv_value *script;
    struct heap heap = {.limit = 96 << 20, .until = -1};
    char chunk[40];
    fata_check_int(fata_kv_get(app->scripts, name, strlen(name), &script), ==,
                   0);
    lua_State *l = lua_newstate(allocate, &heap);
    fata_check(l != NULL);
    luaL_openlibs(l);
    lua_pushstring(l, app->keys.zone);
    lua_setglobal(l, "zone");
    lua_pushcfunction(l, trace);
    snprintf(chunk, sizeof(chunk), "@%s", name);
    if (luaL_loadbuffer(l, script->data, script->size, chunk) != LUA_OK ||
        lua_pcall(l, 0, 0, -2) != LUA_OK)
        fata_test_fail(name, lua_tostring(l, -1));
    lua_close(l);
    fata_expect(heap.used == 0);
}

#define SCRIPT(name)                                                           \
    FATA_TEST(name)                                                            \
    {                                                                          \
        run_script(#name ".lua");                                              \
    }
SCRIPT(language)
SCRIPT(errors)
SCRIPT(coroutines)
SCRIPT(strings)
SCRIPT(gc)
SCRIPT(date)
SCRIPT(outside)

/* --- memory ------------------------------------------------------------------
 */

FATA_TEST(memory_ends_at_each_allocation)
{
    static const char work[] =
        "local t = {} for i = 1, 40 do t[i] = {i, tostring(i)} end "
        "local co = coroutine.wrap(function() coroutine.yield(#t) end) "
        "return co() + #table.concat({('x'):rep(500), 'y'})";
    long nth = 0, failures = 0;
    for (bool hit = true; hit; nth++) {
        struct heap heap = {.limit = SIZE_MAX, .until = nth};
        int answer = 0;
        lua_State *l = lua_newstate(allocate, &heap);
        if (l != NULL) {
            lua_pushcfunction(l, luaopen_base);
            int err = lua_pcall(l, 0, 0, 0);
            if (err == LUA_OK) {
                luaL_checkstack(l, 10, NULL);
                err = luaL_loadstring(l, "return 1");
            }
            lua_settop(l, 0);
            (void)err;
            lua_close(l);
        }
        fata_check_int(heap.used, ==, 0);
        failures += heap.hit;
        hit = heap.hit;

        /* The same with all libraries there before memory ends. */
        heap = (struct heap){.limit = SIZE_MAX, .until = -1};
        l = lua_newstate(allocate, &heap);
        fata_check(l != NULL);
        luaL_openlibs(l);
        heap.until = nth;
        int err = luaL_loadstring(l, work);
        if (err == LUA_OK)
            err = lua_pcall(l, 0, 1, 0);
        fata_check(err == LUA_OK || err == LUA_ERRMEM);
        if (err == LUA_OK)
            answer = (int)lua_tointeger(l, -1);
        fata_check(err != LUA_OK || answer == 40 + 501);
        failures += err == LUA_ERRMEM;
        hit = hit || heap.hit;
        /* It goes on. */
        heap.until = -1;
        lua_settop(l, 0);
        fata_check(luaL_dostring(l, work) == LUA_OK);
        fata_check_int(lua_tointeger(l, -1), ==, 40 + 501);
        lua_close(l);
        fata_check_int(heap.used, ==, 0);
    }
    fata_check(failures > 100);
}

FATA_TEST(a_full_heap_is_an_error)
{
    struct heap heap = {.limit = 4 << 20, .until = -1};
    lua_State *l = lua_newstate(allocate, &heap);
    fata_check(l != NULL);
    luaL_openlibs(l);
    fata_check_int(luaL_dostring(l, "t = {} for i = 1, 1e9 do t[i] = {i} end"),
                   ==, 1);
    fata_check(strcmp(lua_tostring(l, -1), "not enough memory") == 0);
    lua_settop(l, 0);
    lua_getglobal(l, "t");
    fata_check(lua_rawlen(l, -1) > 10000);
    /* There is no room left for a line of Lua that would let go of it. */
    lua_settop(l, 0);
    lua_pushnil(l);
    lua_setglobal(l, "t");
    lua_gc(l, LUA_GCCOLLECT);
    fata_check(luaL_dostring(l, "u = {} for i = 1, 10000 do u[i] = {i} end") ==
               LUA_OK);
    lua_close(l);
    fata_check_int(heap.used, ==, 0);
}

/* --- fibers ------------------------------------------------------------------
 */

static char order[64];

/* Lua's name for it is `rest`: what a library calls may suspend its fiber. */
static int rest(lua_State *l)
{
    size_t n = strlen(order);
    if (n + 1 < sizeof(order))
        order[n] = *luaL_checkstring(l, 1);
    int err = fata_sleep(FATA_MS(1));
    return err < 0 ? luaL_error(l, "rest: %d", err) : 0;
}

static int interpreter(void *arg)
{
    /* An error leaves the frames of several calls at each turn. */
    static const char work[] =
        "local me = ... for i = 1, 3 do rest(me) local ok, e = pcall(function()"
        " string.gsub('x', '.', function() rest(me:upper()) error({i}) end)"
        " end) assert(not ok and e[1] == i) end";
    lua_State *l = luaL_newstate();
    if (l == NULL)
        return FATA_ENOMEM;
    luaL_openlibs(l);
    lua_register(l, "rest", rest);
    int err = luaL_loadstring(l, work);
    lua_pushstring(l, arg);
    if (err == LUA_OK)
        err = lua_pcall(l, 1, 0, 0);
    if (err != LUA_OK)
        fata_test_fail("interpreter", lua_tostring(l, -1));
    lua_close(l);
    return 0;
}

FATA_TEST(interpreters_in_fibers)
{
    static char a[] = "a", b[] = "b";
    struct fata_scope scope;
    memset(order, 0, sizeof(order));
    fata_scope_open(&scope);
    fata_check_int(fata_scope_spawn(&scope, interpreter, a), ==, 0);
    fata_check_int(fata_scope_spawn(&scope, interpreter, b), ==, 0);
    fata_check_int(fata_scope_close(&scope), ==, 0);
    fata_check(strcmp(order, "abABabABabAB") == 0);
}
