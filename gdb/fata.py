# SPDX-License-Identifier: ISC
"""gdb and the fibers of an image: `fata fibers`, `fata bt N`, `fata fiber N`.

Works where gdb has symbols and memory - a process, a core file, fata-hvt's
stub -, because it writes nothing: a fiber that does not run is shown by an
unwinder, which makes it the caller of the frame where the CPU is.
"""

import gdb
import gdb.unwinder

# --- What this script knows of async/ and lib/run: names and layouts ---------

# A variable that holds a struct fata_sched: (variable, path to it).  Others are
# given to the commands as expressions.
SCHEDULERS = [("run", ["sched"])]

# What a struct fata_context holds: sp, fp, pc, by the CPU's names.
CONTEXTS = {
    "i386:x86-64": ("rsp", "rbp", "rip"),
    "aarch64": ("sp", "x29", "pc"),
}

# Functions that belong to waiting itself, not to the program that waits, by name
# or by folder; and the file of what calls a fiber's function.
INTERNAL = "fata_"
FOLDER = "async/"
ENTRY = "async/fiber.c"


class Fiber:
    """A struct fata_fiber."""

    def __init__(self, value, depth):
        self.value = value  # the struct
        self.address = int(value.address)
        self.depth = depth
        self.name = value["how"]["name"].string()
        self.begun = "fata__fiber_resume" in str(value["job"]["run"])
        self.ready = int(value["job"]["next"]) != 0
        self.now = int(value["queue"]["sched"]["now"])
        self.cancelled = int(value["cancel_at"]) <= self.now
        self.deadline, self.since = NEVER, None
        if self.begun:
            self.context = [int(value["context"][word]) for word in ("sp", "fp", "pc")]
            self.stack = int(value["stack"])  # lowest usable address
            self.stack_size = int(value["stacks"]["stack_size"])
            waiter = value["waiting"]
            if int(waiter) != 0:
                self.deadline, self.since = int(waiter["deadline"]), int(waiter["since"])

    def runs(self, stack_pointer):
        return self.begun and 0 <= stack_pointer - self.stack < self.stack_size


NEVER = (1 << 64) - 1  # FATA_NEVER


def scopes_of(fiber):
    """The scopes that a fiber has open, outermost first."""
    found, scope = [], fiber["region"]
    while int(scope) not in (0, int(fiber["scope"])) and len(found) < MOST:
        found.insert(0, scope.dereference())
        scope = scope["outer"]
    return found


def roots_of(scheduler):
    return list(listed(scheduler["roots"], "struct fata_scope", "link"))


def fibers_of(scope):
    """The fibers that are alive in a scope, in the order of their spawn."""
    return listed(scope["fibers"], "struct fata_fiber", "sibling")


# --- Reading ------------------------------------------------------------------

MOST = 1000000  # elements of a list that is not broken


