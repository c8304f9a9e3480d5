// The floor: a single-threaded epoll echo server, as little work as an echo needs.
//
// floor tcp|udp    takes the socket from systemd's protocol (LISTEN_FDS=1, descriptor 3)
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LISTENER = 3, EVENTS = 256, BUFFER = 64 * 1024, OPEN_MAX_FD = 1 << 20 };

// What a client has not taken yet. Most never have any.
struct pending {
    char *bytes;
    size_t length;
};

static struct pending pending[OPEN_MAX_FD];
static char buffer[BUFFER];
static int loop;

static void die(const char *what) {
    perror(what);
    exit(1);
}

static void watch(int op, int fd, unsigned events) {
    struct epoll_event event = {.events = events, .data.fd = fd};
    if (epoll_ctl(loop, op, fd, &event) < 0) die("epoll_ctl");
}

static void end(int fd) {
    free(pending[fd].bytes);
    pending[fd] = (struct pending){0};
    close(fd);
}

// Returns 0 when the connection is at its end.
static int give(int fd, const char *bytes, size_t length) {
    ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
    if (sent < 0) {
        if (errno != EAGAIN) return 0;
        sent = 0;
    }
    if ((size_t)sent < length) {
        struct pending rest = {malloc(length - sent), length - sent};
        if (!rest.bytes) die("malloc");
        memcpy(rest.bytes, bytes + sent, rest.length);
        free(pending[fd].bytes);
        pending[fd] = rest;
        watch(EPOLL_CTL_MOD, fd, EPOLLOUT);
    } else if (pending[fd].bytes) {
        free(pending[fd].bytes);
        pending[fd] = (struct pending){0};
        watch(EPOLL_CTL_MOD, fd, EPOLLIN);
    }
    return 1;
}

static void serve(int fd, unsigned events) {
    if (events & EPOLLOUT) {
        struct pending rest = pending[fd];
        pending[fd].bytes = NULL;
        if (!give(fd, rest.bytes, rest.length)) {
            free(rest.bytes);
            end(fd);
            return;
        }
        free(rest.bytes);
        if (!pending[fd].bytes) watch(EPOLL_CTL_MOD, fd, EPOLLIN);
        return;
    }
    ssize_t length = recv(fd, buffer, sizeof buffer, 0);
    if (length > 0 ? !give(fd, buffer, length) : length == 0 || errno != EAGAIN) end(fd);
}

static void take(void) {
    for (;;) {
        int fd = accept4(LISTENER, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) return;
        watch(EPOLL_CTL_ADD, fd, EPOLLIN);
    }
}

static void datagrams(void) {
    struct sockaddr_storage peer;
    struct iovec part = {buffer, sizeof buffer};
    for (;;) {
        struct msghdr message = {&peer, sizeof peer, &part, 1, NULL, 0, 0};
        part.iov_len = sizeof buffer;
        ssize_t length = recvmsg(LISTENER, &message, 0);
        if (length < 0) return;
        part.iov_len = length;
        if (sendmsg(LISTENER, &message, MSG_NOSIGNAL) < 0 && errno != EAGAIN) return;
    }
}

int main(int count, char **arguments) {
    int udp = count > 1 && strcmp(arguments[1], "udp") == 0;
    struct epoll_event events[EVENTS];
    loop = epoll_create1(EPOLL_CLOEXEC);
    if (loop < 0 || fcntl(LISTENER, F_SETFL, fcntl(LISTENER, F_GETFL) | O_NONBLOCK) < 0) die("start");
    watch(EPOLL_CTL_ADD, LISTENER, EPOLLIN);
    for (;;) {
        int ready = epoll_wait(loop, events, EVENTS, -1);
        for (int i = 0; i < ready; i++) {
            if (events[i].data.fd != LISTENER) {
                serve(events[i].data.fd, events[i].events);
            } else if (udp) {
                datagrams();
            } else {
                take();
            }
        }
    }
}
