# SPDX-License-Identifier: ISC
"""client.py ADDRESS PART...: talks to lib/http/tests/server, part by part; each
prints `ok NAME` or `FAIL NAME: why`."""
import os, random, socket, subprocess, sys, threading, time

HOST = sys.argv[1]
OWN = "10.99.0.1"
failed = 0


def connect(timeout=10):
    s = socket.create_connection((HOST, 80), timeout)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return s


def read_all(s):
    data = b""
    try:
        while True:
            part = s.recv(65536)
            if not part:
                return data
            data += part
    except ConnectionResetError:
        return data + b"<reset>"


def talk(data, shut=False):
    with connect() as s:
        s.sendall(data)
        if shut:
            s.shutdown(socket.SHUT_WR)
        return read_all(s)


def status(data):
    answer = talk(data)
    return answer.split(b" ")[1].decode() if answer.startswith(b"HTTP/1.1 ") else repr(answer[:60])


def curl(*words, **more):
    return subprocess.run(["curl", "-sS", "-m", "20", *words], check=True,
                          capture_output=True, **more).stdout


def url(path):
    return "http://%s%s" % (HOST, path)


def fnv(data):
    s = 2166136261
    for b in data:
        s = ((s ^ b) * 16777619) & 0xffffffff
    return "%08x" % s


def expect(what, is_, should):
    assert is_ == should, "%s: %r instead of %r" % (what, is_, should)


def curl_asks():
    expect("hello", curl(url("/hello")), b"Hello, World!")
    expect("HEAD", curl("-I", url("/hello")).split(b"\r\n")[0], b"HTTP/1.1 200 OK")
    expect("1.0", curl("-0", url("/hello")), b"Hello, World!")
    expect("two", curl("-w", "%{num_connects}", url("/hello"), "-o", "/dev/null",
                       url("/hello"), "-o", "/dev/null"), b"10")
    expect("404", curl("-w", "%{http_code}", "-o", "/dev/null", url("/no")), b"404")
    expect("405", curl("-w", "%{http_code}", "-o", "/dev/null", "-X", "PUT", url("/hello")), b"405")
    expect("fragment", curl(url("/hello#x")), b"Hello, World!")


def curl_sends():
    body = random.Random(1).randbytes(300000)
    answer = ("300000 %s\n" % fnv(body)).encode()
    expect("length", curl("--data-binary", "@-", url("/take"), input=body), answer)
    expect("chunked", curl("-H", "Transfer-Encoding: chunked", "--data-binary", "@-", url("/take"),
                           input=body), answer)
    expect("expect", curl("-H", "Expect: 100-continue", "--data-binary", "@-", url("/take"),
                          input=body), answer)
    expect("echo", curl("-H", "Transfer-Encoding: chunked", "--data-binary", "@-", url("/echo"),
                        input=body), body)


def curl_files():
    page = curl(url("/"))
    expect("page", page.startswith(b"<!doctype html>") and len(page) > 1000, True)
    expect("gzip", curl("--compressed", url("/")), page)
    expect("encoding", b"Content-Encoding: gzip" in curl("-I", "--compressed", url("/")), True)
    expect("type", b"Content-Type: text/html" in curl("-I", url("/")), True)
    head = curl("-I", url("/plain.txt")).decode()
    etag = [l[6:] for l in head.split("\r\n") if l.startswith("ETag: ")][0]
    code = ["-w", "%{http_code}", "-o", "/dev/null"]
    expect("304", curl(*code, "-H", "If-None-Match: " + etag, url("/plain.txt")), b"304")
    expect("412", curl(*code, "-H", "If-Match: \"x\"", url("/plain.txt")), b"412")
    expect("range", curl("-r", "2-4", url("/plain.txt")), b"234")
    expect("the end", curl("-r", "-3", url("/plain.txt")), b"789")
    expect("416", curl(*code, "-r", "10-", url("/plain.txt")), b"416")
    expect("if-range", curl("-r", "2-4", "-H", "If-Range: \"x\"", url("/plain.txt")), b"0123456789")
    expect("folder", curl(*code, url("/sub")), b"301")
    expect("index", curl("-L", url("/sub")), curl(url("/sub/")))
    expect("outside", curl(*code, "--path-as-is", url("/../fata.yml")), b"404")
    expect("escaped", curl("--path-as-is", url("/pl%61in.txt")), b"0123456789")
    expect("bad escape", curl(*code, url("/%zz")), b"400")


def curl_streams():
    expect("events", curl("-N", url("/events")),
           b"".join(b"event: count\ndata: %d\n\n" % i for i in range(3)))
    expect("large", len(curl(url("/give/20000000"))), 20000000)
    expect("metrics", b'fata_http_requests_total{class="2xx"} ' in curl(url("/metrics")), True)
    expect("no fibers", curl("-w", "%{http_code}", "-o", "/dev/null", url("/debug/fibers")), b"404")


