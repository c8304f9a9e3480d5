// A load generator: keeps DEPTH messages of SIZE bytes in flight on each of CONNECTIONS connections
// for SECONDS, checks each answer, and prints "ROUND_TRIPS_PER_SECOND P50_US P99_US LOST". The time
// begins when each connection has had an answer: to open them is another measurement. With a RATE,
// messages a second, each is sent at its time, if a connection is free, and its latency counts from
// that time: what had to wait for a slow answer before it is not left out. Latencies of the first quarter
// of the time are left out then, as how a connection begins would be among the slowest of a hundred.
//
// Trains are DEPTH datagrams of UDP in one message (UDP_SEGMENT), and received as such (UDP_GRO); the
// next is sent when the last of them is answered.
//
// load tcp|udp PORT CONNECTIONS SIZE DEPTH SECONDS [RATE]
// load train PORT CONNECTIONS SIZE DEPTH SECONDS
// load unix PATH CONNECTIONS SIZE DEPTH SECONDS [RATE]
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 256, BUFFER = 1 << 20, BUCKETS = 1 << 20, LOST_AFTER_NS = 200 * 1000 * 1000 };
enum { ANSWERED_WITHIN_MS = 30 * 1000 };

struct connection {
    int fd;
    size_t received;  // of the message that is next
    size_t unsent;    // bytes that are still to be sent
    uint64_t *began;  // when the messages in flight were sent, in a ring
    unsigned head, tail;
    int waits;  // for room to send
};

static unsigned latency[BUCKETS];
static char payload[2 * BUFFER], buffer[BUFFER];
static int udp, train, size, depth, loop, keep_asking;
static double rate;
static uint64_t done, lost, timed, timed_from;

static void die(const char *what) {
    perror(what);
    exit(1);
}

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000ULL + time.tv_nsec;
}

