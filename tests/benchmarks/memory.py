"""What idle connections take of the process's memory, and whether they give it back."""
import resource
import socket
import time

import common
import report

# The ephemeral ports of one address are fewer than that.
A_SOURCE = 5_000
IP_BIND_ADDRESS_NO_PORT = 24


def run(options):
    # Both ends of each connection are ours, in two processes with the same limit.
    count = min(options.connections, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 200)
    with common.Server([str(common.FDGATE)], "echo").start() as server:
        idle = settled(server, options)
        full, after = crowd(server, count, options)
        each = (full - idle) * 1024 / count
        _, again = crowd(server, count, options)
    print(f"\nmemory (resident, of the process; {count:,} idle connections, once)")
    print(f"{'without connections':28}{idle:10.1f} MiB")
    print(f"{'with them':28}{full:10.1f} MiB")
    print(f"{'each':28}{each:10.2f} KiB")
    print(f"{'after they left':28}{after:10.1f} MiB")
    print(f"{'after as many again':28}{again:10.1f} MiB")
    report.note("idle, without connections", f"{idle:.0f} MiB", "", "at most 45")
    report.note(f"each of {count:,} idle connections", f"{each:.1f} KiB", "", "at most 4")
    report.note("after they left", f"{after:.0f} MiB", f"{idle:.0f} MiB before", "returned")
    report.note("after as many again", f"{again:.0f} MiB", f"{after:.0f} MiB before", "")


def crowd(server, count, options):
    """MiB with many idle connections, and when they have left."""
    clients = [connected(server, f"127.0.0.{2 + i // A_SOURCE}") for i in range(count)]
    full = settled(server, options)
    for client in clients:
        client.close()
    return full, settled(server, options)


def connected(server, source):
    """A connection that has been served once and now waits."""
    client = socket.socket()
    # The port is chosen by connect(2), which is fast, and not by bind(2) (ip(7)).
    client.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
    client.bind((source, 0))
    client.connect(("127.0.0.1", int(server.address())))
    client.settimeout(30)
    client.sendall(b"x")
    if client.recv(1) != b"x":
        raise SystemExit("wrong answer")
    return client


def settled(server, options):
    """MiB, after time for two rounds of what the JVM gives back every five seconds."""
    with socket.create_connection(("127.0.0.1", int(server.address()))) as client:
        client.sendall(b"x")
        client.recv(1)
    time.sleep(6 * options.seconds)
    return server.rss_mib()
