"""What idle connections take of the process's memory, and whether they give it back."""
import resource
import socket
import time

import common
import report

# The ephemeral ports of one address are fewer than that.
A_SOURCE = 20_000


def run(options):
    # Both ends of each connection are ours, in two processes with the same limit.
    count = min(options.connections, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 200)
    with common.Server([str(common.FDGATE)], "echo").start() as server:
        idle = settled(server, options)
        clients = []
        for i in range(count):
            clients.append(connected(server, f"127.0.0.{2 + i // A_SOURCE}"))
        full = settled(server, options)
        each = (full - idle) * 1024 / count
        for client in clients:
            client.close()
        after = settled(server, options)
    print(f"\nmemory (resident, of the process; {count:,} idle connections, once)")
    print(f"{'without connections':28}{idle:10.1f} MiB")
    print(f"{'with them':28}{full:10.1f} MiB")
    print(f"{'each':28}{each:10.2f} KiB")
    print(f"{'after they left':28}{after:10.1f} MiB")
    report.note("idle, without connections", f"{idle:.0f} MiB", "", "at most 45")
    report.note(f"each of {count:,} idle connections", f"{each:.1f} KiB", "", "at most 4")
    report.note("after they left", f"{after:.0f} MiB", f"{idle:.0f} MiB before", "returned")


def connected(server, source):
    """A connection that has been served once and now waits."""
    client = socket.socket()
    client.bind((source, 0))
    client.connect(("127.0.0.1", int(server.address())))
    client.settimeout(30)
    client.sendall(b"x")
    if client.recv(1) != b"x":
        raise SystemExit("wrong answer")
    return client


def settled(server, options):
    """MiB, once it has not changed by more than 0.5 for a while."""
    with socket.create_connection(("127.0.0.1", int(server.address()))) as client:
        client.sendall(b"x")
        client.recv(1)
    last, since = server.rss_mib(), time.monotonic()
    while time.monotonic() - since < 1.5 * options.seconds:
        time.sleep(0.2)
        now = server.rss_mib()
        if abs(now - last) > 0.5:
            last, since = now, time.monotonic()
    return server.rss_mib()