static ssize_t send_train(int fd, size_t length) {
    char control[CMSG_SPACE(sizeof(uint16_t))] = {0};
    struct iovec part = {payload, length};
    struct msghdr message = {NULL, 0, &part, 1, control, sizeof control, 0};
    struct cmsghdr *segment = CMSG_FIRSTHDR(&message);
    *segment = (struct cmsghdr){CMSG_LEN(sizeof(uint16_t)), SOL_UDP, UDP_SEGMENT};
    *(uint16_t *)CMSG_DATA(segment) = size;
    return sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

// What is received must be datagrams of one size.
static ssize_t receive_train(int fd) {
    char control[CMSG_SPACE(sizeof(int))];
    struct iovec part = {buffer, BUFFER};
    struct msghdr message = {NULL, 0, &part, 1, control, sizeof control, 0};
    ssize_t length = recvmsg(fd, &message, MSG_DONTWAIT);
    struct cmsghdr *segment = length > size ? CMSG_FIRSTHDR(&message) : NULL;
    if (length > size && (!segment || *(int *)CMSG_DATA(segment) != size)) die("wrong size");
    return length;
}

static void flush(struct connection *c) {
    while (c->unsent) {
        size_t offset = (size - c->unsent % size) % size;
        size_t length = udp ? (size_t)size : c->unsent < BUFFER ? c->unsent : BUFFER;
        ssize_t sent = train ? send_train(c->fd, c->unsent)
                             : send(c->fd, payload + offset, length, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0) {
            if (errno != EAGAIN && errno != ECONNREFUSED) die("send");
            break;
        }
        c->unsent -= sent;
    }
    int waits = c->unsent != 0;
    if (waits != c->waits) {
        struct epoll_event event = {.events = EPOLLIN | (waits ? EPOLLOUT : 0), .data.ptr = c};
        epoll_ctl(loop, EPOLL_CTL_MOD, c->fd, &event);
        c->waits = waits;
    }
}

static void ask(struct connection *c, unsigned count, uint64_t time) {
    for (unsigned i = 0; i < count; i++) c->began[c->head++ % depth] = time;
    c->unsent += (size_t)count * size;
}

static unsigned answered(struct connection *c, uint64_t time) {
    uint64_t began = c->began[c->tail++ % depth], micros = (time - began) / 1000;
    if (began >= timed_from) {
        latency[micros < BUCKETS ? micros : BUCKETS - 1]++;
        timed++;
    }
    done++;
    return 1;
}

static void receive(struct connection *c) {
    unsigned count = 0;
    for (;;) {
        ssize_t length = train ? receive_train(c->fd)
                               : recv(c->fd, buffer, udp ? size + 1 : BUFFER, MSG_DONTWAIT);
        if (length < 0 && (errno == EAGAIN || errno == ECONNREFUSED)) break;
        if (length < 0 || (length == 0 && !udp)) die("recv");
        uint64_t time = now();
        if (udp) {
            if (train ? length == 0 || length % size : length != size) die("wrong size");
            if (memcmp(buffer, payload, length)) die("wrong answer");
            for (; length > 0 && c->head != c->tail; length -= size) count += answered(c, time);
            continue;
        }
        if (memcmp(buffer, payload + c->received, length)) die("wrong answer");
        c->received += length;
        while (c->received >= (size_t)size) {
            c->received -= size;
            count += answered(c, time);
        }
        if (length < BUFFER) break;
    }
    if (train) count = c->head == c->tail ? depth : 0;
    if (count && keep_asking) {
        ask(c, count, now());
        flush(c);
    }
}

static int handle(struct epoll_event *events, int timeout) {
    int ready = epoll_wait(loop, events, EVENTS, timeout);
    for (int i = 0; i < ready; i++) {
        struct connection *c = events[i].data.ptr;
        if (events[i].events & EPOLLOUT) flush(c);
        if (events[i].events & (EPOLLIN | EPOLLERR | EPOLLHUP)) receive(c);
    }
    return ready;
}

static void serve_each_once(struct connection *all, int connections, struct epoll_event *events) {
    for (int i = 0; i < connections; i++) {
        ask(&all[i], 1, now());
        flush(&all[i]);
    }
    while (done < (uint64_t)connections) {
        if (handle(events, ANSWERED_WITHIN_MS) == 0) {
            fprintf(stderr, "connections without an answer: %ju\n", (uintmax_t)(connections - done));
            exit(1);
        }
    }
    memset(latency, 0, sizeof latency);
    done = timed = 0;
}

static int connect_to(const char *kind, const char *where) {
    struct sockaddr_in inet = {AF_INET, htons(atoi(where)), {htonl(INADDR_LOOPBACK)}, {0}};
    struct sockaddr_un path = {.sun_family = AF_UNIX};
    int local = strcmp(kind, "unix") == 0, one = 1;
    int fd = socket(local ? AF_UNIX : AF_INET, udp ? SOCK_DGRAM : SOCK_STREAM, 0);
    strncpy(path.sun_path, where, sizeof path.sun_path - 1);
    if (fd < 0 || (local ? connect(fd, (struct sockaddr *)&path, sizeof path)
                         : connect(fd, (struct sockaddr *)&inet, sizeof inet)) < 0) die("connect");
    if (!udp && !local) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (train && setsockopt(fd, SOL_UDP, UDP_GRO, &one, sizeof one) < 0) die("UDP_GRO");
    return fd;
}

// Sends what is due by now, in turn, on connections that wait for nothing.
static void ask_due(struct connection *all, int connections, uint64_t began) {
    static uint64_t asked;
    static int next;
    uint64_t due = (uint64_t)((now() - began) / 1e9 * rate);
    for (int tried = 0; asked < due && tried < connections; tried++) {
        struct connection *c = &all[next++ % connections];
        if (c->head - c->tail < (unsigned)depth) {
            ask(c, 1, began + (uint64_t)(asked++ / rate * 1e9));
            flush(c);
            tried = 0;
        }
    }
}

// A datagram that is lost would leave its place in flight for ever.
static void give_up(struct connection *c, uint64_t time) {
    unsigned gone = 0;
    while (c->head != c->tail && time - c->began[c->tail % depth] > LOST_AFTER_NS) {
        c->tail++;
        gone++;
    }
    lost += gone;
    if (train) gone = c->head == c->tail ? depth : 0;
    if (gone && keep_asking) {
        ask(c, gone, time);
        flush(c);
    }
}

int main(int count, char **arguments) {
    if (count != 7 && count != 8) {
        fprintf(stderr, "load tcp|udp|train|unix PORT|PATH CONNECTIONS SIZE DEPTH SECONDS [RATE]\n");
        return 2;
    }
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    train = strcmp(arguments[1], "train") == 0;
    udp = train || strcmp(arguments[1], "udp") == 0;
    int connections = atoi(arguments[3]);
    size = atoi(arguments[4]);  // up to 1 MiB
    depth = atoi(arguments[5]);
    uint64_t length = (uint64_t)(atof(arguments[6]) * 1e9);
    rate = count == 8 ? atof(arguments[7]) : 0;
    for (int i = 0; i < 2 * BUFFER; i++) payload[i] = 'a' + i % size % 23;
    loop = epoll_create1(0);
    struct connection *all = calloc(connections, sizeof *all);
    for (int i = 0; i < connections; i++) {
        struct connection *c = &all[i];
        c->fd = connect_to(arguments[1], arguments[2]);
        c->began = calloc(depth, sizeof *c->began);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
        if (epoll_ctl(loop, EPOLL_CTL_ADD, c->fd, &event) < 0) die("epoll_ctl");
    }
    struct epoll_event events[EVENTS];
    if (!udp) serve_each_once(all, connections, events);
    keep_asking = !rate;
    uint64_t began = now();
    if (rate) timed_from = began + length / 4;
    for (int i = 0; keep_asking && i < connections; i++) {
        ask(&all[i], depth, now());
        flush(&all[i]);
    }
    while (now() - began < length) {
        if (rate) ask_due(all, connections, began);
        int ready = handle(events, rate ? 0 : 50);
        uint64_t time = now();
        for (int i = 0; udp && ready < EVENTS / 8 && i < connections; i++) give_up(&all[i], time);
    }
    double seconds = (now() - began) / 1e9;
    uint64_t sum = 0;
    unsigned p50 = 0, p99 = 0;
    for (unsigned i = 0; i < BUCKETS; i++) {
        sum += latency[i];
        if (!p50 && sum * 2 >= timed) p50 = i;
        if (!p99 && sum * 100 >= timed * 99) p99 = i;
    }
    printf("%.0f %u %u %llu\n", done / seconds, p50, p99, (unsigned long long)lost);
    return done == 0;
}
