# SPDX-License-Identifier: ISC
"""A visit to the website with Chromium, driven over its debugging pipe.

browser.py CHROMIUM URL FOLDER: looks at pages, follows a link, and leaves
screenshots in FOLDER.  Prints "ok NAME" or "FAIL NAME: why" for each check."""
import base64
import json
import os
import subprocess
import sys
import tempfile

chromium, url, folder = sys.argv[1:4]
PATIENCE = 60  # seconds for the whole visit


class Browser:
    """Messages of the protocol are JSON with a NUL behind."""

    def __init__(self, home):
        down, up = os.pipe(), os.pipe()
        # The browser reads 3 and writes 4.
        ends = f'exec "$@" 3<&{down[0]} 4>&{up[1]}'
        self.process = subprocess.Popen(
            ["sh", "-c", ends, "sh", chromium, "--headless=new", "--no-sandbox",
             "--disable-gpu", "--hide-scrollbars", "--no-first-run",
             "--disable-extensions", "--disable-dev-shm-usage",
             "--disable-background-networking", "--user-data-dir=" + home,
             "--remote-debugging-pipe"],
            pass_fds=(down[0], up[1]),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(down[0])
        os.close(up[1])
        self.out, self.data = os.fdopen(down[1], "wb", 0), os.fdopen(up[0], "rb", 0)
        self.rest, self.number, self.events, self.session = b"", 0, [], None
        target = self("Target.createTarget", url="about:blank")["targetId"]
        self.session = self("Target.attachToTarget", targetId=target,
                            flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self(domain + ".enable")

    def receive(self):
        while b"\0" not in self.rest:
            block = self.data.read(1 << 16)
            if not block:
                raise EOFError("the browser has ended")
            self.rest += block
        line, self.rest = self.rest.split(b"\0", 1)
        return json.loads(line)

    def __call__(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        self.out.write(json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def wait(self, method):
        while True:
            for i, e in enumerate(self.events):
                if e.get("method") == method:
                    return self.events.pop(i)["params"]
            self.events.append(self.receive())

    def visit(self, address):
        self.events.clear()
        self("Page.navigate", url=address)
        self.wait("Page.loadEventFired")

    def ask(self, expression):
        r = self("Runtime.evaluate", expression=expression, returnByValue=True)
        return r["result"].get("value")

    def look(self, name, width, height, dark=False):
        self("Emulation.setDeviceMetricsOverride", width=width, height=height,
             deviceScaleFactor=1, mobile=width < 700)
        self("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        shot = self("Page.captureScreenshot", format="png")["data"]
        path = os.path.join(folder, name + ".png")
        with open(path, "wb") as f:
            f.write(base64.b64decode(shot))
        return os.path.getsize(path)

    def responses(self):
        return {e["params"]["response"]["url"]: e["params"]["response"]
                for e in self.events
                if e.get("method") == "Network.responseReceived"}


failed = 0


def check(name, good, why=""):
    global failed
    failed += not good
    print(f"ok {name}" if good else f"FAIL {name}: {why}", flush=True)


def tour(b):
    b.visit(url)
    got = b.responses()
    statuses = {u: r["status"] for u, r in got.items()}
    check("the first page and what belongs to it arrive",
          len(statuses) >= 3 and set(statuses.values()) == {200}, statuses)
    # The browser takes the gzip form (its way of asking).
    check("text comes compressed",
          got.get(url, {}).get("headers", {}).get("Content-Encoding",
              got.get(url, {}).get("headers", {}).get("content-encoding")) == "gzip",
          got.get(url, {}).get("headers"))
    check("its title", b.ask("document.title") == "Fata: C programs as unikernels",
          b.ask("document.title"))
    check("the stylesheet is applied",
          b.ask("getComputedStyle(document.body).margin") == "0px")
    b.look("desktop", 1440, 1000)
    b.look("dark", 1440, 1000, dark=True)
    check("it is dark where that is preferred",
          b.ask("getComputedStyle(document.body).backgroundColor") == "rgb(18, 22, 28)",
          b.ask("getComputedStyle(document.body).backgroundColor"))
    b.look("phone", 390, 844)
    check("a phone need not scroll sideways",
          b.ask("document.documentElement.scrollWidth") == 390,
          b.ask("document.documentElement.scrollWidth"))
    b.look("desktop", 1440, 1000)
    b.events.clear()
    b.ask("document.querySelector('article a[href=\"architecture.html\"]').click()")
    b.wait("Page.loadEventFired")
    check("a link in the text is followed",
          b.ask("document.querySelector('h1').textContent") == "Architecture",
          b.ask("location.href"))
    b.look("architecture", 1440, 1000)
    # All pages of the menu, and all links in them.
    pages = b.ask("[...document.querySelectorAll('.menu a')].map(a => a.href)")
    check("the menu has all pages", len(pages) >= 15, pages)
    anchors, links, wide = {}, [], []
    for page in pages:
        b.visit(page)
        anchors[page] = b.ask("[...document.querySelectorAll('[id]')].map(e => e.id)")
        links += b.ask("[...document.querySelectorAll('a')].map(a => [location.href, a.href])")
        b("Emulation.setDeviceMetricsOverride", width=360, height=700,
          deviceScaleFactor=1, mobile=True)
        if b.ask("document.documentElement.scrollWidth") > 360:
            wide.append(page)
    broken = []
    for page, to in links:
        at, _, anchor = to.partition("#")
        if at.startswith(url) and (at not in anchors or
                                   anchor and anchor not in anchors[at]):
            broken.append((page, to))
    check("all links within the site lead somewhere", not broken, broken)
    check("no page is wider than a phone", not wide, wide)
    b.look("manifest-phone", 390, 844)
    b.visit(url + "no/such/page.html")
    statuses = {u: r["status"] for u, r in b.responses().items()}
    check("what is not there: a page of the site, status 404",
          statuses.pop(url + "no/such/page.html", 0) == 404 and
          set(statuses.values()) == {200} and
          "nothing here" in (b.ask("document.querySelector('h1').textContent") or ""),
          statuses)
    b.look("missing", 1440, 1000)


import signal  # noqa: E402

signal.alarm(PATIENCE)
with tempfile.TemporaryDirectory() as home:
    browser = Browser(home)
    try:
        tour(browser)
    finally:
        browser.process.kill()
        browser.process.wait()
sys.exit(failed != 0)
