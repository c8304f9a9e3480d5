"""bin/bench forward: fdgate, systemd-socket-proxyd and HAProxy (mode tcp) carry TCP to one upstream.

Each has one core to itself; client and upstream share the other. Where those are the limit, the
processor time of the proxy for each connection, round trip and GiB tells more than the rate.
"""
import os
import pathlib
import shutil
import statistics
import subprocess

SOCKET_PROXYD = "/lib/systemd/systemd-socket-proxyd"
TICK = 1 / os.sysconf("SC_CLK_TCK")
# A JVM that shares its core with its compilers is warm after ten to twenty seconds.
WARM_UP, SECONDS = 20, 2

HAPROXY = """
global
  nbthread 1
  maxconn 4096
defaults
  mode tcp
  timeout connect 10s
  timeout client 1m
  timeout server 1m
listen bench
  bind fd@3
  server upstream 127.0.0.1:{port}
"""
FDGATE = """
[sockets.bench]
protocol = "forward"
upstream = "tcp:127.0.0.1:{port}"
"""


def proxies(bench, name, port):
    """The command of each proxy to an upstream's port."""
    files = {}
    for suffix, text in {"cfg": HAPROXY, "toml": FDGATE}.items():
        files[suffix] = bench.TARGET / f"forward-{name}.{suffix}"
        files[suffix].write_text(text.format(port=port))
    commands = {"fdgate": [str(bench.FDGATE), "--config", str(files["toml"])]}
    if os.access(SOCKET_PROXYD, os.X_OK):
        commands["socket-proxyd"] = [SOCKET_PROXYD, f"127.0.0.1:{port}"]
    haproxy = shutil.which("haproxy", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if haproxy:
        commands["HAProxy"] = [haproxy, "-db", "-f", str(files["cfg"])]
    missing = {"socket-proxyd", "HAProxy"} - commands.keys()
    if missing:
        print(f"not installed, and so not measured: {', '.join(sorted(missing))}")
    return commands


def cpu(pid):
    """Processor seconds that a process has used, all of its threads."""
    stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    fields = stat[stat.rindex(")") + 2 :].split()
    return (int(fields[11]) + int(fields[12])) * TICK


def measure(bench, server, client, seconds):
    """The client's first figure, and the proxy's processor seconds a second meanwhile."""
    before = cpu(server.pid)
    output = subprocess.check_output(
        [bench.TARGET / client[0], *map(str, (*client[1:2], server.port, *client[2:], seconds))],
        text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {bench.CLIENT_CORE}),
    )
    return float(output.split()[0]), (cpu(server.pid) - before) / seconds


def case(bench, rounds, title, unit, upstream, client, cost):
    """Measures one case; cost is the unit of processor time and how to get it from both figures."""
    rates, costs = {}, {}
    with bench.Server(upstream, "upstream", core=bench.CLIENT_CORE).start() as behind:
        started = {}
        try:
            for name, command in proxies(bench, title.split()[0], behind.port).items():
                started[name] = bench.Server(command, "bench").start()
                rates[name], costs[name] = [], []
            for name, server in started.items():
                measure(bench, server, client, WARM_UP if name == "fdgate" else 1)
            for _ in bench.progress(rounds):
                for name, server in started.items():
                    rate, used = measure(bench, server, client, SECONDS)
                    rates[name].append(rate)
                    costs[name].append(cost[1](rate, used))
        finally:
            for server in started.values():
                server.__exit__()
    base = next(reversed(rates))
    bench.table(f"forward {title}", unit, rates, base)
    bench.table(f"forward {title} cost", f"{cost[0]} of the proxy", costs, base)
    return {name: statistics.median(values) for name, values in rates.items()}, {
        name: statistics.median(values) for name, values in costs.items()
    }


def run(bench, rounds):
    floor = [str(bench.TARGET / "floor"), "tcp"]
    source = [str(bench.TARGET / "flow"), "source"]
    micros = lambda rate, used: used / rate * 1e6
    results = {
        "connections/s": case(
            bench, rounds, "connect", "connections/s, 16 at once", floor,
            ("flow", "connect", 16), ("CPU µs a connection", micros),
        ),
        "round trips/s": case(
            bench, rounds, "small", "round trips of 64 B/s, 50 connections", floor,
            ("load", "tcp", 50, 64, 1), ("CPU µs a round trip", micros),
        ),
        "bulk": case(
            bench, rounds, "bulk", "MiB/s, 4 connections", source,
            ("flow", "bulk", 4), ("CPU ms a GiB", lambda rate, used: used / rate * 1024 * 1000),
        ),
    }
    print("\nfdgate beside each, by medians; above 1.00 fdgate is better")
    for title, (rates, costs) in results.items():
        for peer in sorted(rates.keys() - {"fdgate"}):
            print(
                f"{title:16}{peer:16}rate {rates['fdgate'] / rates[peer]:.2f}"
                f"   processor time {costs[peer] / costs['fdgate']:.2f}"
            )
