-- SPDX-License-Identifier: ISC
-- Patterns, format, pack, utf8.
assert(("hello world"):find("o w") == 5 and ("a.b"):find(".", 1, true) == 2)
assert(("key = value"):match("^(%w+)%s*=%s*(%w+)$") == "key")
assert(("THE (quick) fox"):find("%((%a+)%)") == 5)
assert(("f(a(b)c)d"):match("%b()") == "(a(b)c)")
assert(("THE quick"):gsub("%f[%a]%a+", string.lower) == "the quick")
assert(("abc"):gsub("%w", "%0%0") == "aabbcc" and ("abc"):gsub("", "-") == "-a-b-c-")
assert(("$a $b"):gsub("%$(%w+)", {a = "1", b = 2}) == "1 2")
assert(select(2, ("aaaa"):gsub("a", "b", 3)) == 3)
local words = {}
for k, v in ("a=1, b=2"):gmatch("(%w+)=(%w+)") do words[k] = v end
assert(words.a == "1" and words.b == "2")
assert(not pcall(string.find, "a", "[a") and not pcall(string.rep, "x", -1, 5, 5) == false)
assert(select(2, pcall(string.match, ("a"):rep(300000), (".-"):rep(300000) .. "b")):find("too complex", 1, true))

assert(("%5.2f|%-5s|%05d|%x|%q"):format(3.14159, "ab", 42, 255, 'a"\n') == ' 3.14|ab   |00042|ff|"a\\"\\\n"')
assert(("%g %g %g"):format(1e20, 0.1, 1 / 3) == "1e+20 0.1 0.333333")
assert(("%a"):format(1) == "0x1p+0" and ("%i"):format(3.0) == "3")
assert(not pcall(string.format, "%d", 3.5))
assert(tonumber("0x1p4") == 16 and tonumber("1e1") == 10 and tonumber("zz", 36) == 1295)
assert(tonumber("1 2") == nil and tonumber("") == nil and tonumber("9223372036854775808") == 2^63)
assert(string.format("%.17g", 0.1) == "0.10000000000000001")
assert(tonumber("2.2250738585072011e-308") < 2.2250738585072014e-308)

assert(string.pack("<i4 >i2 z s1", 1, 2, "ab", "cd") == "\1\0\0\0\0\2ab\0\2cd")
assert(string.unpack("<d", string.pack("<d", 1.5)) == 1.5)
assert(not pcall(string.unpack, "<i4", "abc"))

assert(utf8.char(72, 228, 8364, 0x1F600) == "Hä€😀" and utf8.len("Hä€😀") == 4)
assert(utf8.codepoint("€") == 8364 and utf8.len("\xff") == nil and utf8.offset("aä€", 3) == 4)
local points = {}
for _, c in utf8.codes("aä") do points[#points + 1] = c end
assert(points[2] == 228 and ("x"):rep(3, ",") == "x,x,x" and ("abc"):reverse():upper() == "CBA")
assert(#("x"):rep(1000000) == 1000000 and ("a" < "b") and ("a\0b" < "a\0c"))
