#!/usr/bin/python3
"""Measures fdgate beside its peers, in one run, in turn, and prints medians and ratios.

bin/bench cold [-r ROUNDS]    exec to the first answered byte, a client queued; RSS then
bin/bench echo [-r ROUNDS]    TCP echo: round trips a second, p50 and p99
bin/bench udp  [-r ROUNDS]    UDP echo, the same, and what was lost
bin/bench forward [-r ROUNDS] TCP carried, beside systemd-socket-proxyd and HAProxy
bin/bench podman [-r ROUNDS]  one stream to an activated container, a published one, fdgate on the host

The server is pinned to one core and the client to another. What is printed is also written to
tests/benchmarks/target/NAME.json and NAME.svg. Noise is not averaged away: the spread is shown.
"""
import argparse
import json
import os
import pathlib
import signal
import socket
import statistics
import subprocess
import sys
import time

import forward
import podman

HERE = pathlib.Path(__file__).resolve().parent
TARGET = HERE / "target"
FDGATE = HERE.parent.parent / "gateway/target/fdgate/bin/fdgate"
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, CLIENT_CORE = CORES[0], CORES[-1]


class Server:
    """A process that inherited one socket as descriptor 3, as systemd would start it."""

    def __init__(self, command, name, kind=socket.SOCK_STREAM, pinned=True, core=SERVER_CORE):
        self.socket = socket.socket(socket.AF_INET, kind)
        self.socket.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            self.socket.listen(4096)
        self.port = self.socket.getsockname()[1]
        self.command, self.name, self.pid = command, name, 0
        self.pinned, self.core = pinned, core

    def start(self):
        self.pid = os.fork()
        if self.pid == 0:
            try:
                if self.pinned:
                    os.sched_setaffinity(0, {self.core})
                null = os.open(os.devnull, os.O_RDWR)
                for fd in (0, 1, 2):
                    os.dup2(null, fd)
                os.dup2(self.socket.fileno(), 3)
                os.set_inheritable(3, True)
                environment = dict(
                    os.environ, LISTEN_PID=str(os.getpid()), LISTEN_FDS="1", LISTEN_FDNAMES=self.name
                )
                os.execve(self.command[0], self.command, environment)
            finally:
                os._exit(127)
        return self

    def rss_mib(self):
        with open(f"/proc/{self.pid}/status") as status:
            return next(int(l.split()[1]) for l in status if l.startswith("VmRSS")) / 1024

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
        if self.pid:
            os.kill(self.pid, signal.SIGTERM)
            os.waitpid(self.pid, 0)


def cold_start(command):
    """Milliseconds from fork to the first answered byte, and the server's RSS in MiB then."""
    with Server(command, "echo", pinned=False) as server:
        with socket.create_connection(("127.0.0.1", server.port)) as client:
            client.settimeout(30)
            client.sendall(b"hello\n")
            began = time.perf_counter()
            server.start()
            if client.recv(1) != b"h":
                raise SystemExit("wrong answer")
            return (time.perf_counter() - began) * 1000, server.rss_mib()


def hello(java):
    began = time.perf_counter()
    subprocess.run(
        [java, "-XX:+UseSerialGC", "-cp", str(TARGET), "Hello"], check=True, capture_output=True
    )
    return (time.perf_counter() - began) * 1000


def cold(rounds):
    home = pathlib.Path(subprocess.check_output([FDGATE, "--print-java-home"], text=True).strip())
    source = TARGET / "Hello.java"
    source.write_text('class Hello { public static void main(String[] a) { System.out.print("hello"); } }')
    subprocess.run([home / "bin/javac", "-d", TARGET, source], check=True)
    times = {"java hello": [], "C floor": [], "fdgate echo": []}
    rss = []
    for _ in progress(rounds):
        times["java hello"].append(hello(str(home / "bin/java")))
        times["C floor"].append(cold_start([str(TARGET / "floor"), "tcp"])[0])
        milliseconds, mib = cold_start([str(FDGATE)])
        times["fdgate echo"].append(milliseconds)
        rss.append(mib)
    table("cold", "ms to the first answer", times, "java hello")
    print(f"RSS of fdgate after it: {statistics.median(rss):.0f} MiB")


