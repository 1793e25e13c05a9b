-- SPDX-License-Identifier: ISC
-- Closures, metatables, integers and floats, goto, attributes.
local function counter()
    local n = 0
    return function() n = n + 1; return n end, function() return n end
end
local up, get = counter()
up(); up()
assert(get() == 2 and counter() ~= up)

-- Each turn of a loop has variables of its own.
local f = {}
for i = 1, 3 do f[i] = function() i = i + 10; return i end end
assert(f[1]() == 11 and f[1]() == 21 and f[2]() == 12)

assert(7 // 2 == 3 and -7 // 2 == -4 and -7 % 3 == 2 and 7 // 2.0 == 3.0)
assert(math.type(2^31) == "float" and math.type(1 << 31) == "integer")
assert(math.maxinteger + 1 == math.mininteger)
assert(1 < 1.5 and 2^53 == 2^53 + 0 and 0.1 + 0.2 ~= 0.3)
assert(tostring(1e15) == "1e+15" and tostring(-0.0) == "-0.0")
assert("10" + 5 == 15 and "0x10" * 1 == 16 and 10 .. "" == "10")
assert(0x7fffffffffffffff == math.maxinteger and 5 // 0.0 == math.huge)
assert(not pcall(function() return 1 // 0 end))
assert(3 & 5 == 1 and 3 | 5 == 7 and 3 ~ 5 == 6 and ~0 == -1 and 1 << 64 == 0)

local V = {}
V.__index = V
V.__add = function(a, b) return setmetatable({x = a.x + b.x}, V) end
V.__eq = function(a, b) return a.x == b.x end
V.__lt = function(a, b) return a.x < b.x end
V.__call = function(self, y) return self.x * y end
V.__len = function() return 42 end
V.__concat = function(a, b) return "V" end
V.__tostring = function(v) return "V(" .. v.x .. ")" end
local a, b = setmetatable({x = 1}, V), setmetatable({x = 2}, V)
assert((a + b).x == 3 and a ~= b and a < b and b(21) == 42 and #a == 42)
assert(a .. 1 == "V" and tostring(a) == "V(1)")
local missing = setmetatable({}, {__index = function(t, k) return k .. "!" end})
assert(missing.x == "x!" and rawget(missing, "x") == nil)

for i = 1, 3 do
    for j = 1, 3 do
        if j == 2 then goto next end
        assert(j ~= 2)
        ::next::
    end
end
local closed = {}
do
    local x <close> = setmetatable({}, {__close = function() closed[1] = true end})
    local limit <const> = 10
    assert(not closed[1] and limit == 10)
end
assert(closed[1])

local function sum(...)
    local s = 0
    for _, v in ipairs({...}) do s = s + v end
    return s, select("#", ...)
end
assert(select(2, sum(1, nil, 3)) == 3 and (sum(table.unpack({1, 2, 3}))) == 6)
local function tail(n) if n == 0 then return "end" end return tail(n - 1) end
assert(tail(1000000) == "end")

-- Tables that are arrays and maps; sort, concat, move.
local t = {}
for i = 1, 1000 do t[i] = (i * 7919) % 1009 end
table.sort(t)
for i = 2, #t do assert(t[i - 1] <= t[i]) end
table.sort(t, function(x, y) return x > y end)
assert(t[1] > t[1000])
assert(table.concat({1, 2, 3}, "-") == "1-2-3" and #table.move({1, 2, 3}, 1, 3, 3) == 5)
local keys = 0
for i = 1, 1000 do t["k" .. i] = i end
for i = 1, 1000, 2 do t["k" .. i] = nil end
for k in pairs(t) do keys = keys + (type(k) == "string" and 1 or 0) end
assert(keys == 500)

-- Code made at run time, text and binary.
local chunk = assert(load("local a, b = ... return a * b"))
assert(chunk(6, 7) == 42)
assert(load(string.dump(chunk), "dumped", "b")(6, 7) == 42)
assert(not load(string.dump(chunk), "dumped", "t"))
assert(select(2, load("x = = 1", "=name")):find("name:1: unexpected symbol near '='", 1, true))
package.preload.mine = function(name) return {name = name} end
assert(require("mine").name == "mine" and require("mine") == package.loaded.mine)
assert(not pcall(require, "no.such.module"))
