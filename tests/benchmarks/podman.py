"""bin/bench podman: one stream of 64 KiB messages to the same image, four ways.

activated    by systemd's socket, without a network: echo@demo.service
rootlesskit  published by slirp4netns with the port handler that is Podman's default
slirp4netns  published by slirp4netns with its own port handler
host         fdgate without a container, by systemd-socket-activate

All in the systemd and rootless Podman that the end-to-end tests boot (tests/e2e/rig), so it needs root.
fdgate is pinned to one core and the client to another; forwarders are where the kernel puts them.

Before that, cold starts: a container that systemd-socket-activate runs for its first client, with fdgate
and with a C server in the same image, from connect to that client's first answered byte.
"""
import json
import pathlib
import shutil
import statistics
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent
CHECKOUT = HERE.parent.parent
RIG = CHECKOUT / "tests/e2e/rig"
PORTS = {"activated": 3000, "rootlesskit": 4001, "slirp4netns": 4002, "host": 4003}
MESSAGE, DEPTH = 65536, 4
COLD_PORT = 4010
SAFE = ("--read-only", "--cap-drop=all", "--security-opt=no-new-privileges", "--pull=never")
FIRST_BYTE = f"""
import socket, time
began = time.monotonic()
client = socket.create_connection(("127.0.0.1", {COLD_PORT}), 60)
client.sendall(b"x")
client.settimeout(60)
exit("wrong answer" if client.recv(1) != b"x" else print((time.monotonic() - began) * 1000))
"""