def load(kind, port, connections, size, depth, seconds):
    """Round trips a second, p50 and p99 in µs, messages lost."""
    output = subprocess.check_output(
        [TARGET / "load", kind, *map(str, (port, connections, size, depth, seconds))],
        text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {CLIENT_CORE}),
    )
    return [float(field) for field in output.split()]


def throughput(name, kind, cases, rounds):
    servers = {"C floor": [str(TARGET / "floor"), kind], "fdgate": [str(FDGATE)]}
    socket_kind = socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM
    for title, arguments in cases.items():
        rates = {server: [] for server in servers}
        latencies = {server: [] for server in servers}
        lost = dict.fromkeys(servers, 0)
        started = {s: Server(c, "echo", socket_kind).start() for s, c in servers.items()}
        try:
            for server in started.values():  # a JIT compiler is part of the server
                load(kind, server.port, *arguments, 5)
            for _ in progress(rounds):
                for label, server in started.items():
                    rate, p50, p99, missing = load(kind, server.port, *arguments, 2)
                    rates[label].append(rate)
                    latencies[label].append((p50, p99))
                    lost[label] += int(missing)
        finally:
            for server in started.values():
                server.__exit__()
        table(f"{name} {title}", "round trips/s", rates, "C floor")
        for label in servers:
            p50 = statistics.median(each[0] for each in latencies[label])
            p99 = statistics.median(each[1] for each in latencies[label])
            print(f"  {label}: p50 {p50:.0f} µs, p99 {p99:.0f} µs, {lost[label]} lost")


def table(title, unit, columns, base):
    """Prints, and writes as JSON and SVG, the median and the spread of each column."""
    medians = {name: statistics.median(values) for name, values in columns.items()}
    print(f"\n{title} ({unit}; {len(columns[base])} rounds in turn)")
    print(f"{'':14}{'median':>12}{'least':>12}{'most':>12}{'x ' + base:>14}")
    for name, values in columns.items():
        ratio = medians[name] / medians[base]
        print(f"{name:14}{medians[name]:12.1f}{min(values):12.1f}{max(values):12.1f}{ratio:14.2f}")
    file = TARGET / title.replace(" ", "-")
    file.with_suffix(".json").write_text(
        json.dumps({"title": title, "unit": unit, "base": base, "values": columns}, indent=1)
    )
    file.with_suffix(".svg").write_text(plot(title, unit, columns))


def plot(title, unit, columns):
    """A row of dots for each column, one for each round."""
    most = max(max(values) for values in columns.values())
    rows = []
    for row, (name, values) in enumerate(columns.items()):
        y = 60 + 30 * row
        rows.append(f'<text x="10" y="{y + 5}">{name}</text>')
        for value in values:
            rows.append(f'<circle cx="{140 + 440 * value / most:.1f}" cy="{y}" r="4" opacity="0.5"/>')
    height = 70 + 30 * len(columns)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="640" height="{height}" '
        f'font-family="sans-serif" font-size="14"><text x="10" y="25">{title}: {unit}, 0 to '
        f"{most:.0f}</text>{''.join(rows)}</svg>\n"
    )


def progress(rounds):
    for i in range(rounds):
        if sys.stderr.isatty():
            print(f"\rround {i + 1} of {rounds}", end="", file=sys.stderr, flush=True)
        yield i
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(
        prog="bin/bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["cold", "echo", "udp", "forward", "podman"])
    parser.add_argument("-r", "--rounds", type=int, default=5, help="how often each is measured")
    options = parser.parse_args()
    TARGET.mkdir(exist_ok=True)
    for program in ("floor", "load", "flow"):
        subprocess.run(
            ["cc", "-O2", "-o", TARGET / program, HERE / "native" / (program + ".c")], check=True
        )
    print(f"server on core {SERVER_CORE}, client on core {CLIENT_CORE}; load average {os.getloadavg()[0]:.1f}")
    if options.what == "cold":
        cold(options.rounds)
    elif options.what == "echo":
        cases = {"64 B x 50 connections": (50, 64, 1), "16 KiB x 4 deep": (1, 16384, 4)}
        throughput("echo", "tcp", cases, options.rounds)
    elif options.what == "forward":
        forward.run(sys.modules[__name__], options.rounds)
    elif options.what == "podman":
        podman.run(sys.modules[__name__], options.rounds)
    else:
        throughput("udp", "udp", {"64 B x 50 clients": (50, 64, 1)}, options.rounds)


main()
