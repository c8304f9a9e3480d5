// Both ends of a proxy: an upstream that sends without end, and a client that opens connections as
// fast as it can or takes bulk. They do as little as they can: the proxy is what is measured.
//
// flow source                             takes its socket from systemd's protocol (descriptor 3)
// flow connect PORT CONCURRENT SECONDS    connect, send a byte, receive it back, close; prints how
//                                         many a second, p50 and p99 in µs
// flow bulk PORT CONNECTIONS SECONDS      receives; prints MiB/s
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

// The content repeats after a prime number of bytes, so that what is lost or doubled shows.
enum { LISTENER = 3, EVENTS = 256, MUCH = 1024 * 1024, PRIME = 251, CONTENT = PRIME * 8192 };
enum { BUCKETS = 1 << 20 };

static unsigned latency[BUCKETS];
static struct sockaddr_in server = {.sin_family = AF_INET};
static int loop;

static void die(const char *what) {
    perror(what);
    exit(1);
}

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000ULL + time.tv_nsec;
}

// From a file in memory, so that sending copies nothing.
static void send_without_end(int fd, int content) {
    for (;;) {
        off_t offset = 0;
        while (offset < CONTENT) {
            if (sendfile(fd, content, &offset, CONTENT - offset) <= 0) return;
        }
    }
}

static void source(void) {
    int content = memfd_create("content", 0);
    unsigned char *bytes = malloc(CONTENT);
    for (int i = 0; i < CONTENT; i++) bytes[i] = i % PRIME;
    if (content < 0 || write(content, bytes, CONTENT) != CONTENT) die("content");
    signal(SIGCHLD, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    fcntl(LISTENER, F_SETFL, fcntl(LISTENER, F_GETFL) & ~O_NONBLOCK);
    for (;;) {
        int fd = accept(LISTENER, NULL, NULL);
        if (fd < 0) die("accept");
        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            send_without_end(fd, content);
            _exit(0);
        }
        close(fd);
    }
}

static int open_connection(int type) {
    int fd = socket(AF_INET, SOCK_STREAM | type, 0);
    if (fd < 0) die("socket");
    if (connect(fd, (struct sockaddr *)&server, sizeof server) < 0 && errno != EINPROGRESS) die("connect");
    return fd;
}

// The byte is the low one of the time at which the connection began.
static void begin(uint64_t *began) {
    int fd = open_connection(SOCK_NONBLOCK);
    began[fd] = now();
    struct epoll_event event = {.events = EPOLLOUT, .data.fd = fd};
    if (epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event) < 0) die("epoll_ctl");
}

static void connections(int concurrent, uint64_t length) {
    static uint64_t began[1 << 16];
    uint64_t start = now(), done = 0, sum = 0;
    unsigned p50 = 0, p99 = 0;
    struct epoll_event events[EVENTS];
    loop = epoll_create1(0);
    for (int i = 0; i < concurrent; i++) begin(began);
    while (now() - start < length) {
        int ready = epoll_wait(loop, events, EVENTS, 50);
        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.fd;
            unsigned char byte = began[fd], answer;
            if (events[i].events & EPOLLOUT) {
                if (send(fd, &byte, 1, MSG_NOSIGNAL) != 1) die("send");
                struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
                epoll_ctl(loop, EPOLL_CTL_MOD, fd, &event);
            } else {
                if (recv(fd, &answer, 1, 0) != 1 || answer != byte) die("recv");
                uint64_t micros = (now() - began[fd]) / 1000;
                latency[micros < BUCKETS ? micros : BUCKETS - 1]++;
                done++;
                close(fd);
                begin(began);
            }
        }
    }
    double seconds = (now() - start) / 1e9;
    for (unsigned i = 0; i < BUCKETS; i++) {
        sum += latency[i];
        if (!p50 && sum * 2 >= done) p50 = i;
        if (!p99 && sum * 100 >= done * 99) p99 = i;
    }
    printf("%.0f %u %u\n", done / seconds, p50, p99);
}

static void bulk(int count, uint64_t length) {
    uint64_t *received = calloc(1 << 16, sizeof *received), total = 0, start = now();
    struct epoll_event events[EVENTS];
    loop = epoll_create1(0);
    for (int i = 0; i < count; i++) {
        int fd = open_connection(0);
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
        if (epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event) < 0) die("epoll_ctl");
    }
    while (now() - start < length) {
        int ready = epoll_wait(loop, events, EVENTS, 50);
        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.fd;
            // Only the first byte is copied; the next one tells that none was lost or doubled since.
            unsigned char first;
            if (recv(fd, &first, 1, MSG_DONTWAIT) != 1) die("recv");
            if (first != received[fd] % PRIME) die("wrong content");
            ssize_t rest = recv(fd, NULL, MUCH, MSG_DONTWAIT | MSG_TRUNC);
            if (rest == 0 || (rest < 0 && errno != EAGAIN)) die("recv");
            ssize_t size = 1 + (rest > 0 ? rest : 0);
            received[fd] += size;
            total += size;
        }
    }
    printf("%.1f\n", total / 1048576.0 / ((now() - start) / 1e9));
}

int main(int count, char **arguments) {
    if (count == 2 && strcmp(arguments[1], "source") == 0) source();
    if (count != 5) {
        fprintf(stderr, "flow source | flow connect|bulk PORT COUNT SECONDS\n");
        return 2;
    }
    server.sin_port = htons(atoi(arguments[2]));
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int parallel = atoi(arguments[3]);
    uint64_t length = atof(arguments[4]) * 1e9;
    if (strcmp(arguments[1], "connect") == 0) connections(parallel, length);
    else bulk(parallel, length);
    return 0;
}
