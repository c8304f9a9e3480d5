"""UDP echo beside a C server with recvmsg(2) and sendmsg(2)."""
import echo


def run(options):
    servers = echo.started("udp")
    try:
        echo.compare(
            "UDP echo 64 B x 50", servers, "udp", 50, 64, 1, "at least 1.0", options
        )
    finally:
        for server in servers.values():
            server.__exit__()
