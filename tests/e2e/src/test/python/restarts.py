#!/usr/bin/python3
"""Restarts a service again and again while clients of every kind go on without a pause.

restarts.py COUNT: restarts fdgate.service COUNT times, and prints what the clients have seen. Its
status is 0 if every request was answered and no connection was reset.

restarts.py COUNT kill: kills it instead. Then connections are reset, and clients try again: its status
is 0 if that helps.

A request on a kept-alive connection that ends cleanly before the first byte of an answer was not
served, and is sent again on a new connection, as every HTTP client does (RFC 9112, section 9.3.1).
"""
import socket
import subprocess
import sys
import threading

PATIENCE = 30
killing = sys.argv[2:] == ["kill"]
ended = threading.Event()
lock = threading.Lock()
answered, retried, failures = {}, {}, []


def count(table, kind):
    with lock:
        table[kind] = table.get(kind, 0) + 1


def connect(target):
    family = socket.AF_UNIX if isinstance(target, str) else socket.AF_INET
    s = socket.socket(family)
    s.settimeout(PATIENCE)
    s.connect(target)
    return s


def read_to_end(s):
    parts = []
    while part := s.recv(65536):
        parts.append(part)
    return b"".join(parts)


def echo(target):
    with connect(target) as s:
        s.sendall(b"x" * 3000)
        s.shutdown(socket.SHUT_WR)
        if read_to_end(s) != b"x" * 3000:
            raise ValueError("a wrong echo")


def line(target):
    with connect(target) as s:
        s.sendall(b"PING\n")
        s.shutdown(socket.SHUT_WR)
        if read_to_end(s) != b"OK PONG\n":
            raise ValueError("a wrong line")


def line_kept_open(target):
    """The answer is awaited before our end is closed, as people at a terminal do."""
    with connect(target) as s:
        s.sendall(b"PING\n")
        answer = b""
        while not answer.endswith(b"\n"):
            part = s.recv(100)
            if not part:
                raise ValueError("ended without an answer")
            answer += part


def datagram(target):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(2 if killing else PATIENCE)
        s.connect(target)
        s.send(b"x" * 1000)
        if s.recv(2000) != b"x" * 1000:
            raise ValueError("a wrong datagram")


def http_answer(s, reused):
    """The head of a whole answer; nothing if the connection ended instead, as it may if reused."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = s.recv(65536)
        if not part:
            if reused and not data:
                return None
            raise ValueError("ended within an answer: %r" % data)
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    head = head.lower()
    if not head.startswith(b"http/1.1 200 "):
        raise ValueError("answered %r" % head)
    length = int(head.partition(b"content-length: ")[2].split(b"\r\n")[0])
    while len(body) < length:
        part = s.recv(65536)
        if not part:
            raise ValueError("ended within a body")
        body += part
    return head


def http(target):
    with connect(target) as s:
        s.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        http_answer(s, False)
        if read_to_end(s):
            raise ValueError("more than an answer")


class KeepAlive:
    """Requests on one connection after the other."""

    def __init__(self):
        self.s, self.reused = None, False

    def __call__(self, target):
        while True:
            self.s = self.s or connect(target)
            self.s.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            head = http_answer(self.s, self.reused)
            again, self.reused = head is None, True
            if again or b"connection: close" in head:
                self.s.close()
                self.s, self.reused = None, False
            if not again:
                return
            count(retried, "keep-alive")


def client(kind, request, target):
    while not ended.is_set():
        try:
            request(target)
            count(answered, kind)
        except (OSError, ValueError) as broken:
            # A datagram that was read and not answered is gone, and only time tells.
            if killing and (kind == "datagram" or not isinstance(broken, TimeoutError)):
                count(retried, kind)
                if isinstance(request, KeepAlive):
                    request.s, request.reused = None, False
                continue
            with lock:
                failures.append("%s: %r" % (kind, broken))
            return
        ended.wait(0.002)  # a pause, so that the clients leave the service some of the processor


def main():
    tcp = "127.0.0.1"
    kinds = [
        ("echo", echo, (tcp, 3000)),
        ("echo", echo, "/run/fdgate/echo.sock"),
        ("datagram", datagram, (tcp, 3000)),
        ("line", line, (tcp, 3070)),
        ("line", line_kept_open, (tcp, 3070)),
        ("http", http, (tcp, 3080)),
        ("http", http, "/run/fdgate/http.sock"),
        ("keep-alive", KeepAlive(), (tcp, 3080)),
        ("keep-alive", KeepAlive(), (tcp, 3080)),
        ("keep-alive", KeepAlive(), "/run/fdgate/http.sock"),
    ]
    threads = [threading.Thread(target=client, args=each) for each in kinds]
    for thread in threads:
        thread.start()
    for _ in range(int(sys.argv[1])):
        if killing:
            subprocess.run(["systemctl", "kill", "-s", "KILL", "fdgate.service"], check=True)
            # Beside the restart by systemd and those by the sockets: it returns when one is done.
            subprocess.run(["systemctl", "start", "fdgate.service"], check=True)
        else:
            subprocess.run(["systemctl", "restart", "fdgate.service"], check=True)
        if failures:
            break
    ended.set()
    for thread in threads:
        thread.join()
    print("answered", answered, "retried", retried, "failed", failures)
    return 1 if failures else 0


sys.exit(main())
