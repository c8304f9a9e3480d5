#!/usr/bin/python3
"""Hands sockets to a command as systemd does, and keeps its own copy of them as systemd does.

handover.py [OPTION...] SPEC... -- COMMAND...

Prints "socket FD ADDRESS" for each socket, "pid PID", and after the command's end "exited STATUS".
Before and after it prints "options FD ..." for each socket, what a later start would inherit.
Then it holds the sockets until its standard input ends; a line "accept FD" there accepts once more.
"""
import argparse
import ctypes
import errno
import fcntl
import os
import signal
import socket
import struct
import sys
import threading

AF_INET, AF_INET6 = 2, 10
PR_SET_PDEATHSIG, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 22, 38
SYS_SOCKET = {"x86_64": 41, "aarch64": 198}[os.uname().machine]
LIBC = ctypes.CDLL(None, use_errno=True)


def inet(kind, family, rest):
    host, port = rest.rsplit(":", 1)
    s = socket.socket(family, kind)
    if family == AF_INET6:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    s.bind((host.strip("[]"), int(port)))
    return s


def unix(kind, path):
    s = socket.socket(socket.AF_UNIX, kind)
    s.bind("\0" + path[1:] if path.startswith("@") else path)
    return s


def listening(s):
    s.listen(4096)  # as systemd does
    return s


def connected(family, address, gone):
    """A connection as Accept=yes hands it down; the client's end is a listener's client."""
    listener = listening(inet(socket.SOCK_STREAM, family, address))
    print("connect", listener.getsockname()[1], flush=True)
    connection, _ = listener.accept()
    if gone:
        try:
            connection.recv(1)  # ends when the client has gone
        except ConnectionResetError:
            pass
    listener.close()
    return connection


def open_spec(spec):
    kind, _, rest = spec.partition(":")
    stream, dgram = socket.SOCK_STREAM, socket.SOCK_DGRAM
    if kind in ("tcp4", "tcp6"):
        return listening(inet(stream, AF_INET if kind == "tcp4" else AF_INET6, rest))
    if kind in ("udp4", "udp6"):
        return inet(dgram, AF_INET if kind == "udp4" else AF_INET6, rest)
    if kind == "unlistened":
        return socket.socket(AF_INET, stream)
    if kind in ("accepted", "accepted-gone"):
        return connected(AF_INET, rest, kind == "accepted-gone")
    if kind == "unix":
        return listening(unix(stream, rest))
    if kind == "unixgram":
        return unix(dgram, rest)
    if kind == "seqpacket":
        return listening(unix(socket.SOCK_SEQPACKET, rest))
    if kind == "vsock":
        s = socket.socket(socket.AF_VSOCK, stream)
        s.bind((socket.VMADDR_CID_ANY, int(rest)))
        return listening(s)
    if kind == "netlink":
        return socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
    if kind == "fifo":
        os.mkfifo(rest)
        return os.fdopen(os.open(rest, os.O_RDWR), "r+b", buffering=0)
    if kind == "file":
        return open(rest, "w+b")
    if kind == "closed":
        return None
    raise SystemExit("unknown kind " + spec)


def address(s):
    if not isinstance(s, socket.socket):
        return "-"
    name = s.getsockname()
    if s.family in (AF_INET, AF_INET6):
        return str(name[1])
    if isinstance(name, bytes):
        return "@" + name[1:].decode()
    return str(name)


OPTIONS = {
    "reuseaddr": (socket.SOL_SOCKET, socket.SO_REUSEADDR),
    "reuseport": (socket.SOL_SOCKET, socket.SO_REUSEPORT),
    "keepalive": (socket.SOL_SOCKET, socket.SO_KEEPALIVE),
    "broadcast": (socket.SOL_SOCKET, socket.SO_BROADCAST),
    "rcvbuf": (socket.SOL_SOCKET, socket.SO_RCVBUF),
    "sndbuf": (socket.SOL_SOCKET, socket.SO_SNDBUF),
    "nodelay": (socket.IPPROTO_TCP, socket.TCP_NODELAY),
    "defer-accept": (socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT),
    "multicast-all": (socket.IPPROTO_IP, 49),
    "pktinfo": (socket.IPPROTO_IP, 8),
    "recvpktinfo": (socket.IPPROTO_IPV6, 49),
    "udp-gro": (socket.IPPROTO_UDP, 104),
}


