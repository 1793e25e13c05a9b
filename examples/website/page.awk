# SPDX-License-Identifier: ISC
# A page of the site, around the HTML that cmark-gfm makes of one document.
#   awk -v list=FILE -v source=docs/x.md -v page=x.html -f page.awk
# list: lines of SOURCE, PAGE, TITLE, GROUP with tabs between (render.sh).

BEGIN {
    FS = "\t"
    while ((getline line < list) > 0) {
        split(line, f, "\t")
        count++
        place[f[1]] = count
        path[count] = f[2]
        title[count] = f[3]
        group[count] = f[4]
    }
    here = place[source]
}

# `../a` as seen from a document in `folder`.
function resolve(folder, name) {
    while (sub(/^\.\//, "", name)) {}
    while (sub(/^\.\.\//, "", name))
        if (!sub(/[^\/]*\/$/, "", folder))
            return ""
    return folder name
}

# To a page of the site: its address.  To the world: as it is.  To a file that
# the site does not have: no link.
function address(to,    file, anchor, folder) {
    if (to ~ /^[a-z]+:/ || to ~ /^#/)
        return to
    anchor = to
    if (!sub(/^[^#]*/, "", anchor))
        anchor = ""
    file = to
    sub(/#.*/, "", file)
    folder = source
    sub(/[^\/]*$/, "", folder)
    file = resolve(folder, file)
    if (file in place)
        return (path[place[file]] == "index.html" ? "./" : path[place[file]]) anchor
    return ""
}

function links(text,    done, to, word, end) {
    done = ""
    while (match(text, /<a href="[^"]*">/)) {
        to = address(substr(text, RSTART + 9, RLENGTH - 11))
        done = done substr(text, 1, RSTART - 1)
        text = substr(text, RSTART + RLENGTH)
        if (to != "") {
            done = done "<a href=\"" to "\">"
        } else {
            end = index(text, "</a>")
            done = done substr(text, 1, end - 1)
            text = substr(text, end + 4)
        }
    }
    return done text
}

# The anchor that GitHub gives a heading.
function anchor_of(text) {
    gsub(/<[^>]*>/, "", text)
    gsub(/&[a-z]*;/, "", text)
    text = tolower(text)
    gsub(/[^a-z0-9 _-]/, "", text)
    gsub(/ /, "-", text)
    return seen[text]++ ? text "-" (seen[text] - 1) : text
}

/^<h[1-6]>/ {
    level = substr($0, 3, 1)
    text = $0
    sub(/^<h[1-6]>/, "", text)
    sub(/<\/h[1-6]>$/, "", text)
    id = anchor_of(text)
    if (level == 2) {
        plain = text
        gsub(/<\/?a[^>]*>/, "", plain)
        toc = toc "<li><a href=\"#" id "\">" plain "</a></li>\n"
        sections++
    }
    if (level == 1) # the page's own name needs no mark
        article = article "<h1 id=\"" id "\">" links(text) "</h1>\n"
    else
        article = article "<h" level " id=\"" id "\">" links(text) \
            "<a class=\"mark\" href=\"#" id "\" aria-label=\"Link to this section\">#</a></h" level ">\n"
    next
}
/^<table>/ { $0 = "<div class=\"wide\"><table>" }
/^<\/table>/ { $0 = "</table></div>" }
{ article = article links($0) "\n" }

function menu(    i, last) {
    for (i = 1; i <= count; i++) {
        if (group[i] != last)
            print (i == 1 ? "" : "</ul>\n") "<h2>" group[i] "</h2>\n<ul>"
        last = group[i]
        print "<li><a href=\"" (path[i] == "index.html" ? "./" : path[i]) "\"" \
            (i == here ? " aria-current=\"page\"" : "") ">" title[i] "</a></li>"
    }
    print "</ul>"
}

function step(name, class, i) {
    print "<a class=\"" class "\" href=\"" (path[i] == "index.html" ? "./" : path[i]) \
        "\"><small>" name "</small> " title[i] "</a>"
}

END {
    name = here ? title[here] : "Not found"
    print "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">"
    print "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
    print "<meta name=\"color-scheme\" content=\"light dark\">"
    print "<title>" (page == "index.html" ? "Fata: C programs as unikernels" : name " - Fata") "</title>"
    # The page for what is not there is seen at any depth.
    if (!here)
        print "<base href=\"/\">"
    print "<link rel=\"icon\" href=\"icon.svg\" type=\"image/svg+xml\">"
    print "<link rel=\"stylesheet\" href=\"style.css\">\n</head>\n<body>"
    if (here)
        print "<a class=\"skip\" href=\"#text\">To the text</a>"
    print "<header><a class=\"brand\" href=\"./\"><img src=\"icon.svg\" alt=\"\" width=\"24\" height=\"24\">Fata</a>" \
        "<span>C programs as unikernels</span></header>"
    print "<div class=\"columns\">\n<nav class=\"menu\" aria-label=\"Pages\">"
    menu()
    print "</nav>\n<main id=\"text\">\n<article>"
    printf "%s", article
    print "</article>"
    if (here) {
        print "<nav class=\"steps\" aria-label=\"Neighbours\">"
        if (here > 1)
            step("Previous", "previous", here - 1)
        if (here < count)
            step("Next", "next", here + 1)
        print "</nav>"
    }
    print "<footer>Served by <code>examples/website</code>: a unikernel, without an operating system.</footer>"
    print "</main>"
    if (sections > 1)
        print "<aside aria-label=\"On this page\">\n<h2>On this page</h2>\n<ul>\n" toc "</ul>\n</aside>"
    print "</div>\n</body>\n</html>"
}
