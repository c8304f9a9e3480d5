"""Keeps connections open over an end of fdgate.service and goes on with them (keep_connections).

kept.py restart|kill COUNT: opens COUNT connections each of echo (TCP and Unix), line and forward, which
is behind the socket of http, ends the service, and prints what it saw. Runs as root inside the rig.
"""
import os
import socket
import subprocess
import sys
import threading
import time

UPSTREAM = "/run/fdgate-upstream.sock"
PATIENCE = 60
NUMBERS = b"%015d\n" % 7 * 8192


def show(name):
    shown = subprocess.run(
        ["systemctl", "show", "--property=" + name, "--value", "fdgate.service"],
        check=True,
        capture_output=True,
        text=True,
    )
    return shown.stdout.strip()


def until(what, condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit("not in time: " + what + ", with NFileDescriptorStore=" + show("NFileDescriptorStore"))
        time.sleep(0.05)


def upstream(ended):
    """Answers in capitals; a text that begins with "late" once it and the service have ended."""
    listener = socket.socket(socket.AF_UNIX)
    if os.path.exists(UPSTREAM):
        os.unlink(UPSTREAM)
    listener.bind(UPSTREAM)
    os.chmod(UPSTREAM, 0o666)
    listener.listen(512)

    def serve(connection):
        with connection:
            while text := connection.recv(65536):
                if text.startswith(b"late"):
                    while connection.recv(65536):
                        pass
                    ended.wait()
                    connection.sendall(b"at last")
                    return
                connection.sendall(text.upper())

    while True:
        threading.Thread(target=serve, args=[listener.accept()[0]], daemon=True).start()


def connect(where):
    s = socket.socket(socket.AF_UNIX if isinstance(where, str) else socket.AF_INET)
    s.settimeout(PATIENCE)
    s.connect(where)
    return s


def receive(s, count):
    text = b""
    while len(text) < count:
        part = s.recv(count - len(text))
        if not part:
            raise SystemExit("ended after %r" % text)
        text += part
    return text


def ask(s, question, answer):
    s.sendall(question)
    got = receive(s, len(answer))
    if got != answer:
        raise SystemExit("asked %r, answered %r" % (question, got))


def ask_all(connections, turn):
    for number, (kind, s) in enumerate(connections):
        word = "%s-%d-%d" % (kind, turn, number)
        if kind == "line":
            ask(s, ("ECHO %s\n" % word).encode(), ("OK %s\n" % word).encode())
        elif kind == "forward":
            ask(s, word.encode(), word.upper().encode())
        else:
            ask(s, word.encode(), word.encode())


def end_service(how):
    before = show("MainPID")
    if how == "restart":
        began = time.monotonic()
        subprocess.run(["systemctl", "restart", "fdgate.service"], check=True)
        took = time.monotonic() - began
    else:
        os.kill(int(before), 9)
        took = 0
    until("another process", lambda: show("MainPID") not in ("0", before) and show("ActiveState") == "active")
    return took


def stream(s, stop, sent):
    """Sends without a pause, and reads its own echo."""
    number = 0
    while not stop.is_set():
        block = b"%015d\n" % number * 512
        ask(s, block, block)
        number += 1
    sent.append(number)


def fill(s):
    """Sends, without reading, what fits between both ends, and returns how much that was."""
    s.setblocking(False)
    sent, last = 0, time.monotonic()
    while time.monotonic() - last < 0.5:
        try:
            sent += s.send(NUMBERS[sent % 16 : sent % 16 + 65536])
            last = time.monotonic()
        except BlockingIOError:
            time.sleep(0.01)
    s.settimeout(PATIENCE)
    return sent


def read_late(s, count):
    """Begins to read when the service has begun to end."""
    until("the end has begun", lambda: show("ActiveState") == "deactivating")
    time.sleep(1)
    got = receive(s, count)
    if got != (NUMBERS * (count // len(NUMBERS) + 1))[:count]:
        raise SystemExit("bytes were lost on the way to one that read late")


def seconds_to_end(s):
    began = time.monotonic()
    while s.recv(65536):
        pass
    return time.monotonic() - began


def main():
    how, count = sys.argv[1], int(sys.argv[2])
    ended = threading.Event()
    threading.Thread(target=upstream, args=[ended], daemon=True).start()
    until("an upstream", lambda: os.path.exists(UPSTREAM))
    places = {
        "echo": ("127.0.0.1", 3000),
        "echo-unix": "/run/fdgate/echo.sock",
        "line": ("127.0.0.1", 3070),
        "forward": ("127.0.0.1", 3080),
    }
    connections = [(kind, connect(where)) for kind, where in places.items() for _ in range(count)]
    ask_all(connections, 0)
    late = connect(places["forward"])
    late.sendall(b"late")
    late.shutdown(socket.SHUT_WR)
    busy, stop, sent = connect(places["echo"]), threading.Event(), []
    expected = 5 * count + 3
    slow = []
    if how == "restart":
        slow = [connect(places[kind]) for kind in ("echo", "forward")]
        expected += 3
    until("all are held", lambda: show("NFileDescriptorStore") == str(expected))
    if how == "restart":
        # What a process held when it was killed is lost; here nothing may be.
        thread = threading.Thread(target=stream, args=[busy, stop, sent])
        thread.start()
    readers = [threading.Thread(target=read_late, args=[s, fill(s)]) for s in slow]
    for reader in readers:
        reader.start()
    took = end_service(how)
    ask_all(connections, 1)
    for s, reader in zip(slow, readers):
        reader.join()
        ask(s, b"5", b"5")
        s.close()
    if how == "restart":
        stop.set()
        thread.join()
        assert sent, "the stream broke"
    ended.set()
    assert receive(late, 7) == b"at last"
    assert seconds_to_end(late) < PATIENCE
    ask_all(connections, 2)
    kinds = {}
    for kind, s in connections:
        kinds.setdefault(kind, []).append(s)
    kinds["echo"][0].shutdown(socket.SHUT_WR)
    kinds["line"][0].sendall(b"QUIT\n")
    kinds["forward"][0].shutdown(socket.SHUT_WR)
    slowest = max(seconds_to_end(kinds[kind][0]) for kind in ("echo", "line", "forward"))
    for _, s in connections:
        s.close()
    late.close()
    busy.close()
    until("none is held", lambda: show("NFileDescriptorStore") == "0")
    print("went on", len(connections), "stop took %.1f s, ends took %.1f s" % (took, slowest))


main()
