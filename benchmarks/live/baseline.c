/* The yardstick: a WebSocket server that does nothing but pass on, one send() for each subscriber and message.
 *
 *   cc -O2 -o baseline baseline.c && ./baseline 9000
 *
 * Who connects to /pub speaks, who connects to /sub hears. Nothing is stored, ordered, numbered or checked, and
 * the handshake's answer is that of the sample key of RFC 6455, which the load client uses. Loopback only.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 20000, ROOM = 1 << 17 };
struct peer {
    int fd, hears, greeted, length, place;
    char *unsent;
    size_t unsent_length;
    unsigned char *input;
};
static struct peer *hearers[MOST];
static int hearer_count, poller;
static const char ANSWER[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                             "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

static void watch(struct peer *peer, int operation, uint32_t what) {
    struct epoll_event event = {.events = what, .data.ptr = peer};
    epoll_ctl(poller, operation, peer->fd, &event);
}
static void leave(struct peer *peer) {
    if (peer->hears) {
        hearers[peer->place] = hearers[--hearer_count];
        hearers[peer->place]->place = peer->place;
    }
    close(peer->fd);
    free(peer->unsent);
    free(peer->input);
    free(peer);
}
static void later(struct peer *peer, const void *data, size_t length) {
    if (!peer->unsent_length) watch(peer, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
    peer->unsent = realloc(peer->unsent, peer->unsent_length + length);
    memcpy(peer->unsent + peer->unsent_length, data, length);
    peer->unsent_length += length;
}
static void put(struct peer *peer, const void *data, size_t length) {
    ssize_t took = peer->unsent_length ? 0 : send(peer->fd, data, length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (took < 0) took = 0;
    if ((size_t)took < length) later(peer, (const char *)data + took, length - took);
}
static void flush(struct peer *peer) {
    ssize_t took = send(peer->fd, peer->unsent, peer->unsent_length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (took <= 0) return;
    memmove(peer->unsent, peer->unsent + took, peer->unsent_length -= took);
    if (!peer->unsent_length) watch(peer, EPOLL_CTL_MOD, EPOLLIN);
}
static void broadcast(const unsigned char *text, int length) {
    static unsigned char frame[ROOM + 4];
    int head = length < 126 ? 2 : 4;
    frame[0] = 0x81;
    frame[1] = length < 126 ? length : 126;
    if (head == 4) { frame[2] = length >> 8; frame[3] = length; }
    memcpy(frame + head, text, length);
    for (int i = 0; i < hearer_count; i++) put(hearers[i], frame, head + length);
}
static int greet(struct peer *peer) {
    unsigned char *body = memmem(peer->input, peer->length, "\r\n\r\n", 4);
    if (!body) return 0;
    peer->greeted = 1;
    peer->hears = !memcmp(peer->input, "GET /sub", 8) && hearer_count < MOST;
    if (peer->hears) hearers[peer->place = hearer_count++] = peer;
    put(peer, ANSWER, sizeof ANSWER - 1);
    return (int)(body - peer->input) + 4;
}
/* Passes on every whole frame; returns 0 when the peer has left. */
static int take(struct peer *peer) {
    int at = 0;
    if (!peer->greeted && !(at = greet(peer))) return 1;
    while (peer->length - at >= 6) {
        unsigned char *head = peer->input + at;
        int size = head[1] & 127, skip = size == 126 ? 8 : 6;
        if (size == 127 || (head[0] & 15) == 8) return 0;
        if (skip == 8) size = head[2] << 8 | head[3];
        if (peer->length - at < skip + size) break;
        for (int i = 0; i < size; i++) head[skip + i] ^= head[skip - 4 + (i & 3)];
        if ((head[0] & 15) == 1) broadcast(head + skip, size);
        at += skip + size;
    }
    memmove(peer->input, peer->input + at, peer->length -= at);
    return 1;
}
static void welcome(int listener) {
    int fd, one = 1;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        struct peer *peer = calloc(1, sizeof *peer);
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        peer->fd = fd;
        watch(peer, EPOLL_CTL_ADD, EPOLLIN);
    }
}
static void hear(struct peer *peer) {
    if (!peer->input) peer->input = malloc(ROOM);
    ssize_t got = recv(peer->fd, peer->input + peer->length, ROOM - peer->length, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return;
    if (got > 0) peer->length += got;
    if (got <= 0 || !take(peer)) { leave(peer); return; }
    if (peer->hears && !peer->length) { free(peer->input); peer->input = NULL; }
}
int main(int argc, char **argv) {
    static struct epoll_event events[1024];
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(argc > 1 ? atoi(argv[1]) : 9000)};
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (void *)&address, sizeof address) || listen(listener, 4096)) { perror("listen"); return 1; }
    poller = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int count = epoll_wait(poller, events, 1024, -1);
        for (int i = 0; i < count; i++) {
            struct peer *peer = events[i].data.ptr;
            if (!peer) welcome(listener);
            else {
                if (events[i].events & EPOLLOUT && peer->unsent_length) flush(peer);
                if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) hear(peer);
            }
        }
    }
}
