"""From exec, with a client queued before, to that client's first answered byte."""
import pathlib
import resource
import select
import socket
import statistics
import subprocess
import time

import common
import report

HTTP = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\n"
STARTS_A_ROUND = 5
CROWD = 1000
SIX = [
    ("echo", "tcp"),
    ("echo", "udp"),
    ("http", "tcp"),
    ("line", "tcp"),
    ("echo", "unix"),
    ("line", "udp"),
]


def start(command, sockets=(("echo", "tcp"),), request=b"hello\n", answer=b"h", asked=0):
    """Milliseconds from fork to the first answered byte; the processor's, and the RSS in MiB, then."""
    with common.Server(command, sockets, pinned=False) as server:
        listener = server.sockets[asked]
        with socket.socket(listener.family, listener.type) as client:
            client.connect(listener.getsockname())
            client.settimeout(30)
            client.sendall(request)
            began = time.perf_counter()
            server.start()
            first = client.recv(len(answer))
            milliseconds = (time.perf_counter() - began) * 1000
            if first != answer:
                raise SystemExit(f"wrong answer: {first}")
            return milliseconds, processor_ms(server.pid), server.rss_mib()


def crowd(command, count):
    """Milliseconds from fork until each of many queued clients has had an answer.

    One that has one asks again at once: those who were let in first are not to starve the others.
    """
    with common.Server(command, "echo", pinned=False) as server:
        clients = {}
        asking = select.epoll()
        try:
            for _ in range(count):
                client = socket.create_connection(server.sockets[0].getsockname())
                client.sendall(b"hello\n")
                clients[client.fileno()] = client
                asking.register(client, select.EPOLLIN)
            waiting = set(clients)
            began = time.perf_counter()
            server.start()
            while waiting:
                answers = asking.poll(30)
                if not answers:
                    raise SystemExit(f"{len(waiting)} of {count} clients have no answer")
                for fd, _ in answers:
                    if not clients[fd].recv(64):
                        raise SystemExit("a client of a crowd was sent away")
                    waiting.discard(fd)
                    clients[fd].sendall(b"hello\n")
            milliseconds = (time.perf_counter() - began) * 1000
            return milliseconds
        finally:
            asking.close()
            for client in clients.values():
                client.close()


def processor_ms(pid):
    """What all threads of a process have used, which a busy machine disturbs less than the time."""
    used = 0
    for thread in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            used += int((thread / "schedstat").read_text().split()[0])
        except FileNotFoundError:
            pass  # the thread has ended meanwhile
    return used / 1e6


def hello(java):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    subprocess.run(
        [java, "-cp", str(common.TARGET), "Hello"],
        check=True,
        capture_output=True,
    )
    milliseconds = (time.perf_counter() - began) * 1000
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return milliseconds, used * 1000, 0


def run(options):
    with common.Server([common.FLOOR, "tcp"], "upstream", pinned=False).start() as upstream:
        compare(options, upstream.port)


def compare(options, upstream):
    fdgate = str(common.FDGATE)
    java_home = subprocess.check_output([fdgate, "--print-java-home"], text=True).strip()
    source = common.TARGET / "Hello.java"
    source.write_text(
        'class Hello { public static void main(String[] a) { System.out.print("hello"); } }'
    )
    subprocess.run([java_home + "/bin/javac", "-d", common.TARGET, source], check=True)
    root = common.TARGET / "cold"
    root.mkdir(exist_ok=True)
    (root / "index.html").write_text("hello")
    config = common.TARGET / "cold.toml"
    config.write_text(
        "[sockets.echo]\nmax_connections = 1000\n"
        f'[sockets.web]\nprotocol = "http"\nroot = "{root}"\n'
        f'[sockets.forward]\nupstream = "tcp:127.0.0.1:{upstream}"\n'
    )
    with_file = [fdgate, "--config", str(config)]
    cases = {
        "java hello": lambda: hello(java_home + "/bin/java"),
        "C floor": lambda: start([common.FLOOR, "tcp"]),
        "fdgate echo": lambda: start([fdgate]),
        "fdgate six sockets": lambda: start([fdgate], SIX),
        "fdgate six, datagram": lambda: start([fdgate], SIX, asked=1),
        "fdgate http": lambda: start([fdgate], [("http", "tcp")], HTTP, OK),
        "fdgate with a file": lambda: start(with_file),
        "fdgate http, a static file": lambda: start(with_file, [("web", "tcp")], HTTP, OK),
        "fdgate forward": lambda: start(with_file, [("forward", "tcp")]),
    }
    times = {name: [] for name in cases}
    processor = {name: [] for name in cases}
    rss = {name: [] for name in cases}
    for case in cases.values():
        case()  # what has to come from the disk comes now
    names = list(cases)
    for i in common.progress(options.rounds * STARTS_A_ROUND):
        # Each begins a round in its turn: what ran before it has left its pages in the caches, or not.
        first = i % len(names)
        for name in names[first:] + names[:first]:
            milliseconds, used, mib = cases[name]()
            times[name].append(milliseconds)
            processor[name].append(used)
            rss[name].append(mib)
    bars = {
        "fdgate echo": "at most 1.9",
        "fdgate six sockets": "at most 2.2",
        "fdgate http": "at most 2.4",
        "fdgate with a file": "at most 0.3 more than echo",
    }
    report.table("cold start", "ms", times, "java hello", bars)
    report.table("cold start, processor time", "ms", processor, "java hello")
    count = min(CROWD, options.connections)
    crowds = {"C floor": [common.FLOOR, "tcp"], "fdgate": [fdgate]}
    last = {name: [] for name in crowds}
    for _ in common.progress(options.rounds):
        for name, command in crowds.items():
            last[name].append(crowd(command, count))
    report.table(f"cold start, the last of {count:,} clients", "ms", last, "C floor")
    mib = {name: statistics.median(values) for name, values in rss.items()}
    print("RSS then: " + ", ".join(f"{n} {m:.0f} MiB" for n, m in mib.items() if m))
    report.note("RSS after the first echo", f"{mib['fdgate echo']:.0f} MiB", "", "at most 42")
