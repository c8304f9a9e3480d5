"""bin/bench load: the cost of fdgate load itself, beside the C client and wrk, each on one core.

The targets are the cheapest there are: the C echo server, and nginx with a constant answer. Where
they are the limit, all load testers show the same rate.
"""
import json
import os
import re
import shutil
import socket
import subprocess
import time

SECONDS, WARM_UP = 3, 3
CONNECTIONS = 50

NGINX = """
daemon off;
master_process off;
pid {target}/nginx.pid;
error_log /dev/null;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  server {{
    listen 127.0.0.1:{port};
    location / {{ default_type text/plain; return 200 "Hello, World!"; }}
  }}
}}
"""


def output(bench, command):
    return subprocess.check_output(
        [str(each) for each in command],
        text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {bench.CLIENT_CORE}),
    )


def fdgate_load(bench, target):
    report = output(
        bench,
        [bench.FDGATE, "load", target, "-c", CONNECTIONS, "--threads", 1, "--json", "-",
         "-d", f"{SECONDS}s", "--warm-up", f"{WARM_UP}s"],
    )
    return json.loads(report)["rate"]


def compare(bench, rounds, title, base, testers):
    rates = {name: [] for name in testers}
    for _ in bench.progress(rounds):
        for name, tester in testers.items():
            rates[name].append(tester())
    bench.table(title, "round trips/s", rates, base)


def run(bench, rounds):
    with bench.Server([str(bench.TARGET / "floor"), "tcp"], "echo").start() as server:
        compare(
            bench,
            rounds,
            "load echo 64 B x 50 connections",
            "C client",
            {
                "C client": lambda: bench.load("tcp", server.port, CONNECTIONS, 64, 1, SECONDS)[0],
                "fdgate load": lambda: fdgate_load(bench, f"tcp:127.0.0.1:{server.port}"),
            },
        )
    nginx = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if not nginx or not shutil.which("wrk"):
        print("nginx and wrk are not both installed: HTTP is not measured")
        return
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    configuration = bench.TARGET / "load-nginx.conf"
    configuration.write_text(NGINX.format(target=bench.TARGET, port=port))
    # It opens its own port: with one process, it cannot be given one.
    server = subprocess.Popen(
        [nginx, "-c", configuration],
        preexec_fn=lambda: os.sched_setaffinity(0, {bench.SERVER_CORE}),
    )
    try:
        await_port(port)
        url = f"http://127.0.0.1:{port}/"
        compare(
            bench,
            rounds,
            "load HTTP x 50 connections",
            "wrk",
            {
                "wrk": lambda: wrk(bench, url),
                "fdgate load": lambda: fdgate_load(bench, url),
            },
        )
    finally:
        server.terminate()
        server.wait()


def await_port(port):
    for _ in range(100):
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.1)
    raise SystemExit("nginx does not listen")


def wrk(bench, url):
    text = output(bench, ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}", url])
    return float(re.search(r"Requests/sec: +([0-9.]+)", text).group(1))
