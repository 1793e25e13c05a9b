-- SPDX-License-Identifier: ISC
-- Collected, finalised, weak; in both modes.
for _, mode in ipairs({"incremental", "generational"}) do
    collectgarbage(mode)
    local finalised = 0
    for i = 1, 200 do
        setmetatable({}, {__gc = function() finalised = finalised + 1 end})
    end
    collectgarbage() collectgarbage()
    assert(finalised == 200, mode)

    local weak = setmetatable({}, {__mode = "v"})
    local kept = {}
    weak[1], weak[2] = kept, {}
    local by_key = setmetatable({}, {__mode = "k"})
    by_key[{}] = 1
    by_key[kept] = by_key -- an ephemeron
    collectgarbage()
    assert(weak[1] == kept and weak[2] == nil and next(by_key) == kept and next(by_key, kept) == nil)

    -- What comes and goes does not stay: 100 MB pass through a few.
    collectgarbage()
    local before, t = collectgarbage("count"), nil
    for i = 1, 2000 do t = {("x"):rep(50000) .. i, t and t[1] and #t[1]} end
    collectgarbage()
    assert(collectgarbage("count") - before < 500, mode)
end
collectgarbage("incremental")
collectgarbage("stop") assert(not collectgarbage("isrunning"))
collectgarbage("restart") assert(collectgarbage("isrunning"))
-- An error in a finaliser is a warning, no more.
setmetatable({}, {__gc = function() error("ignored") end})
collectgarbage()
