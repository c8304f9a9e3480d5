"""HTTP beside nginx: by wrk for HTTP/1.1, by h2load for HTTP/2."""
import contextlib
import http.client
import re
import signal
import statistics
import subprocess
import time

import common
import report

TEXT = b"Hello, World!"
SMALL, LARGE = b"s" * 1024, b"l" * 1024 * 1024
PIPELINED = """
init = function(arguments)
  local requests = {}
  for i = 1, 16 do requests[i] = wrk.format(nil, "%s") end
  together = table.concat(requests)
end
request = function() return together end
"""
# None is as the one before.
VARYING = """
init = function(arguments)
  local headers = {
    ["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    ["Accept"] = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    ["Accept-Language"] = "en-US,en;q=0.5",
    ["Accept-Encoding"] = "gzip, deflate, br, zstd",
  }
  requests = {}
  for i = 0, 15 do requests[i] = wrk.format("GET", "%s?" .. i, headers) end
  next_one = 0
end
request = function()
  next_one = (next_one + 1) %% 16
  return requests[next_one]
end
"""
NGINX = """
daemon off;
master_process off;
pid nginx.pid;
error_log stderr error;
events { worker_connections 4096; }
http {
  access_log off;
  default_type text/plain;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000000;
  open_file_cache max=100 inactive=60s;
  server {
    listen 127.0.0.1:%(port)s backlog=4096;
    listen 127.0.0.1:%(port2)s http2 backlog=4096;
    root %(root)s;
    location = /plaintext { return 200 "Hello, World!"; }
  }
}
"""


class Nginx:
    """nginx with one process; it opens its own sockets."""

    def __init__(self, root):
        free = [common.open_socket("tcp") for _ in range(2)]
        self.port, self.port2 = (str(each.getsockname()[1]) for each in free)
        for each in free:
            each.close()
        config = common.TARGET / "nginx.conf"
        config.write_text(NGINX % {"port": self.port, "port2": self.port2, "root": root})
        self.process = subprocess.Popen(
            ["nginx", "-p", common.TARGET, "-c", config],
            preexec_fn=common.on_server_core,
            stderr=subprocess.DEVNULL,
        )

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def get(port, path):
    """One answer, once the server is there."""
    for _ in range(200):
        connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=30)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except ConnectionRefusedError:
            time.sleep(0.05)
        finally:
            connection.close()
    raise SystemExit(f"nobody listens on {port}")


