#!/usr/bin/python3
"""Clients that come about when an idle service ends: a little before, meanwhile, a little after.

arrivals.py COUNT: COUNT clients in bursts, each of which begins at a random time after the last one
was served. Prints how many were served; the status is 0 if all were.
"""
import random
import socket
import sys
import threading
import time

PATIENCE = 30
BURST = 4
TARGETS = [
    (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 3000)),
    (socket.AF_INET6, socket.SOCK_STREAM, ("::1", 3000)),
    (socket.AF_UNIX, socket.SOCK_STREAM, "/run/fdgate/echo.sock"),
    (socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 3000)),
]
served, failures = [], []


def client(family, kind, address, delay):
    time.sleep(delay)
    try:
        with socket.socket(family, kind) as s:
            s.settimeout(PATIENCE)
            s.connect(address)
            s.send(b"hello")
            answer = s.recv(100)
            if answer != b"hello":
                raise ValueError("answered %r" % answer)
            served.append(address)
    except (OSError, ValueError) as broken:
        failures.append("%s: %r" % (address, broken))


for _ in range(int(sys.argv[1]) // BURST):
    # idle_exit is 50 ms, and the process is gone some 50 ms later.
    start = random.uniform(0.03, 0.13)
    threads = []
    for target in random.choices(TARGETS, k=BURST):
        threads.append(threading.Thread(target=client, args=(*target, start + random.uniform(0, 0.02))))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        break
print("served", len(served), "failed", failures)
sys.exit(1 if failures else 0)
