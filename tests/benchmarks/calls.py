"""Which system calls a message costs, as strace(1) counts them."""
import collections
import signal
import subprocess

import common
import echo
import web

ECHOES = {
    "TCP echo 64 B x 50": ("tcp", 50, 64, 1),
    "TCP echo 16 KiB x 4 deep": ("tcp", 1, 16384, 4),
    "Unix echo 64 B x 50": ("unix", 50, 64, 1),
    "UDP echo 64 B x 50": ("udp", 50, 64, 1),
}
PATHS = {
    "HTTP/1.1 plaintext x 50": "/plaintext",
    "HTTP/1.1 1 KiB file": "/small.txt",
    "HTTP/1.1 1 MiB file": "/large.txt",
}
RARE = 0.01


def run(options):
    print("\n| load | server | system calls a message |\n|---|---|---|")
    for title, case in ECHOES.items():
        servers = echo.started(case[0])
        try:
            for name, server in servers.items():
                measure = lambda seconds: echo.load(server, *case, seconds)[0] * seconds
                row(title, name, server.pid, measure, options)
        finally:
            for server in servers.values():
                server.__exit__()
    with web.started() as (_, servers):
        for title, path in PATHS.items():
            for name, (pid, port) in servers.items():
                measure = lambda seconds: web.wrk(port, path, seconds) * max(1, round(seconds))
                row(title, name, pid, measure, options)


def row(title, name, pid, measure, options):
    """One line of the table: what the process called while it was under load, for each message."""
    if not options.no_warm_up:
        measure(5 * options.seconds)
    log = common.TARGET / "calls"
    strace = subprocess.Popen(
        ["strace", "-f", "-c", "-U", "calls,name", "-o", log, "-p", str(pid)],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        if "attached" not in strace.stderr.readline():
            raise SystemExit("strace cannot attach: " + strace.stderr.read())
        messages = measure(options.seconds)
    finally:
        strace.send_signal(signal.SIGINT)
        strace.communicate()
    calls = collections.Counter()
    for line in log.read_text().splitlines():
        fields = line.split()
        if len(fields) == 2 and fields[0].isdigit() and fields[1] != "total":
            calls[fields[1]] = int(fields[0]) / messages
    text = ", ".join(f"{call} {count:.2f}" for call, count in calls.most_common() if count >= RARE)
    print(f"| {title} | {name} | {sum(calls.values()):.2f}: {text} |", flush=True)