def listed(head, type_name, member):
    """The elements of a struct fata_list, which is a ring through `head`."""
    kind = gdb.lookup_type(type_name)
    offset = [f.bitpos // 8 for f in kind.fields() if f.name == member][0]
    end, node = int(head.address), int(head["next"])
    for _ in range(MOST):
        if node == end:
            return
        element = gdb.Value(node - offset).cast(kind.pointer()).dereference()
        yield element
        node = int(element[member]["next"])
    raise gdb.GdbError("a list of fibers does not end: memory is overwritten")


def find_roots():
    for name, path in SCHEDULERS:
        for symbol in gdb.lookup_static_symbols(name):
            value = symbol.value()
            try:
                for step in path:
                    value = value[step]
                if value.type.name == "fata_sched" and int(value["roots"]["next"]) != 0:
                    return roots_of(value)
            except gdb.error:
                continue  # another variable of this name
    raise gdb.GdbError(
        "no fiber yet, or a main loop of the program's own: give its scheduler, "
        "for instance `fata fibers sched`")


def roots_given(text):
    """The scopes that a user's expression means."""
    value = gdb.parse_and_eval(text)
    if value.type.strip_typedefs().code == gdb.TYPE_CODE_PTR:
        value = value.dereference()
    kind = value.type.strip_typedefs().name
    if kind == "fata_sched":
        return roots_of(value)
    if kind == "fata_root":
        return [value["scope"]]
    if kind == "fata_scope":
        return [value]
    raise gdb.GdbError("`%s` is no struct fata_sched, fata_root or fata_scope" % text)


def all_fibers(text=""):
    """Every fiber, parents first."""
    try:
        return walk(text)
    except gdb.MemoryError as error:
        raise gdb.GdbError("the tree of fibers cannot be read: %s" % error)


def walk(text):
    roots = roots_given(text) if text else find_roots()
    found, waiting = [], [(root, 0) for root in reversed(roots)]
    while waiting:
        scope, depth = waiting.pop()
        if depth < 0:  # marks a fiber whose turn it is
            found.append(Fiber(scope, -depth - 1))
            below = [(s, -depth) for s in scopes_of(scope)]
            waiting.extend(reversed(below))
        else:
            waiting.extend(reversed([(f, -depth - 1) for f in fibers_of(scope)]))
    return found


# --- Frames of a fiber that does not run --------------------------------------


class FrameId:
    def __init__(self, sp, pc):
        self.sp, self.pc = sp, pc


class Unwinder(gdb.unwinder.Unwinder):
    """Says that the innermost frame was called by the fiber's."""

    def __init__(self):
        super().__init__("fata")
        self.fiber = None

    def __call__(self, pending):
        if self.fiber is None:
            return None
        sp, pc = pending.read_register("sp"), pending.read_register("pc")
        if (int(sp), int(pc)) != self.here:
            return None
        words = self.fiber.context
        # Below the fiber's frames, as a callee's is.
        info = pending.create_unwind_info(FrameId(gdb.Value(words[0] - 8).cast(sp.type), pc))
        for register, word in zip(CONTEXTS[pending.architecture().name()], words):
            kind = pending.read_register(register).type
            info.add_saved_register(register, gdb.Value(word).cast(kind))
        return info

    def select(self, fiber):
        """None: back to where the CPU is."""
        self.fiber = None
        gdb.invalidate_cached_frames()
        if fiber is not None:
            frame = gdb.newest_frame()
            self.here = (int(frame.read_register("sp")), int(frame.pc()))
            self.fiber = fiber
            gdb.invalidate_cached_frames()


unwinder = Unwinder()
gdb.unwinder.register_unwinder(None, unwinder, replace=True)
gdb.events.cont.connect(lambda event: unwinder.select(None))


def stack_pointer():
    unwinder.select(None)
    try:
        return int(gdb.newest_frame().read_register("sp"))
    except gdb.error:
        raise gdb.GdbError("nothing runs here: start the program, or open a core file")


def place_of(frame):
    line = frame.find_sal()
    if line.symtab is None:
        return frame.name() or "0x%x" % frame.pc()
    return "%s at %s:%d" % (frame.name(), line.symtab.filename, line.line)


def function_of(fiber):
    """The fiber's own function, which a tail call may have left."""
    address = int(fiber.value["fn"])
    block, line = gdb.block_for_pc(address), gdb.find_pc_line(address)
    if block is None or block.function is None or line.symtab is None:
        return "0x%x" % address
    return "%s at %s:%d" % (block.function.name, line.symtab.filename, line.line)


def first_frame():
    """The first frame of the selected fiber: after that where the CPU is, which
    counts as several when functions are inlined into it."""
    frame = gdb.newest_frame()
    while frame is not None and frame.type() == gdb.INLINE_FRAME:
        frame = frame.older()
    return frame.older() if frame is not None else None


def is_entry(frame):
    line = frame.find_sal()
    return (line.symtab is not None and line.symtab.filename.endswith(ENTRY) and
            not (frame.name() or "").startswith(INTERNAL))


def is_internal(frame):
    line = frame.find_sal()
    return (frame.name() or "").startswith(INTERNAL) or (
        line.symtab is not None and FOLDER in line.symtab.filename)


def where(fiber):
    """What a parked fiber waits in, and who called that."""
    if not fiber.begun:
        return "not started: " + function_of(fiber)
    unwinder.select(fiber)
    try:
        frame, last = first_frame(), None
        while frame is not None and is_internal(frame) and not is_entry(frame):
            if frame.name().startswith(INTERNAL):
                last = frame.name()
            frame = frame.older()
        if last is None:
            last = "?"
        if frame is None or is_entry(frame):
            return "%s, %s" % (last, function_of(fiber))
        return "%s, %s" % (last, place_of(frame))
    except gdb.error as error:
        return "its frames cannot be read: %s" % error
    finally:
        unwinder.select(None)


def span(ns):
    for unit, name in ((1000000000, "s"), (1000000, "ms"), (1000, "us")):
        if ns >= unit:
            return "%.3g %s" % (ns / unit, name)
    return "%d ns" % ns


# --- Commands -------------------------------------------------------------------


class Fata(gdb.Command):
    """Fibers of a fata image."""

    def __init__(self):
        super().__init__("fata", gdb.COMMAND_STACK, prefix=True)


class Fibers(gdb.Command):
    """fata fibers [ROOT]: all fibers, children indented below who spawned them.

ROOT: a struct fata_sched, fata_root or fata_scope, where the main loop is the program's own.
For each: number, name, state; if it waits: in what, who called it, and when its
deadline comes, counted from the last turn."""

    def __init__(self):
        super().__init__("fata fibers", gdb.COMMAND_STACK)

    def invoke(self, text, from_tty):
        sp = stack_pointer()
        found = all_fibers(text)
        width = max([len(f.name) + 2 * f.depth for f in found], default=0)
        for number, fiber in enumerate(found, 1):
            state, more = "waiting", ""
            if fiber.runs(sp):
                state, more = "running", place_of(gdb.newest_frame())
            elif fiber.ready:
                state = "ready"
            if state != "running":
                more = where(fiber)
            if fiber.deadline != NEVER and state == "waiting":
                left = fiber.deadline - fiber.now
                more += ", deadline in %s" % span(left) if left >= 0 else ", late"
            if fiber.since is not None and state == "waiting":
                more += ", for %s" % span(fiber.now - fiber.since)
            if fiber.cancelled:
                more += ", cancelled"
            print("%3d  %-*s  %-7s  %s" % (number, width, "  " * fiber.depth + fiber.name,
                                           state, more))
        print("%d fibers" % len(found))


def chosen(text):
    """The fiber with this number, or at this address."""
    if not text:
        raise gdb.GdbError("which fiber? `fata fibers` shows their numbers")
    value = gdb.parse_and_eval(text)
    pointer = value.type.strip_typedefs().code == gdb.TYPE_CODE_PTR
    fibers = all_fibers()
    for number, fiber in enumerate(fibers, 1):
        if int(value) == (fiber.address if pointer else number):
            return fiber
    raise gdb.GdbError("there is no fiber %s; there are %d" % (text, len(fibers)))


class Backtrace(gdb.Command):
    """fata bt N: the backtrace of fiber N of `fata fibers`."""

    def __init__(self):
        super().__init__("fata bt", gdb.COMMAND_STACK)

    def invoke(self, text, from_tty):
        sp, fiber = stack_pointer(), chosen(text)
        print("fiber %s:" % fiber.name)
        if not fiber.begun:
            print("not started: " + function_of(fiber))
            return
        if fiber.runs(sp):
            gdb.execute("backtrace")
            return
        unwinder.select(fiber)
        try:
            first = first_frame()
            skip = 0 if first is None else first.level()
            lines = gdb.execute("backtrace", to_string=True).splitlines()
        finally:
            unwinder.select(None)
        number = -1
        for line in lines:
            if line.startswith("#"):
                number += 1
                line = "#%-3d%s" % (number - skip, line.split(None, 1)[1])
            if number >= skip:
                print(line)


class Select(gdb.Command):
    """fata fiber N: looks at fiber N; up, frame, info locals and print see it.

Frame 0 stays where the CPU is, the fiber's come after it.  Without N, or when
the program goes on: back."""

    def __init__(self):
        super().__init__("fata fiber", gdb.COMMAND_STACK)

    def invoke(self, text, from_tty):
        sp = stack_pointer()
        fiber = chosen(text) if text else None
        if fiber is not None and not fiber.begun:
            raise gdb.GdbError("it has no frames: it has not started")
        if fiber is not None and fiber.runs(sp):
            fiber = None
        unwinder.select(fiber)
        frame = gdb.newest_frame() if fiber is None else first_frame()
        if frame is None:
            raise gdb.GdbError("its frames cannot be read")
        gdb.execute("frame %d" % frame.level())


Fata()
Fibers()
Backtrace()
Select()
