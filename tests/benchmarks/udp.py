"""UDP echo beside a C server with recvmsg(2) and sendmsg(2)."""
import echo

SINGLE = "UDP echo 64 B x 50"
TRAINS = "UDP echo 1,200 B x 4, trains of 16"


def run(options):
    servers = echo.started("udp")
    try:
        echo.compare(SINGLE, servers, "udp", 50, 64, 1, "at least 1.0", options)
        # No more of them than fit in the default receive buffer of the floor, one by one.
        echo.peak(TRAINS, servers, "train", 4, 1200, 16, "at least 1.5", options)
    finally:
        for server in servers.values():
            server.__exit__()
