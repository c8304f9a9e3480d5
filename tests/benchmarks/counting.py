#!/usr/bin/python3
"""Measures what counting costs: throughput with and without a metrics socket, in turn.

bin/bench counting [-r ROUNDS] [-s STARTS]

Two fdgates serve at once, one of which has a metrics socket too and so takes times and counts the
bytes of connections. Each round asks both, the first of them in turn; the ratio of a round compares
neighbours in time. As a JVM compiles differently in each run, all of it is repeated with new ones.

The throughput of a server that has a core to itself is bounded by the processor time that each
answer takes. Both are shown: the time of the event loops' threads is what other work on the machine
disturbs least.
"""
import argparse
import os
import pathlib
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TARGET = HERE / "target"
FDGATE = HERE.parent.parent / "gateway/target/fdgate/bin/fdgate"
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, CLIENT_CORE = CORES[0], CORES[-1]


class Gateway:
    """fdgate with one TCP socket of a protocol, and with or without a metrics socket."""

    def __init__(self, protocol, metrics, config):
        names = [protocol] + (["metrics"] if metrics else [])
        sockets = []
        for _ in names:
            s = socket.socket()
            s.bind(("127.0.0.1", 0))
            s.listen(4096)
            sockets.append(s)
        self.port = sockets[0].getsockname()[1]
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.sched_setaffinity(0, {SERVER_CORE})
                null = os.open(os.devnull, os.O_RDWR)
                for fd in (0, 1, 2):
                    os.dup2(null, fd)
                high = [os.dup(s.fileno()) for s in sockets]
                for i, fd in enumerate(high):
                    os.dup2(fd, 3 + i)
                    os.set_inheritable(3 + i, True)
                os.execve(
                    FDGATE,
                    [str(FDGATE), "--config", config],
                    dict(
                        os.environ,
                        LISTEN_PID=str(os.getpid()),
                        LISTEN_FDS=str(len(names)),
                        LISTEN_FDNAMES=":".join(names),
                    ),
                )
            finally:
                os._exit(127)
        for s in sockets:
            s.close()

    def loop_nanos(self):
        """The processor time of the event loops until now."""
        nanos = 0
        for task in pathlib.Path(f"/proc/{self.pid}/task").iterdir():
            if (task / "comm").read_text().startswith("serve"):
                nanos += int((task / "schedstat").read_text().split()[0])
        return nanos

    def stop(self):
        os.kill(self.pid, signal.SIGTERM)
        os.waitpid(self.pid, 0)


def pinned(command):
    return subprocess.check_output(
        command, text=True, preexec_fn=lambda: os.sched_setaffinity(0, {CLIENT_CORE})
    )


def echo(port, seconds):
    """Round trips a second of 64 bytes over 50 connections."""
    return float(pinned([TARGET / "load", "tcp", *map(str, (port, 50, 64, 1, seconds))]).split()[0])


def http(port, seconds):
    """Requests a second of wrk over 50 connections."""
    output = pinned(
        ["wrk", "-t1", "-c50", "--timeout", "30s", f"-d{seconds}s", f"http://127.0.0.1:{port}/plaintext"]
    )
    if "Non-2xx" in output or "Socket errors" in output:
        raise SystemExit("wrk reports errors:\n" + output)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1])


def measure(protocol, load, starts, rounds, config):
    rates = {"without": [], "with": []}
    costs = {"without": [], "with": []}
    for start in range(starts):
        gateways = {name: Gateway(protocol, name == "with", config) for name in rates}
        try:
            for gateway in gateways.values():  # a JIT compiler is part of the server
                load(gateway.port, 5)
            for turn in range(rounds):
                for name in list(gateways) if turn % 2 == 0 else reversed(gateways):
                    before = gateways[name].loop_nanos()
                    rate = load(gateways[name].port, 1)
                    rates[name].append(rate)
                    costs[name].append((gateways[name].loop_nanos() - before) / rate / 1000)
        finally:
            for gateway in gateways.values():
                gateway.stop()
    print(f"\n{protocol} ({starts} starts of {rounds} rounds of a second in turn)")
    compare("answers a second", rates)
    compare("µs of the loops for each", costs)


def compare(what, columns):
    ratios = [with_ / without for with_, without in zip(columns["with"], columns["without"])]
    low, high = interval(ratios)
    print(
        f"  {what:26} without {statistics.median(columns['without']):10.2f}"
        f"   with {statistics.median(columns['with']):10.2f}"
        f"   ratio {statistics.median(ratios):.4f} (95 % of medians {low:.4f} to {high:.4f})"
    )


def interval(values):
    """Where the median lies, by resampling."""
    chance = random.Random(1)
    medians = sorted(
        statistics.median(chance.choices(values, k=len(values))) for _ in range(2000)
    )
    return medians[50], medians[-51]


def main():
    parser = argparse.ArgumentParser(
        prog="bin/bench counting",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("what", choices=["counting"], help=argparse.SUPPRESS)
    parser.add_argument("-r", "--rounds", type=int, default=10, help="rounds of each start")
    parser.add_argument("-s", "--starts", type=int, default=3, help="how often both are started")
    options = parser.parse_args()
    TARGET.mkdir(exist_ok=True)
    subprocess.run(["cc", "-O2", "-o", TARGET / "load", HERE / "native/load.c"], check=True)
    print(
        f"servers on core {SERVER_CORE}, client on core {CLIENT_CORE};"
        f" load average {os.getloadavg()[0]:.1f}"
    )
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as config:
        config.write("[sockets.http]\nendpoints = true\naccess_log = false\n")
        config.flush()
        measure("echo", echo, options.starts, options.rounds, config.name)
        measure("http", http, options.starts, options.rounds, config.name)


main()