class Rig:
    """The guest of tests/e2e/rig, with the image, the units and the distribution in it."""

    def __init__(self, folder):
        self.folder = folder
        self.folder.mkdir(exist_ok=True)
        self.script = subprocess.Popen(
            [RIG / "rig", "--alone", folder, CHECKOUT],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        line = self.script.stdout.readline()
        if not line.startswith("up "):
            raise SystemExit("bin/bench podman: the rig did not boot, see above")
        self.pid = line.split()[1]

    def enter(self, who, *command):
        done = subprocess.run(
            [RIG / "enter", self.folder, who, *command],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        if done.returncode:
            raise SystemExit(f"bin/bench podman: {command} ended with {done.returncode}: {done.stdout}")
        return done.stdout

    def client(self, core, *command):
        """Runs a program of this machine in the guest's network."""
        return subprocess.check_output(
            ["nsenter", "-t", self.pid, "-n", "taskset", "-c", str(core), *map(str, command)], text=True
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.script.stdin.close()
        self.script.wait(60)


def install(rig, target):
    for program, source in {"listen": "listen", "static-floor": "floor"}.items():
        subprocess.run(
            ["cc", "-O2", "-static", "-o", target / program, HERE / f"native/{source}.c"], check=True
        )
    rig.enter(
        "root", "sh", "-euc",
        """
        cp -a /rig/checkout/gateway/target/fdgate /opt/fdgate
        units=/home/demo/.config/systemd/user
        mkdir -p $units
        cp -r /rig/checkout/systemd/user/echo@* $units/
        chown -R demo: /home/demo/.config
        """,
    )
    rig.enter("user", "/rig/checkout/tests/e2e/rig/images", "/rig/checkout")


def start(rig):
    rig.enter("user", "systemctl", "--user", "daemon-reload")
    rig.enter("user", "systemctl", "--user", "start", "echo@demo.socket", "echo@demo.service")
    for handler in ("rootlesskit", "slirp4netns"):
        port = PORTS[handler]
        entry = ["/listen", str(port), *entrypoint(rig)]
        rig.enter(
            "user", "systemd-run", "--user", "--quiet", f"--unit=bench-{handler}",
            "podman", "run", "--rm", f"--name={handler}", f"--network=slirp4netns:port_handler={handler}",
            f"--publish=127.0.0.1:{port}:{port}", *SAFE,
            "--volume=/rig/checkout/tests/benchmarks/target/listen:/listen:ro",
            f"--entrypoint={json.dumps(entry)}", "localhost/fdgate",
        )
    rig.enter(
        "user", "systemd-run", "--user", "--quiet", "--unit=bench-host",
        "systemd-socket-activate", "-l", f"127.0.0.1:{PORTS['host']}", "--fdname=echo", "/opt/fdgate/bin/fdgate",
    )


def pin(rig, core):
    """Puts every fdgate of the guest on one core."""
    for pid in rig.enter("root", "pgrep", "-f", "[j]ava.*--module io.fdgate").split():
        rig.enter("root", "taskset", "-a", "-c", "-p", str(core), pid)


def cold(rig, bench, rounds):
    """Milliseconds from connect to the first byte, of a container that is not there yet."""
    entries = {"C server": ["/floor", "tcp"], "fdgate": entrypoint(rig)}
    times = {name: [] for name in entries}
    for i in range(rounds + 1):
        for name, entry in entries.items():
            unit = f"bench-cold-{i}-{name.split()[0].lower()}"
            rig.enter(
                "user", "systemd-run", "--user", "--quiet", f"--unit={unit}",
                "systemd-socket-activate", "-l", f"127.0.0.1:{COLD_PORT}", "--fdname=echo",
                "podman", "run", "--rm", f"--name={unit}", "--network=none", *SAFE,
                "--volume=/rig/checkout/tests/benchmarks/target/static-floor:/floor:ro",
                f"--entrypoint={json.dumps(entry)}", "localhost/fdgate",
            )
            wait_for_listener(rig, True)
            milliseconds = float(rig.client(bench.CLIENT_CORE, "python3", "-c", FIRST_BYTE))
            # The container outlives the unit, whose process is podman's client.
            rig.enter("user", "podman", "rm", "--force", "--time=0", unit)
            rig.enter("user", "systemctl", "--user", "stop", unit)
            wait_for_listener(rig, False)
            if i:  # what has to come from the disk came with the first
                times[name].append(milliseconds)
    bench.table("podman cold start", "ms from connect to the first byte", times, "C server")
    medians = {name: statistics.median(values) for name, values in times.items()}
    print(f"  fdgate takes {medians['fdgate'] - medians['C server']:.0f} ms more (bar: at most 250)")


def entrypoint(rig):
    image = json.loads(rig.enter("user", "podman", "image", "inspect", "localhost/fdgate"))[0]
    return image["Config"]["Entrypoint"]


def wait_for_listener(rig, wanted):
    """Until somebody listens for the cold client, or nobody, without a connection that would be one."""
    deadline = time.monotonic() + 30
    while bool(rig.client(0, "ss", "-Hltn", f"sport = :{COLD_PORT}").strip()) != wanted:
        if time.monotonic() > deadline:
            raise SystemExit(f"bin/bench podman: no listener for the cold start came or went: {wanted}")
        time.sleep(0.05)


def run(bench, rounds):
    if not shutil.which("nsenter"):
        raise SystemExit("bin/bench podman: nsenter is needed: apt install util-linux")
    with Rig(bench.TARGET / "rig") as rig:
        install(rig, bench.TARGET)
        cold(rig, bench, rounds)
        start(rig)
        rates = {way: [] for way in PORTS}

        def measure(way, seconds):
            load = [bench.TARGET / "load", "tcp", PORTS[way], 1, MESSAGE, DEPTH, seconds]
            return float(rig.client(bench.CLIENT_CORE, *load).split()[0]) * MESSAGE / 2**20

        for way in PORTS:
            wait_for_answer(rig, PORTS[way])
        pin(rig, bench.SERVER_CORE)
        for way in PORTS:  # a JIT compiler is part of the server
            measure(way, 5)
        for _ in bench.progress(rounds):
            for way in PORTS:
                rates[way].append(measure(way, 2))
    bench.table("podman 64 KiB x 1 stream", "MiB/s each way", rates, "host")
    medians = {way: statistics.median(values) for way, values in rates.items()}
    for other in ("rootlesskit", "slirp4netns", "host"):
        print(f"  activated is {medians['activated'] / medians[other]:.2f} times {other}")


def wait_for_answer(rig, port):
    """Until the container serves: a forwarder accepts before that, and closes."""
    deadline = time.monotonic() + 60
    probe = f"import socket; s = socket.create_connection(('127.0.0.1', {port}), 60); s.settimeout(60); s.sendall(b'x'); exit(s.recv(1) != b'x')"
    while True:
        try:
            rig.client(0, "python3", "-c", probe)
            return
        except subprocess.CalledProcessError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
