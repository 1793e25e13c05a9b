-- SPDX-License-Identifier: ISC
-- Errors of all kinds are caught, where they were thrown is told.
local function message(f, ...) return select(2, pcall(f, ...)) end
assert(message(error, "plain", 0) == "plain")
assert(message(function() error("here") end):find("errors.lua:5: here", 1, true))
assert(message(function() local x = nil; return x.y end):find("attempt to index a nil value (local 'x')", 1, true))
assert(message(function() return 1 + {} end):find("attempt to perform arithmetic on a table value", 1, true))
assert(message(function() return #5 end):find("get length of a number", 1, true))
assert(message(function() return 1 < "2" end):find("attempt to compare number with string", 1, true))
local object = setmetatable({}, {__tostring = function() return "object" end})
assert(message(error, object) == object)

local trace = select(2, xpcall(function() error("deep") end, debug.traceback))
assert(trace:find("stack traceback:", 1, true) and trace:find("in function 'error'", 1, true))
-- A handler that fails itself.
assert(not xpcall(error, function() error("again") end))

-- Recursion without end: of Lua, of C inside Lua, of the parser.
local function forever() return 1 + forever() end
assert(message(forever):find("stack overflow", 1, true), message(forever))
local function through_c(s) return (s:gsub(".", through_c)) end
assert(message(through_c, "x"):find("C stack overflow", 1, true), message(through_c, "x"))
local nested = setmetatable({}, {})
getmetatable(nested).__index = function(t, k) return t[k] end
assert(message(function() return nested.x end):find("stack overflow", 1, true))
assert(select(2, load(("("):rep(1000) .. "1")):find("overflow", 1, true))
local function deep() return coroutine.wrap(deep)() end
assert(message(deep):find("C stack overflow", 1, true))
-- All is as it was.
assert(select("#", pcall(error)) == 2)

-- Errors cross coroutines, and close variables on their way.
local order = {}
local ok = pcall(function()
    local a <close> = setmetatable({}, {__close = function(_, e) order[#order + 1] = tostring(e) end})
    coroutine.wrap(function() error("from inside", 0) end)()
end)
assert(not ok and order[1]:find("from inside", 1, true))

assert(message(string.rep, "x", 1 << 60) == "resulting string too large")
assert(message(setmetatable, 1, {}):find("bad argument #1 to 'setmetatable'", 1, true)
       or message(setmetatable, 1, {}):find("bad argument #1", 1, true))
