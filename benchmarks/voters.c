/* One thread, a thousand voters: each on a WebSocket of its own, with its own cookie, voting for question after question.
 *
 *   cc -O2 -o voters voters.c
 *   ./voters PORT PATH VOTERS QUESTIONS RATE SECONDS FOLLOW FIRST COUNT < cookies-and-questions
 *
 * Input: a line for each voter (its Cookie header), then a line for each question (its id). RATE 0 votes as fast as
 * the acks come, one vote in the air for each voter; otherwise so many votes a second over all sockets, in turn.
 * Each voter votes for questions FIRST..FIRST+COUNT-1, each once. FOLLOW 1 subscribes to the public stream. It writes
 * "ready" when all are connected, waits for a line, and writes one JSON line at the end.
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
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { INPUT = 1 << 16, LINE = 400 };
struct voter { int fd, open, next, waiting, length; uint64_t sent_at; char cookie[LINE]; unsigned char *input; };

static struct voter *voters;
static char (*questions)[32], *path;
static int port, poller, count, first, per_voter, follow, opened, finished;
static uint64_t acked, refused, entries, *waits, most_waits, waits_count;

static void fail(const char *what) { perror(what); exit(2); }

static uint64_t now(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec * 1000000000ull + at.tv_nsec;
}

static void send_all(struct voter *voter, const void *data, size_t length) {
    const char *from = data;
    while (length) {
        ssize_t sent = send(voter->fd, from, length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN) continue;
        if (sent < 0) fail("send");
        from += sent;
        length -= sent;
    }
}

static void send_text(struct voter *voter, const char *text, int length) {
    unsigned char frame[1024] = {0x81};
    int head = 2;
    frame[1] = 0x80 | (length < 126 ? length : 126);
    if (length >= 126) { frame[2] = length >> 8; frame[3] = length; head = 4; }
    for (int i = 0; i < 4; i++) frame[head + i] = 0x5a;
    for (int i = 0; i < length; i++) frame[head + 4 + i] = text[i] ^ 0x5a;
    send_all(voter, frame, head + 4 + length);
}

static int vote(struct voter *voter) {
    char text[512];
    if (voter->next >= per_voter) return 0;
    int length = snprintf(text, sizeof text,
        "{\"type\":\"command\",\"cmd_id\":\"%012llx-%06d-%06d\",\"name\":\"question.vote\",\"body\":{\"question_id\":\"%s\"}}",
        (unsigned long long)(now() / 1000), (int)(voter - voters), voter->next, questions[first + voter->next]);
    voter->next++;
    voter->waiting++;
    voter->sent_at = now();
    send_text(voter, text, length);
    return 1;
}

static void hear(struct voter *voter, const char *text, uint64_t length, int closed_loop) {
    if (length < 13 || memcmp(text, "{\"type\":\"ack\"", 13)) { entries += length > 15 && !memcmp(text, "{\"type\":\"entry\"", 15); return; }
    if (memmem(text, length, "\"status\":200", 12)) acked++;
    else if (!refused++) fprintf(stderr, "%.*s\n", (int)length, text);
    if (waits_count < most_waits) waits[waits_count++] = now() - voter->sent_at;
    voter->waiting--;
    if (closed_loop && !vote(voter)) finished++;
}

static void take(struct voter *voter, int closed_loop) {
    ssize_t got = recv(voter->fd, voter->input + voter->length, INPUT - voter->length, MSG_DONTWAIT);
    if (got == 0) { fprintf(stderr, "voter %d was shown out\n", (int)(voter - voters)); exit(3); }
    if (got < 0) { if (errno == EAGAIN) return; fail("recv"); }
    voter->length += got;
    unsigned char *at = voter->input, *end = at + voter->length;
    if (!voter->open) {
        unsigned char *body = memmem(at, end - at, "\r\n\r\n", 4);
        if (!body) return;
        if (memcmp(at, "HTTP/1.1 101", 12)) { fprintf(stderr, "%.*s\n", (int)(end - at), at); exit(3); }
        at = body + 4;
        voter->open = 1;
        opened++;
        if (follow) send_text(voter, "{\"type\":\"subscribe\",\"stream\":\"public\"}", 38);
    }
    while (end - at >= 2) {
        uint64_t length = at[1] & 127, head = 2;
        if (length == 126) { if (end - at < 4) break; length = at[2] << 8 | at[3]; head = 4; }
        else if (length == 127) {
            if (end - at < 10) break;
            length = 0;
            for (int i = 2; i < 10; i++) length = length << 8 | at[i];
            head = 10;
        }
        if (head + length > INPUT) { fprintf(stderr, "a frame of %lu bytes\n", length); exit(3); }
        if ((uint64_t)(end - at) < head + length) break;
        if ((at[0] & 15) == 1) hear(voter, (char *)at + head, length, closed_loop);
        at += head + length;
    }
    memmove(voter->input, at, voter->length = end - at);
}

static void join(struct voter *voter) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1;
    voter->fd = socket(AF_INET, SOCK_STREAM, 0);
    voter->input = malloc(INPUT);
    if (connect(voter->fd, (struct sockaddr *)&address, sizeof address)) fail("connect");
    setsockopt(voter->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    char request[1200];
    int length = snprintf(request, sizeof request,
        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nOrigin: http://127.0.0.1:%d\r\nCookie: %s\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
        path, port, port, voter->cookie);
    send_all(voter, request, length);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = voter};
    epoll_ctl(poller, EPOLL_CTL_ADD, voter->fd, &event);
}

static void pump(int wait_ms, int closed_loop) {
    struct epoll_event events[512];
    int ready = epoll_wait(poller, events, 512, wait_ms);
    for (int i = 0; i < ready; i++) take(events[i].data.ptr, closed_loop);
}

static int by_size(const void *a, const void *b) {
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

static double milliseconds(double share) { return waits_count ? waits[(uint64_t)(share * (waits_count - 1))] / 1e6 : -1; }

static void line(char *into, int room) {
    if (!fgets(into, room, stdin)) fail("input");
    into[strcspn(into, "\n")] = 0;
}

int main(int argc, char **argv) {
    if (argc != 10) { fprintf(stderr, "see the head of voters.c\n"); return 2; }
    port = atoi(argv[1]);
    path = argv[2];
    count = atoi(argv[3]);
    int question_count = atoi(argv[4]);
    double rate = atof(argv[5]), seconds = atof(argv[6]);
    follow = atoi(argv[7]);
    first = atoi(argv[8]);
    per_voter = atoi(argv[9]);
    voters = calloc(count, sizeof *voters);
    questions = calloc(question_count, sizeof *questions);
    waits = malloc((most_waits = (uint64_t)count * per_voter) * sizeof *waits);
    for (int i = 0; i < count; i++) line(voters[i].cookie, LINE);
    for (int i = 0; i < question_count; i++) line(questions[i], 32);
    poller = epoll_create1(0);
    for (int i = 0; i < count; i++) {
        join(&voters[i]);
        while (i - opened >= 50) pump(10, 0);
    }
    while (opened < count) pump(10, 0);
    for (uint64_t until = now() + 1000000000ull; now() < until;) pump(10, 0);
    printf("ready\n");
    fflush(stdout);
    char go[16];
    line(go, sizeof go);
    uint64_t began = now(), finish = began + (uint64_t)(seconds * 1e9), sent = 0;
    if (rate == 0) {
        for (int i = 0; i < count; i++) vote(&voters[i]);
        while (now() < finish && finished < count) pump(1, 1);
        for (int i = 0; i < count; i++) voters[i].next = per_voter;
    } else {
        for (int turn = 0; now() < finish;) {
            uint64_t due = (uint64_t)((now() - began) / 1e9 * rate);
            while (sent < due) {
                struct voter *voter = &voters[turn++ % count];
                if (!voter->waiting && vote(voter)) sent++;
                else if (turn % count == 0) break;
            }
            pump(0, 0);
        }
    }
    double took = (now() - began) / 1e9;
    uint64_t in_time = acked;
    int waiting = 1;
    for (uint64_t until = now() + 10000000000ull; waiting && now() < until;) {
        pump(1, 0);
        waiting = 0;
        for (int i = 0; i < count; i++) waiting += voters[i].waiting;
    }
    qsort(waits, waits_count, sizeof *waits, by_size);
    struct rusage own;
    getrusage(RUSAGE_SELF, &own);
    printf("{\"acked\":%lu,\"acked_in_time\":%lu,\"refused\":%lu,\"unanswered\":%d,\"seconds\":%.3f,\"entries\":%lu,"
           "\"ack_p50_ms\":%.2f,\"ack_p99_ms\":%.2f,\"ack_max_ms\":%.2f,\"own_cpu_s\":%.2f}\n",
           acked, in_time, refused, waiting, took, entries, milliseconds(0.5), milliseconds(0.99), milliseconds(1),
           own.ru_utime.tv_sec + own.ru_stime.tv_sec + (own.ru_utime.tv_usec + own.ru_stime.tv_usec) / 1e6);
    return refused || waiting ? 1 : 0;
}
