-- SPDX-License-Identifier: ISC
-- localtime(), strftime() and mktime() of the libc in the zone of --tz: both
-- sides of each change of the clock, in 2026.
local zones = {
    ["UTC"] = {
        {1774745999, "2026-03-29 00:59:59 UTC +0000"},
    },
    ["Europe/Paris"] = {
        {1774745999, "2026-03-29 01:59:59 CET +0100"},
        {1774746000, "2026-03-29 03:00:00 CEST +0200"},
        {1792889999, "2026-10-25 02:59:59 CEST +0200"},
        {1792890000, "2026-10-25 02:00:00 CET +0100"},
    },
    ["America/New_York"] = {
        {1772953199, "2026-03-08 01:59:59 EST -0500"},
        {1772953200, "2026-03-08 03:00:00 EDT -0400"},
        {1793512799, "2026-11-01 01:59:59 EDT -0400"},
        {1793512800, "2026-11-01 01:00:00 EST -0500"},
    },
    ["Australia/Sydney"] = { -- the other half of the year
        {1775318399, "2026-04-05 02:59:59 AEDT +1100"},
        {1775318400, "2026-04-05 02:00:00 AEST +1000"},
        {1791043199, "2026-10-04 01:59:59 AEST +1000"},
        {1791043200, "2026-10-04 03:00:00 AEDT +1100"},
    },
    ["Asia/Kolkata"] = {
        {1774745999, "2026-03-29 06:29:59 IST +0530"},
    },
}
for _, case in ipairs(assert(zones[zone], zone)) do
    local at, text = case[1], case[2]
    local got = os.date("%Y-%m-%d %H:%M:%S %Z %z", at)
    assert(got == text, got .. " is not " .. text)
    -- The parts, and back.
    local t = os.date("*t", at)
    local summer = text:find("DT ", 1, true) ~= nil or text:find("CEST", 1, true) ~= nil
    assert(t.isdst == summer, text)
    assert(os.time(t) == at, text)
    assert(("%04d-%02d-%02d %02d:%02d:%02d"):format(t.year, t.month, t.day, t.hour, t.min, t.sec) == text:sub(1, 19))
end
-- Fields beyond their ranges: mktime() puts them right.
local t = {year = 2026, month = 14, day = -3, hour = 12}
os.time(t)
assert(t.year == 2027 and t.month == 1 and t.day == 28 and t.yday == 28)
assert(os.date("!%a %d %b %Y, %j, %p %I", 0) == "Thu 01 Jan 1970, 001, AM 12")
assert(os.date("!%G-W%V-%u", 1767139200) == "2026-W01-3") -- the last of December 2025
assert(not pcall(os.date, "%Ez", 0) and not pcall(os.date, "%"))
assert(not pcall(os.date, "*t", 1 << 60))

local now = os.time()
assert(now > 1700000000 and os.difftime(now, now - 5) == 5.0)
assert(os.clock() >= 0)
