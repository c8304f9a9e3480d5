"""Stream echo beside a C server."""
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


def started(kind):
    return {
        "C floor": common.Server([common.FLOOR, kind], [("echo", kind)]).start(),
        "fdgate": common.Server([str(common.FDGATE)], [("echo", kind)]).start(),
    }


def compare(title, servers, kind, connections, size, depth, bar, options):
    """Peak throughput in turn, then the latency of both at 70 % of the lesser peak."""
    rates = peak(title, servers, kind, connections, size, depth, bar, options)
    rate = 0.7 * min(statistics.median(values) for values in rates.values())
    if not options.no_warm_up:
        # Another rate is another profile to the JIT compiler, which then takes the core for a while.
        load(servers["fdgate"], kind, connections, size, depth, options.seconds * WARM_UP_SECONDS, rate)
    p99 = {name: [] for name in servers}
    lost = dict.fromkeys(servers, 0)
    for _ in common.progress(options.rounds):
        for name, server in servers.items():
            measured = load(server, kind, connections, size, depth, options.seconds, rate)
            p99[name].append(measured[2])
            lost[name] += int(measured[3])
    report.table(title + ", p99 at 70 %", "µs", p99, "C floor", "at most 1.5")
    if kind == "udp":
        report.lost(title + ", lost at 70 %", lost, "C floor")


def peak(title, servers, kind, connections, size, depth, bar, options):
    """How many round trips a second each makes, in turn."""
    rates = {name: [] for name in servers}
    lost = dict.fromkeys(servers, 0)
    for server in servers.values():  # a JIT compiler is part of the server
        for _ in range(0 if options.no_warm_up else 2):
            load(server, kind, connections, size, depth, options.seconds * WARM_UP_SECONDS)
    for _ in common.progress(options.rounds):
        for name, server in servers.items():
            rate, _, _, missing = load(server, kind, connections, size, depth, options.seconds)
            rates[name].append(rate)
            lost[name] += int(missing)
    report.table(title, "round trips/s", rates, "C floor", bar)
    if kind in ("udp", "train"):
        report.lost(title + ", lost", lost, "C floor")
    return rates


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
    rates = {name: [] for name in servers}
    try:
        for name, server in servers.items():
            connect(server, options.seconds * (WARM_UP_SECONDS if name == "fdgate" else 1))
        for _ in common.progress(options.rounds):
            for name, server in servers.items():
                rates[name].append(connect(server, options.seconds))
    finally:
        for server in servers.values():
            server.__exit__()
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
    most, seconds = min(10_000, max(10, options.connections)), options.seconds
    few = min(100, most // 10)
    servers = started("tcp")
    rates = {name: {f"{name} {few}": [], f"{name} {most:,}": []} for name in servers}
    try:
        load(servers["fdgate"], "tcp", few, 64, 1, seconds * WARM_UP_SECONDS)
        for _ in common.progress(options.rounds):
            for name, server in servers.items():
                for values, connections in zip(rates[name].values(), (few, most)):
                    values.append(load(server, "tcp", connections, 64, 1, seconds)[0])
    finally:
        for server in servers.values():
            server.__exit__()
    for name, columns in rates.items():
        base, many = columns
        report.table(
            "TCP echo of many connections" + ("" if name == "fdgate" else ", the floor itself"),
            "round trips/s",
            columns,
            base,
            "at least 0.8" if name == "fdgate" else "",
            ours=many,
        )
