"""Stream echo beside a C server."""
import socket
import statistics
import subprocess

import common
import report

# Title: kind, connections, bytes, depth, bar
CASES = {
    "TCP echo 64 B x 50": ("tcp", 50, 64, 1, "at least 0.9"),
    "TCP echo 16 KiB x 4 deep": ("tcp", 1, 16384, 4, "at least 0.8"),
    "Unix echo 64 B x 50": ("unix", 50, 64, 1, "at least 0.9"),
    "Unix echo 16 KiB x 4 deep": ("unix", 1, 16384, 4, "at least 0.8"),
}
WARM_UP_SECONDS = 5
TURN_SECONDS = 0.25
P99_TURN_SECONDS = 0.5
P99_WARM_UP_TURNS = 30


def started(kind):
    """Both servers, which have answered once."""
    servers = {
        "C floor": common.Server([common.FLOOR, kind], [("echo", kind)]).start(),
        "fdgate": common.Server([str(common.FDGATE)], [("echo", kind)]).start(),
    }
    for server in servers.values():
        listener = server.sockets[0]
        with socket.socket(listener.family, listener.type) as client:
            client.connect(listener.getsockname())
            client.settimeout(30)
            client.sendall(b"x")
            if client.recv(1) != b"x":
                raise SystemExit("wrong answer")
    return servers


def compare(title, servers, kind, connections, size, depth, bar, options):
    """Peak throughput in turn, then the latency of both at 70 % of the lesser peak."""
    rates = peak(title, servers, kind, connections, size, depth, bar, options)
    rate = 0.7 * min(statistics.median(values) for values in rates.values())
    # Another rate is another profile to the JIT compiler, which then takes the core for a while; and
    # the connections of each turn come and go by code that has run a few times only.
    for _ in range(0 if options.no_warm_up else P99_WARM_UP_TURNS):
        load(servers["fdgate"], kind, connections, size, depth, P99_TURN_SECONDS, rate)
    turns = max(1, round(options.seconds / P99_TURN_SECONDS))
    rounds = loads(servers, kind, connections, size, depth, options, turns, rate)
    p99 = {
        name: [statistics.median(measured[2] for measured in turns) for turns in values]
        for name, values in rounds.items()
    }
    report.table(title + ", p99 at 70 %", "µs", p99, "C floor", "at most 1.5")
    if kind == "udp":
        report.lost(title + ", lost at 70 %", lost(rounds), "C floor")


def peak(title, servers, kind, connections, size, depth, bar, options):
    """How many round trips a second each makes, in turn."""
    for server in servers.values():  # a JIT compiler is part of the server
        for _ in range(0 if options.no_warm_up else 2):
            load(server, kind, connections, size, depth, options.seconds * WARM_UP_SECONDS)
    rounds = loads(servers, kind, connections, size, depth, options, turns_of(options))
    rates = mean_rates(rounds)
    report.table(title, "round trips/s", rates, "C floor", bar)
    if kind in ("udp", "train"):
        report.lost(title + ", lost", lost(rounds), "C floor")
    return rates


def turns_of(options):
    return max(1, round(options.seconds / TURN_SECONDS))


def loads(servers, kind, connections, size, depth, options, turns, rate=None):
    """What each round of each server was, a list of turns."""
    seconds = options.seconds / turns
    cases = {
        name: (
            server.pid,
            lambda server=server: load(server, kind, connections, size, depth, seconds, rate),
        )
        for name, server in servers.items()
    }
    return common.in_turn(cases, options.rounds, turns)


def mean_rates(rounds):
    return {
        name: [statistics.mean(measured[0] for measured in turns) for turns in values]
        for name, values in rounds.items()
    }


def lost(rounds):
    return {
        name: int(sum(measured[3] for turns in values for measured in turns))
        for name, values in rounds.items()
    }


def load(server, kind, *arguments):
    return common.load(kind, server.address(), *arguments)


def run(options):
    for title, (kind, connections, size, depth, bar) in CASES.items():
        servers = started(kind)
        try:
            compare(title, servers, kind, connections, size, depth, bar, options)
        finally:
            for server in servers.values():
                server.__exit__()
    growth(options)
    openings(options)


def openings(options):
    """What the others leave out: connections, each for one message."""
    servers = started("tcp")
    turns = turns_of(options)
    cases = {
        name: (server.pid, lambda server=server: connect(server, options.seconds / turns))
        for name, server in servers.items()
    }
    try:
        connect(servers["fdgate"], options.seconds * WARM_UP_SECONDS * 2)
        rounds = common.in_turn(cases, options.rounds, turns)
    finally:
        for server in servers.values():
            server.__exit__()
    rates = {name: [statistics.mean(turns) for turns in values] for name, values in rounds.items()}
    report.table("TCP echo, new connections", "connections/s", rates, "C floor")


def connect(server, seconds):
    """Connections a second, 16 at a time."""
    output = subprocess.check_output(
        [common.TARGET / "flow", "connect", server.address(), "16", str(seconds)],
        text=True,
        preexec_fn=common.on_client_core,
    )
    return float(output.split()[0])


def growth(options):
    """The same server with a hundred connections and with ten thousand; the floor, how far it falls."""
    most = min(10_000, max(10, options.connections))
    few = min(100, most // 10)
    servers = started("tcp")
    turns = max(1, round(options.seconds))  # long ones, as each opens its connections
    cases = {
        (name, connections): (
            server.pid,
            lambda server=server, connections=connections: load(
                server, "tcp", connections, 64, 1, options.seconds / turns
            ),
        )
        for name, server in servers.items()
        for connections in (few, most)
    }
    try:
        load(servers["fdgate"], "tcp", few, 64, 1, options.seconds * WARM_UP_SECONDS)
        rates = mean_rates(common.in_turn(cases, options.rounds, turns))
    finally:
        for server in servers.values():
            server.__exit__()
    for name in servers:
        base, many = f"{name} {few}", f"{name} {most:,}"
        report.table(
            "TCP echo of many connections" + ("" if name == "fdgate" else ", the floor itself"),
            "round trips/s",
            {base: rates[name, few], many: rates[name, most]},
            base,
            "at least 0.8" if name == "fdgate" else "",
            ours=many,
        )
