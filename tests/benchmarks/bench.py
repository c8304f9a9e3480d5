#!/usr/bin/python3
"""Measures fdgate beside its peers in one run, in turn, and prints medians and ratios.

bin/bench                     the first five, and one table of them all at the end
bin/bench cold [-r ROUNDS]    exec to the first answered byte, a client queued before; RSS then
bin/bench echo [-r ROUNDS]    TCP and Unix echo beside a C server; 10,000 connections beside 100
bin/bench http [-r ROUNDS]    HTTP/1.1 and HTTP/2 beside nginx
bin/bench udp [-r ROUNDS]     UDP echo beside a C server, single and in trains, and what was lost
bin/bench memory              the process memory of idle connections, and what is given back
bin/bench forward [-r ROUNDS] TCP carried, beside systemd-socket-proxyd and HAProxy
bin/bench podman [-r ROUNDS]  one stream to an activated container, a published one, fdgate on the host
bin/bench load [-r ROUNDS]    fdgate load itself, beside wrk and a C client
bin/bench calls               which system calls a message costs, beside the same peers
bin/bench counting            what counting costs; --help says more

The server is pinned to one core and the client to another. Each answer is checked. What is printed
is also written to tests/benchmarks/target/, as NAME.json and NAME.svg. Noise is not averaged away:
the least and the most are shown.
"""
import argparse
import os
import sys

import calls
import cold
import common
import echo
import forward
import load_tester
import memory
import podman
import report
import udp
import web

# What these use of us.
from common import CLIENT_CORE, FDGATE, SERVER_CORE, TARGET, Server, load, progress  # noqa: F401
from report import table  # noqa: F401

MODES = {
    "cold": cold.run,
    "echo": echo.run,
    "http": web.run,
    "udp": udp.run,
    "memory": memory.run,
}
# On request only: their tables are in docs/performance.md, docs/forward.md, docs/podman.md and docs/load.md.
OTHERS = {
    "calls": calls.run,
    "forward": lambda options: forward.run(sys.modules[__name__], options.rounds),
    "podman": lambda options: podman.run(sys.modules[__name__], options.rounds),
    "load": lambda options: load_tester.run(sys.modules[__name__], options.rounds),
}


def main():
    parser = argparse.ArgumentParser(
        prog="bin/bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "mode", choices=[*MODES, *OTHERS], nargs="?", help="the first five, if left out"
    )
    parser.add_argument("-r", "--rounds", type=int, default=5, help="how often each is measured")
    parser.add_argument("-s", "--seconds", type=float, default=2, help="how long each load lasts")
    parser.add_argument(
        "-c", "--connections", type=int, default=100_000, help="the most of them, if the limit allows"
    )
    parser.add_argument(
        "--no-warm-up", action="store_true", help="only to see that it runs: the figures mean nothing"
    )
    options = parser.parse_args()
    common.prepare()
    print(
        f"server on core {common.SERVER_CORE}, client on core {common.CLIENT_CORE};"
        f" load average {os.getloadavg()[0]:.1f}"
    )
    for mode in [options.mode] if options.mode else MODES:
        (MODES | OTHERS)[mode](options)
    report.summary()


main()