def print_options(sockets):
    for i, s in enumerate(sockets):
        if not isinstance(s, socket.socket) or s.fileno() < 0:
            continue
        values = []
        for name, (level, option) in OPTIONS.items():
            try:
                values.append("%s=%d" % (name, s.getsockopt(level, option)))
            except OSError:
                pass  # not an option of this family
        print("options", 3 + i, *values, flush=True)


def deny(families, error):
    """socket(2) for these families fails, as under RestrictAddressFamilies= without them."""
    load, jump, ret = 0x20, 0x15, 0x06
    allow, refuse = 0x7FFF0000, 0x00050000 | getattr(errno, error.upper())
    program = [(load, 0, 0, 0), (jump, 0, len(families) + 1, SYS_SOCKET), (load, 0, 0, 16)]
    for i, family in enumerate(families):
        program.append((jump, len(families) - i, 0, family))
    program += [(ret, 0, 0, allow), (ret, 0, 0, refuse)]
    code = b"".join(struct.pack("HBBI", *each) for each in program)
    buffer = ctypes.create_string_buffer(code)
    filter_program = struct.pack("HxxxxxxP", len(program), ctypes.addressof(buffer))
    if LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or LIBC.prctl(PR_SET_SECCOMP, 2, filter_program, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")
    try:
        socket.socket(families[0])
    except OSError:
        return
    raise SystemExit("the filter denies nothing")


def log_file(name):
    if name != "gone":
        return os.open(name, os.O_WRONLY)
    reading, writing = os.pipe()
    os.close(reading)
    return writing


def print_notifications(s):
    while True:
        print("notified", s.recv(65536).decode().replace("\n", "|"), flush=True)


def child(options, sockets, command):
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    # Out of the way first: a number wanted by one may be another's.
    high = [None if s is None else fcntl.fcntl(s.fileno(), fcntl.F_DUPFD, 100) for s in sockets]
    for i, fd in enumerate(high):
        if fd is None:
            try:
                os.close(3 + i)
            except OSError:
                pass
        else:
            os.dup2(fd, 3 + i, inheritable=True)
            os.close(fd)
            os.set_blocking(3 + i, not options.nonblock)
    os.closerange(3 + len(high), 100)
    variables = dict(os.environ, **({"NOTIFY_SOCKET": options.notify} if options.notify else {}))
    variables.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(sockets)))
    if options.names is not None:
        variables["LISTEN_FDNAMES"] = options.names
    for each in options.env:
        key, _, value = each.partition("=")
        variables[key] = value
    if options.deny_inet:
        deny([AF_INET, AF_INET6], options.deny_inet)
    if options.deny_unix:
        deny([socket.AF_UNIX], options.deny_unix)
    if options.log:
        os.dup2(log_file(options.log), 2)
    os.dup2(2, 1)
    os.execvpe(command[0], command, variables)


def main():
    split = sys.argv.index("--")
    parser = argparse.ArgumentParser()
    parser.add_argument("--names")
    parser.add_argument("--notify", help="the name of a notification socket to open")
    parser.add_argument("--nonblock", action="store_true")
    parser.add_argument("--env", action="append", default=[])
    parser.add_argument("--deny-inet")
    parser.add_argument("--deny-unix")
    parser.add_argument("--log", help="a file for the command's output, or \"gone\": nobody reads it")
    parser.add_argument("specs", nargs="*")
    options = parser.parse_args(sys.argv[1:split])
    sockets = [open_spec(spec) for spec in options.specs]
    for i, s in enumerate(sockets):
        print("socket", 3 + i, address(s), flush=True)
    print_options(sockets)
    notify = unix(socket.SOCK_DGRAM, options.notify) if options.notify else None
    pid = os.fork()
    if pid == 0:
        child(options, sockets, sys.argv[split + 1 :])
    for s in sockets:
        # An accepted connection is the service's alone: systemd closes its copy.
        if isinstance(s, socket.socket) and options.specs[0].startswith("accepted"):
            s.close()
    # Standard error is the command's alone, so that it ends when the command does.
    os.dup2(1, 2)
    print("pid", pid, flush=True)
    if notify:
        threading.Thread(target=print_notifications, args=[notify], daemon=True).start()
    _, status = os.waitpid(pid, 0)
    print("exited", os.waitstatus_to_exitcode(status), flush=True)
    print_options(sockets)
    for line in sys.stdin:
        s = sockets[int(line.removeprefix("accept ")) - 3]
        s.setblocking(True)
        s.accept()[0].close()
        print("accepted", line.removeprefix("accept ").strip(), flush=True)


main()
