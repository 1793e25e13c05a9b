-- SPDX-License-Identifier: ISC
-- Generators, values in and out, yields across pcall, metamethods, iterators.
local function range(n)
    return coroutine.wrap(function() for i = 1, n do coroutine.yield(i) end end)
end
local s = 0
for i in range(1000) do s = s + i end
assert(s == 500500)

local echo = coroutine.create(function(a)
    while true do a = coroutine.yield(a * 2) end
end)
for i = 1, 10 do
    local ok, v = coroutine.resume(echo, i)
    assert(ok and v == i * 2)
end
assert(coroutine.status(echo) == "suspended" and coroutine.close(echo))
assert(coroutine.status(echo) == "dead" and not coroutine.resume(echo))

local co = coroutine.wrap(function()
    local ok, e = pcall(function() coroutine.yield("in pcall"); error("after", 0) end)
    coroutine.yield(e)
    local t = setmetatable({}, {__index = function(_, k) return coroutine.yield(k) end})
    coroutine.yield(t.key .. "!")
    table.sort({3, 1, 2}, function(x, y) return x < y end)
    return "end"
end)
assert(co() == "in pcall" and co() == "after" and co() == "key")
assert(co("value") == "value!" and co() == "end" and not pcall(co))

-- sort() is C and cannot be left in its middle.
local bad = coroutine.wrap(function() table.sort({2, 1}, function() coroutine.yield() end) end)
assert(select(2, pcall(bad)):find("attempt to yield across a C-call boundary", 1, true))

-- A ring of ten thousand.
local ring = {}
for i = 1, 10000 do
    ring[i] = coroutine.create(function(x) while true do x = coroutine.yield(x + 1) end end)
end
local token = 0
for i = 1, #ring do token = select(2, coroutine.resume(ring[i], token)) end
assert(token == 10000 and coroutine.isyieldable() == false)
