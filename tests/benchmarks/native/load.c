// A load generator: keeps DEPTH messages of SIZE bytes in flight on each of CONNECTIONS connections
// for SECONDS, checks each answer, and prints "ROUND_TRIPS_PER_SECOND P50_US P99_US LOST".
//
// load tcp|udp PORT CONNECTIONS SIZE DEPTH SECONDS
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 256, BUFFER = 1 << 20, BUCKETS = 1 << 20, LOST_AFTER_NS = 200 * 1000 * 1000 };

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
static int udp, size, depth, loop;
static uint64_t done, lost;

static void die(const char *what) {
    perror(what);
    exit(1);
}

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000ULL + time.tv_nsec;
}

static void flush(struct connection *c) {
    while (c->unsent) {
        size_t offset = (size - c->unsent % size) % size;
        size_t length = udp ? (size_t)size : c->unsent < BUFFER ? c->unsent : BUFFER;
        ssize_t sent = send(c->fd, payload + offset, length, MSG_NOSIGNAL | MSG_DONTWAIT);
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
    uint64_t micros = (time - c->began[c->tail++ % depth]) / 1000;
    latency[micros < BUCKETS ? micros : BUCKETS - 1]++;
    done++;
    return 1;
}

static void receive(struct connection *c) {
    unsigned count = 0;
    for (;;) {
        ssize_t length = recv(c->fd, buffer, udp ? size + 1 : BUFFER, MSG_DONTWAIT);
        if (length < 0 && (errno == EAGAIN || errno == ECONNREFUSED)) break;
        if (length <= 0) die("recv");
        uint64_t time = now();
        if (udp) {
            if (length != size || memcmp(buffer, payload, size)) die("wrong answer");
            if (c->head != c->tail) count += answered(c, time);
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
    if (count) {
        ask(c, count, now());
        flush(c);
    }
}

int main(int count, char **arguments) {
    if (count != 7) {
        fprintf(stderr, "load tcp|udp PORT CONNECTIONS SIZE DEPTH SECONDS\n");
        return 2;
    }
    udp = strcmp(arguments[1], "udp") == 0;
    struct sockaddr_in server = {AF_INET, htons(atoi(arguments[2])), {htonl(INADDR_LOOPBACK)}, {0}};
    int connections = atoi(arguments[3]);
    size = atoi(arguments[4]);  // up to 1 MiB
    depth = atoi(arguments[5]);
    uint64_t length = (uint64_t)(atof(arguments[6]) * 1e9);
    for (int i = 0; i < 2 * BUFFER; i++) payload[i] = 'a' + i % size % 23;
    loop = epoll_create1(0);
    struct connection *all = calloc(connections, sizeof *all);
    for (int i = 0; i < connections; i++) {
        int one = 1;
        struct connection *c = &all[i];
        c->fd = socket(AF_INET, udp ? SOCK_DGRAM : SOCK_STREAM, 0);
        c->began = calloc(depth, sizeof *c->began);
        if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&server, sizeof server) < 0) die("connect");
        if (!udp) setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
        if (epoll_ctl(loop, EPOLL_CTL_ADD, c->fd, &event) < 0) die("epoll_ctl");
    }
    uint64_t began = now();
    for (int i = 0; i < connections; i++) {
        ask(&all[i], depth, now());
        flush(&all[i]);
    }
    struct epoll_event events[EVENTS];
    while (now() - began < length) {
        int ready = epoll_wait(loop, events, EVENTS, 50);
        for (int i = 0; i < ready; i++) {
            struct connection *c = events[i].data.ptr;
            if (events[i].events & EPOLLOUT) flush(c);
            if (events[i].events & (EPOLLIN | EPOLLERR | EPOLLHUP)) receive(c);
        }
        // A datagram that is lost would leave its place in flight for ever.
        uint64_t time = now();
        for (int i = 0; udp && ready < EVENTS / 8 && i < connections; i++) {
            struct connection *c = &all[i];
            unsigned gone = 0;
            while (c->head != c->tail && time - c->began[c->tail % depth] > LOST_AFTER_NS) {
                c->tail++;
                gone++;
            }
            lost += gone;
            if (gone) {
                ask(c, gone, time);
                flush(c);
            }
        }
    }
    double seconds = (now() - began) / 1e9;
    uint64_t sum = 0;
    unsigned p50 = 0, p99 = 0;
    for (unsigned i = 0; i < BUCKETS; i++) {
        sum += latency[i];
        if (!p50 && sum * 2 >= done) p50 = i;
        if (!p99 && sum * 100 >= done * 99) p99 = i;
    }
    printf("%.0f %u %u %llu\n", done / seconds, p50, p99, (unsigned long long)lost);
    return done == 0;
}
