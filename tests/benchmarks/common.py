"""Servers that inherit their sockets, and the programs that load them."""
import os
import pathlib
import resource
import signal
import socket
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
TARGET = HERE / "target"
FDGATE = HERE.parent.parent / "gateway/target/fdgate/bin/fdgate"
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, CLIENT_CORE = CORES[0], CORES[-1]
FLOOR = str(TARGET / "floor")


def prepare():
    """Compiles the C programs; lets this process and its children open what the system allows."""
    TARGET.mkdir(exist_ok=True)
    for program in ("floor", "load", "flow"):
        source = HERE / "native" / (program + ".c")
        subprocess.run(["cc", "-O2", "-o", TARGET / program, source], check=True)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def open_socket(kind):
    """A bound socket as systemd would open it: "tcp", "udp", "unix" or "unixgram"."""
    local = kind.startswith("unix")
    family = socket.AF_UNIX if local else socket.AF_INET
    opened = socket.socket(
        family, socket.SOCK_STREAM if kind in ("tcp", "unix") else socket.SOCK_DGRAM
    )
    if local:
        path = str(TARGET / f"{os.getpid()}-{opened.fileno()}.sock")
        opened.bind(path)
    else:
        opened.bind(("127.0.0.1", 0))
    if kind in ("tcp", "unix"):
        opened.listen(4096)
    return opened


class Server:
    """A process that inherits sockets from descriptor 3 on, as systemd would start it.

    sockets: pairs of a name and a kind, such as ("echo", "tcp"); or the name of one TCP socket
    """

    def __init__(self, command, sockets, pinned=True, core=SERVER_CORE):
        self.command, self.pid = command, 0
        self.core = core if pinned else None
        if isinstance(sockets, str):
            sockets = [(sockets, "tcp")]
        self.names = [name for name, _ in sockets]
        self.sockets = [open_socket(kind) for _, kind in sockets]

    @property
    def port(self):
        return self.sockets[0].getsockname()[1]

    def address(self, index=0):
        name = self.sockets[index].getsockname()
        return name if isinstance(name, str) else str(name[1])

    def start(self):
        self.pid = os.fork()
        if self.pid == 0:
            try:
                self._exec()
            finally:
                os._exit(127)
        return self

    def _exec(self):
        if self.core is not None:
            os.sched_setaffinity(0, {self.core})
        null = os.open(os.devnull, os.O_RDWR)
        for fd in (0, 1, 2):
            os.dup2(null, fd)
        # Out of the way first: a number wanted by one may be another's.
        high = [os.dup(each.fileno()) for each in self.sockets]
        while high and min(high) < 3 + len(high):
            high = [os.dup(fd) for fd in high]
        for i, fd in enumerate(high):
            os.dup2(fd, 3 + i)
        os.closerange(3 + len(high), 4096)
        environment = dict(
            os.environ,
            LISTEN_PID=str(os.getpid()),
            LISTEN_FDS=str(len(self.sockets)),
            LISTEN_FDNAMES=":".join(self.names),
        )
        os.execve(self.command[0], self.command, environment)

    def rss_mib(self):
        return rss_mib(self.pid)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for each in self.sockets:
            name = each.getsockname()
            each.close()
            if isinstance(name, str):
                os.unlink(name)
        if self.pid:
            os.kill(self.pid, signal.SIGTERM)
            _, status = os.waitpid(self.pid, 0)
            if os.waitstatus_to_exitcode(status) not in (0, -signal.SIGTERM):
                raise SystemExit(f"{self.command} ended with {status}")


def rss_mib(pid):
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


def on_client_core():
    os.sched_setaffinity(0, {CLIENT_CORE})


def on_server_core():
    os.sched_setaffinity(0, {SERVER_CORE})


def load(kind, address, connections, size, depth, seconds, rate=None):
    """Round trips a second, p50 and p99 in µs, messages lost; each answer is checked."""
    arguments = [kind, address, connections, size, depth, seconds] + ([rate] if rate else [])
    output = subprocess.check_output(
        [TARGET / "load", *map(str, arguments)], text=True, preexec_fn=on_client_core
    )
    return [float(field) for field in output.split()]


def in_turn(cases, rounds, turns):
    """What each case measured in each round: a list of its turns.

    A round has several short turns, as what else happens on the machine often lasts for seconds. A
    server stands still (SIGSTOP) while it is another's turn: its compilers and collectors take their
    time from its own.

    cases: for each name the process of a server, and what measures it
    """
    measured = {name: [] for name in cases}
    servers = {pid for pid, _ in cases.values()}
    try:
        for pid in servers:
            os.kill(pid, signal.SIGSTOP)
        for _ in progress(rounds):
            for values in measured.values():
                values.append([])
            for i in range(turns):
                for name in list(cases) if i % 2 == 0 else reversed(cases):
                    pid, measure = cases[name]
                    os.kill(pid, signal.SIGCONT)
                    measured[name][-1].append(measure())
                    os.kill(pid, signal.SIGSTOP)
    finally:
        for pid in servers:
            os.kill(pid, signal.SIGCONT)
    return measured


def progress(rounds):
    for i in range(rounds):
        if sys.stderr.isatty():
            print(f"\rround {i + 1} of {rounds}", end="", file=sys.stderr, flush=True)
        yield i
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