def wrk(port, path, seconds, connections=50, script=None):
    """Requests a second; every answer was a 200."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s"]
    command += ["-s", script] if script else []
    output = client(command + [f"http://127.0.0.1:{port}{path}"])
    if "Non-2xx" in output or "Socket errors" in output:
        raise SystemExit(output)
    return float(re.search(r"Requests/sec: +([\d.]+)", output).group(1))


def h2load(port, path, options, seconds, rate=None):
    """Requests a second with 10 connections of 10 streams, or at a rate the p99 in µs."""
    log = common.TARGET / "h2load.log"
    log.unlink(missing_ok=True)
    # A server that is not warm may answer nothing within a second.
    extent = ["-n500"] if options.no_warm_up else ["-D", str(max(1, round(seconds)))]
    command = ["h2load", "-t1", *extent, f"--log-file={log}"]
    if rate:
        command += ["--h1", "-c50", "-m1", f"--rps={max(1, rate / 50):.0f}"]
    else:
        command += ["-c10", "-m10"]
    output = client(command + [f"http://127.0.0.1:{port}{path}"])
    done = re.search(r"(\d+) done, (\d+) succeeded, (\d+) failed", output)
    if not done or int(done[2]) == 0 or int(done[3]) > 0:
        raise SystemExit(output)
    if rate:
        lines = log.read_text().splitlines()
        latencies = sorted(int(line.split("\t")[2]) for line in lines)
        return latencies[len(latencies) * 99 // 100]
    return float(re.search(r"finished in .*?, ([\d.]+) req/s", output).group(1))


def client(command):
    return subprocess.run(
        command, check=True, capture_output=True, text=True, preexec_fn=common.on_client_core
    ).stdout


def compare(
    title, unit, servers, measure, bar, options, warm_up=3, turns=1, of_turns=statistics.mean
):
    """In turns of a second, the least that wrk and h2load can do.

    servers: for each name its process and its port
    turns: for each second of a round
    of_turns: what a round's turns come to
    """
    for _, port in servers.values():
        for _ in range(0 if options.no_warm_up else warm_up):  # a JIT compiler is part of the server
            measure(port, options.seconds)
    turns = max(1, round(options.seconds * turns))
    cases = {
        name: (pid, lambda port=port: measure(port, 1))
        for name, (pid, port) in servers.items()
    }
    rounds = common.in_turn(cases, options.rounds, turns)
    values = {name: [of_turns(each) for each in turned] for name, turned in rounds.items()}
    report.table(title, unit, values, "nginx", bar)
    return min(statistics.median(each) for each in values.values())


@contextlib.contextmanager
def started():
    """nginx, and of both the process and the port; each has answered every request."""
    root = common.TARGET / "www"
    root.mkdir(exist_ok=True)
    (root / "small.txt").write_bytes(SMALL)
    (root / "large.txt").write_bytes(LARGE)
    config = common.TARGET / "http.toml"
    config.write_text(
        f'[sockets.http]\nroot = "{root}"\nendpoints = true\naccess_log = false\n'
    )
    nginx = Nginx(root)
    fdgate = common.Server([str(common.FDGATE), "--config", str(config)], "http").start()
    servers = {
        "nginx": (nginx.process.pid, nginx.port),
        "fdgate": (fdgate.pid, fdgate.address()),
    }
    try:
        for _, port in servers.values():
            for path, body in {
                "/plaintext": TEXT,
                "/small.txt": SMALL,
                "/large.txt": LARGE,
            }.items():
                if get(port, path) != (200, body):
                    raise SystemExit(f"wrong answer to {path}: {get(port, path)}")
        yield nginx, servers
    finally:
        nginx.stop()
        fdgate.__exit__()


def run(options):
    with started() as (nginx, servers):
        measure(nginx, servers, options)


def measure(nginx, servers, options):
    unit = "requests/s"
    peak = compare(
        "HTTP/1.1 plaintext x 50",
        unit,
        servers,
        lambda port, seconds: wrk(port, "/plaintext", seconds),
        "at least 1.0",
        options,
        warm_up=10,
        turns=2.5,
    )
    compare(
        "HTTP/1.1 plaintext, p99 at 70 %",
        "µs",
        servers,
        lambda port, seconds: h2load(port, "/plaintext", options, seconds, 0.7 * peak),
        "at most 1.5",
        options,
        turns=1.5,
        of_turns=statistics.median,
    )
    for title, script, bar in (
        ("HTTP/1.1 plaintext, a browser's heads that vary", VARYING, ""),
        ("HTTP/1.1 plaintext, 16 pipelined", PIPELINED, "at least 1.2"),
    ):
        lua = common.TARGET / "requests.lua"
        lua.write_text(script % "/plaintext")
        compare(
            title,
            unit,
            servers,
            lambda port, seconds: wrk(port, "/plaintext", seconds, script=lua),
            bar,
            options,
            warm_up=5,
        )
    for title, path, bar in (
        ("HTTP/1.1 1 KiB file", "/small.txt", "at least 0.9"),
        ("HTTP/1.1 1 MiB file", "/large.txt", "at least 1.0"),
    ):
        compare(
            title, unit, servers, lambda port, seconds: wrk(port, path, seconds), bar, options, warm_up=10
        )
    compare(
        "HTTP/2 plaintext 10 x 10 streams",
        unit,
        {"nginx": (nginx.process.pid, nginx.port2), "fdgate": servers["fdgate"]},
        lambda port, seconds: h2load(port, "/plaintext", options, seconds),
        "at least 0.9",
        options,
        warm_up=10,
    )