POST = b"POST /take HTTP/1.1\r\nHost: h\r\n"
SMUGGLED = b"GET /hello HTTP/1.1\r\nHost: h\r\n\r\n"


def smuggling():
    for name, data, code in [
            ("both lengths", POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"),
            ("two lengths", POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", "400"),
            ("chunk size with 0x", POST + b"Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n", "400"),
            ("chunk size with a sign", POST + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n", "400"),
            ("chunk size of 2^64", POST + b"Transfer-Encoding: chunked\r\n\r\n10000000000000005\r\nhello", "400"),
            ("chunk that is longer", POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello!\r\n0\r\n\r\n", "400"),
            ("bare CR", b"GET /hello HTTP/1.1\r\nHost: h\r\nA: b\rC: d\r\n\r\n", "400"),
            ("bare LF", b"GET /hello HTTP/1.1\nHost: h\n\n", "400"),
            ("space before the colon", POST + b"Content-Length : 5\r\n\r\nhello", "400"),
            ("folded", POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", "400"),
            ("another coding", POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "501"),
            ("vertical tab", POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n", "400"),
            ("NUL", b"GET /hello HTTP/1.1\r\nHost: h\r\nA: \0\r\n\r\n", "400"),
            ("two Hosts", b"GET /hello HTTP/1.1\r\nHost: h\r\nHost: i\r\n\r\n", "400")]:
        answer = talk(data + SMUGGLED)
        expect(name, answer.split(b" ")[1].decode(), code)
        expect(name + ": one answer", answer.count(b"HTTP/1.1 "), 1)
        expect(name + ": closed", b"Connection: close\r\n" in answer and b"<reset>" not in answer, True)


def statuses():
    expect("413", status(POST + b"Content-Length: 99999999\r\n\r\n"), "413")
    expect("413 of chunks", status(POST + b"Transfer-Encoding: chunked\r\n\r\n" +
                                   b"10000\r\n%s\r\n" % (b"x" * 65536) * 17), "413")
    expect("414", status(b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: h\r\n\r\n"), "414")
    expect("417", status(POST + b"Expect: x\r\nContent-Length: 1\r\n\r\n"), "417")
    expect("431", status(b"GET /hello HTTP/1.1\r\nA: " + b"a" * 100000), "431")
    expect("431 of fields", status(b"GET /hello HTTP/1.1\r\nHost: h\r\n" + b"a: b\r\n" * 200), "431")
    expect("501", status(b"FETCH /hello HTTP/1.1\r\nHost: h\r\n\r\n"), "501")
    expect("505", status(b"GET /hello HTTP/2.0\r\nHost: h\r\n\r\n"), "505")


def bad_and_good():
    """Bodies in every split, pipelines, resets."""
    r = random.Random(2)
    request = POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"3\r\nabc\r\n" * 100 + b"0\r\nT: x\r\n\r\n"
    answer = talk(request + b"GET /hello HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
    expect("pipeline", answer.count(b"HTTP/1.1 200 OK"), 2)
    for _ in range(5):
        with connect() as s:
            at = 0
            while at < len(request):
                n = r.randrange(1, 60)
                s.sendall(request[at:at + n])
                at += n
            s.sendall(b"GET /hello HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            expect("parts", read_all(s).count(b"HTTP/1.1 200 OK"), 2)
    many = b"GET /hello HTTP/1.1\r\nHost: h\r\n\r\n" * 2000
    with connect() as s:
        threading.Thread(target=lambda: s.sendall(many + b"GET /hello HTTP/1.0\r\n\r\n")).start()
        expect("2001 requests", read_all(s).count(b"HTTP/1.1 200 OK"), 2001)
    for i in range(200):
        s = connect()
        s.sendall([b"GET /give/1000000 HTTP/1.1\r\nHost: h\r\n\r\n", request[:200], POST +
                   b"Content-Length: 1000\r\n\r\nabc", b"GET /he"][i % 4])
        if i % 8 < 4:
            time.sleep(0.001)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        s.close()
    expect("after resets", curl(url("/hello")), b"Hello, World!")


def websocket():
    """RFC 6455, with frames by hand."""
    head = (b"GET /socket HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: %d\r\n\r\n")
    ends = head.replace(b"Upgrade\r", b"Upgrade, close\r")
    expect("version", status(ends % 12), "426")
    expect("no upgrade", status(b"GET /socket HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"), "426")
    expect("key", status((ends % 13).replace(b"dGhl", b"dGh!")), "400")

    def frame(op, data):
        mask = bytes([1, 2, 3, 4])
        n = len(data)
        size = bytes([0x80 | n]) if n < 126 else b"\xfe" + n.to_bytes(2, "big")
        return bytes([op]) + size + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data))

    def both(data, at_once=True):
        with connect() as s:
            if at_once:
                s.sendall(head % 13 + data)
            else:
                s.sendall(head % 13)
                for i in range(len(data)):
                    s.sendall(data[i:i + 1])
            answer = read_all(s)
        top, rest = answer.split(b"\r\n\r\n", 1)
        assert b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in top, top
        expect("101", top.split(b" ")[1], b"101")
        return rest

    long = b"x" * 5000
    said = (frame(0x81, b"hello") + frame(0x89, b"ping") + frame(0x02, b"a") + frame(0x80, b"b") +
            frame(0x82, long) + frame(0x81, b"bye"))
    answer = (b"\x81\x05hello\x8a\x04ping\x82\x02ab\x82\x7e\x13\x88" + long +
              b"\x81\x03bye\x88\x02\x03\xe8")
    expect("messages", both(said), answer)
    expect("byte by byte", both(said, False), answer)
    expect("close", both(frame(0x88, b"\x03\xe9")), b"\x88\x02\x03\xe9")
    expect("not masked", both(b"\x81\x01x"), b"\x88\x02\x03\xea")
    expect("no UTF-8", both(frame(0x81, b"\xff")), b"\x88\x02\x03\xef")
    expect("too long", both(frame(0x82, b"x" * 9000)), b"\x88\x02\x03\xf1")


def slow_head():
    """With --http-head-time=1s and --http-idle=2s."""
    begin = time.time()
    with connect() as s:
        s.sendall(b"GET /he")
        answer = read_all(s)
    expect("408", answer.split(b" ")[1], b"408")
    expect("time", 0.8 < time.time() - begin < 3, True)
    begin = time.time()
    with connect() as s:
        expect("idle", read_all(s), b"")
    expect("idle time", 1.8 < time.time() - begin < 4, True)
    with connect() as s:
        s.sendall(POST + b"Content-Length: 10\r\n\r\nabc")
        expect("body", read_all(s).split(b" ")[1], b"408")


def fibers():
    """With --http-debug."""
    text = curl(url("/debug/fibers")).decode()
    assert text.startswith("start: ") and "\n  request: running" in text, text


def spent():
    """Seconds of processor time that the image has taken."""
    with open("/proc/%s/stat" % os.environ["IMAGE_PID"]) as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def cost(seconds, share=0, others=lambda: 0):
    """Of the image's processor time, what each request takes while clients ask as
    fast as they are answered, beside a share of it for something else. others()
    counts what else is served meanwhile, and is held to cost as much."""
    before, taken, begin = others(), spent(), time.monotonic()
    out = subprocess.run(["wrk", "-t1", "-c20", "-d%d" % seconds, url("/hello")], check=True,
                         capture_output=True, text=True).stdout
    assert "Socket errors" not in out and "Non-2xx" not in out, out
    said = int([l for l in out.split("\n") if " requests in " in l][0].split()[0])
    taken = spent() - taken - share * (time.monotonic() - begin)
    return taken / (said + others() - before)


def memory():
    text = curl(url("/metrics")).decode()
    return int([l for l in text.split("\n") if l.startswith("fata_heap_used_bytes ")][0].split()[1])


def crowd():
    """10,000 connections that say nothing, 1,000 that say two bytes a second. What
    others lose by them is counted in the image's processor time: the machine
    may have something else to do."""
    idle, slow = [], []
    # The least of three: what else the machine does makes it more, never less.
    without = min(cost(2) for _ in range(3))
    for i in range(10000):
        s = socket.socket()
        s.bind(("10.99.0.1", 0))
        s.settimeout(20)
        s.connect((HOST, 80))
        idle.append(s)
    for i in range(0, 10000, 10):  # of these some have had an answer
        idle[i].sendall(b"GET /hello HTTP/1.1\r\nHost: h\r\n\r\n")
    for i in range(0, 10000, 10):
        assert idle[i].recv(4096).startswith(b"HTTP/1.1 200")
    used = memory()
    # TCP ticks while something is under way, and looks at all of them.
    taken, begin = spent(), time.monotonic()
    while time.monotonic() < begin + 4:
        idle[0].sendall(b"GET /hello HTTP/1.1\r\nHost: h\r\n\r\n")
        assert idle[0].recv(4096).startswith(b"HTTP/1.1 200")
        time.sleep(0.03)
    ticking = (spent() - taken) / (time.monotonic() - begin)
    for i in range(1000):
        s = socket.create_connection((HOST, 80), 20)
        slow.append(s)
    stop = threading.Event()
    dripped = [0]

    def drip():
        head = b"GET /hello HTTP/1.1\r\nHost: h\r\n" + b"A: b\r\n" * 100
        at = 0
        while not stop.is_set() and at < 200:
            for s in slow:
                s.send(head[at:at + 1])
                dripped[0] += 1
            at += 1
            stop.wait(0.5)

    t = threading.Thread(target=drip)
    t.start()
    time.sleep(1)
    meanwhile = min(cost(2, ticking, lambda: dripped[0]) for _ in range(3))
    stop.set()
    t.join()
    for s in idle + slow:
        s.close()
    expect("afterwards", curl(url("/hello")), b"Hello, World!")
    # What a processor has time for when it has served the slow ones.
    kept = (1 - ticking - 2000 * meanwhile) * without / meanwhile
    print("10,000 idle and 1,000 slow: %.1f MB in use, others at %.2f of their rate: "
          "%.1f us for each, %.1f without, %.1f %% for timers"
          % (used / 1e6, kept, meanwhile * 1e6, without * 1e6, ticking * 100))
    assert kept >= 0.8, "others are served at %.2f of their rate" % kept


def client_nginx():
    """The image asks nginx, which has a root with `page` and `moved`."""
    base = "http://%s:8080" % OWN
    body = open("page", "rb").read()
    good = "200 %d %s kept 1\n" % (len(body), fnv(body))
    for path in ["/page", "/page", "/moved", "/twice", "/chunked/page"]:
        expect(path, curl(url("/fetch?url=" + base + path)).decode(), good)
    expect("loop", curl(url("/fetch?url=" + base + "/loop")), b"error E2BIG\n")
    expect("404", curl(url("/fetch?url=" + base + "/none"))[:4], b"404 ")
    expect("dropped", curl(url("/fetch?url=" + base + "/page")).decode(), good)
    expect("no name", curl(url("/fetch?url=http://name/")), b"error ENOENT\n")
    expect("https", curl(url("/fetch?url=https://10.99.0.1/")), b"error ENOTSUP\n")
    expect("refused", curl(url("/fetch?url=http://%s:1/" % OWN)), b"error ECONNREFUSED\n")


def client_python():
    """The image asks Python's http.server, which closes each connection, and
    servers that lie."""
    import http.server

    class Handler(http.server.SimpleHTTPRequestHandler):
        def do_POST(self):
            data = b""
            while True:
                n = int(self.rfile.readline().strip(), 16)
                data += self.rfile.read(n)
                self.rfile.readline()
                if n == 0:
                    break
            self.send_response(200)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer((OWN, 8081), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    body = open("page", "rb").read()
    base = "http://%s:8081" % OWN
    expect("page", curl(url("/fetch?url=" + base + "/page")).decode().rsplit(" kept")[0],
           "200 %d %s" % (len(body), fnv(body)))
    data = b"0123456789" * 1000
    expect("post", curl(url("/fetch?post=&url=" + base + "/")).decode().rsplit(" kept")[0],
           "200 %d %s" % (len(data), fnv(data)))
    server.shutdown()

    def lie(answer, reset=False):
        listener = socket.create_server((OWN, 8082), reuse_port=True)

        def serve():
            s, _ = listener.accept()
            try:
                s.recv(65536)
                s.sendall(answer)
                if reset:
                    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            except ConnectionResetError:
                pass  # it has seen enough
            s.close()
        t = threading.Thread(target=serve)
        t.start()
        said = curl(url("/fetch?url=http://%s:8082/" % OWN))
        t.join()
        listener.close()
        return said
    expect("no HTTP", lie(b"SSH-2.0-x\r\n"), b"error EPROTO\n")
    expect("short", lie(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"), b"error ECONNRESET\n")
    expect("nothing", lie(b""), b"error ECONNRESET\n")
    expect("reset", lie(b"HTTP/1.1 200 OK\r\n", True), b"error ECONNRESET\n")
    expect("to the end", lie(b"HTTP/1.1 200 OK\r\n\r\nabc")[:6], b"200 3 ")
    expect("endless head", lie(b"HTTP/1.1 200 OK\r\nA: " + b"a" * 100000), b"error EPROTO\n")


for name in sys.argv[2:]:
    try:
        globals()[name]()
        print("ok " + name)
    except Exception as e:
        failed += 1
        if isinstance(e, subprocess.CalledProcessError):
            e = "%s: %s" % (e, e.stderr)
        print("FAIL %s: %s: %s" % (name, type(e).__name__, e))
    sys.stdout.flush()
sys.exit(failed != 0)
