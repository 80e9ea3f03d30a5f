/* The sockets of the load client: they connect, send marked messages, and check every frame that comes. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include "gauges.h"

enum { MAX_PUBLISHERS = 1024, MAX_TEXTS = 8, MARK = 42, READ = 1 << 18 };
enum { POLL_NS = 250000, CONNECTING_AT_ONCE = 128 };
enum state { NEW, CONNECTING, HANDSHAKE, GREETED, OPEN, DEAD };

struct link {
    int fd, publishes, deaf, number;
    enum state state;
    char *rest, *unsent;            /* a frame not yet whole; bytes the kernel did not take */
    int rest_length, rest_room, unsent_length;
    uint32_t *next;                 /* the number expected from each publisher */
    uint64_t seq;                   /* the server's own numbering, where it has one */
    char tail[MARK];                /* a mark that began in one frame and ends in the next */
    int tail_length;
    uint32_t waits;                 /* a publisher's messages not answered yet, */
    uint64_t sent_at;               /* and when it sent the last one */
};
struct url { int port; char path[512]; };

static struct url listen_urls[MAX_TEXTS], publish_urls[MAX_TEXTS];
static int listen_count, publish_count;
static char *hellos[MAX_TEXTS], *publisher_hellos[MAX_TEXTS], *ready, *publisher_ready, *message = "$M";
static char *seq_key, *ack_key, *cookies[MAX_PUBLISHERS], *words[MAX_PUBLISHERS];
static int tally, hello_count, publisher_hello_count, subscribers = 1000, publishers = 1, text_size = 160, deaf, cookie_count;
static int poller;
static struct link *links;
static uint64_t began, last_at, delivered, sent, acked, gaps, repeats, seq_breaks, closed, bytes_in;
static uint32_t sent_by[MAX_PUBLISHERS];
static int counting, times_answers, open_subscribers, open_publishers, in_progress, started;
static char *input;

static void fail(const char *what) { perror(what); exit(2); }

/* Sending. */
static void end(struct link *link) {
    if (link->state == DEAD) return;
    if (link->state == OPEN && link->publishes) open_publishers--;
    if (link->state == OPEN && !link->publishes && !link->deaf) open_subscribers--;
    if (link->state != OPEN && link->state != NEW) in_progress--;
    close(link->fd);
    link->state = DEAD;
    closed++;
}
static void flush(struct link *link) {
    while (link->unsent_length) {
        ssize_t took = send(link->fd, link->unsent, link->unsent_length, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (took < 0) { if (errno != EAGAIN) end(link); return; }
        memmove(link->unsent, link->unsent + took, link->unsent_length -= took);
    }
}
static void put(struct link *link, const void *data, int length) {
    link->unsent = realloc(link->unsent, link->unsent_length + length);
    memcpy(link->unsent + link->unsent_length, data, length);
    link->unsent_length += length;
    flush(link);
}
static void put_frame(struct link *link, int opcode, const char *text, int length) {
    static unsigned char frame[70000];
    static const unsigned char mask[4] = {0x37, 0xfa, 0x21, 0x3d};
    int head = 2;
    frame[0] = 0x80 | opcode;
    frame[1] = 0x80 | (length < 126 ? length : 126);
    if (length >= 126) { frame[2] = length >> 8; frame[3] = length; head = 4; }
    memcpy(frame + head, mask, 4);
    for (int i = 0; i < length; i++) frame[head + 4 + i] = text[i] ^ mask[i & 3];
    put(link, frame, head + 4 + length);
}
static void nibbles(char *out, uint64_t value, int count) {
    while (count--) { out[2 * count] = '\xd5'; out[2 * count + 1] = (char)(0xa1 + (value & 15)); value >>= 4; }
}
/* The message: $M is the mark and letters up to --size, $I an id of its own, $W the publisher's word, $U alternates. */
static void publish(struct link *link) {
    static char frame[66000];
    static uint64_t ids;
    char *out = frame;
    int publisher = link->number;
    for (const char *in = message; *in; in++) {
        if (in[0] == '$' && in[1] == 'M') {
            out[0] = out[1] = '@';
            nibbles(out + 2, publisher & 255, 2);
            nibbles(out + 6, sent_by[publisher], 6);
            nibbles(out + 18, now() - began, 12);
            for (int i = MARK; i < text_size; i++) out[i] = 'a' + i * 7 % 26;
            out += text_size > MARK ? text_size : MARK, in++;
        } else if (in[0] == '$' && in[1] == 'I') {
            out += sprintf(out, "%08x-%d-%llu", (unsigned)began, publisher, (unsigned long long)ids++), in++;
        } else if (in[0] == '$' && in[1] == 'W') {
            out += sprintf(out, "%s", words[publisher % cookie_count]), in++;
        } else if (in[0] == '$' && in[1] == 'U') {
            out += sprintf(out, "%s", sent_by[publisher] % 2 ? "un" : ""), in++;
        } else *out++ = *in;
    }
    link->waits++;
    link->sent_at = now();
    sent_by[publisher]++;
    sent++;
    put_frame(link, 1, frame, (int)(out - frame));
}

/* Receiving. */
static uint64_t read_nibbles(const char *in, int count) {
    uint64_t value = 0;
    for (; count--; in += 2) value = value << 4 | (((unsigned char)in[1] - 0xa1) & 15);
    return value;
}
static void check(struct link *link, const char *text, int length, uint64_t at);
static void join(struct link *link, const char *text, int length, uint64_t at) {
    char whole[2 * MARK];
    int held = link->tail_length, more = length < MARK - held ? length : MARK - held;
    memcpy(whole, link->tail, held);
    memcpy(whole + held, text, more);
    link->tail_length = 0;
    check(link, whole, held + more, at);
}
static void check(struct link *link, const char *text, int length, uint64_t at) {
    if (link->tail_length) join(link, text, length, at);
    const char *end_at = text + length, *mark = text;
    while (counting && (mark = memchr(mark, '@', end_at - mark)) && mark + MARK <= end_at) {
        if (mark[1] != '@') { mark++; continue; }
        uint32_t publisher = read_nibbles(mark + 2, 2), number = read_nibbles(mark + 6, 6);
        uint64_t sent_at = read_nibbles(mark + 18, 12) + began;
        mark += MARK;
        if (publisher >= (uint32_t)publishers || number < link->next[publisher]) { repeats++; continue; }
        gaps += number - link->next[publisher];
        link->next[publisher] = number + 1;
        delivered++;
        last_at = at;
        note(at > sent_at ? at - sent_at : 1);
    }
    if (counting && mark) memcpy(link->tail, mark, link->tail_length = (int)(end_at - mark));
    const char *key = seq_key ? memmem(text, length, seq_key, strlen(seq_key)) : NULL;
    if (!key) return;
    uint64_t seq = strtoull(key + strlen(seq_key), NULL, 10);
    if (tally && counting) delivered++, last_at = at;
    if (link->seq && seq != link->seq + 1) seq_breaks++;
    link->seq = seq;
}
static void hear_answer(struct link *link, const char *text, int length) {
    if (!ack_key || !memmem(text, length, ack_key, strlen(ack_key))) return;
    acked++;
    link->waits--;
    if (times_answers) note(now() - link->sent_at);
}
static void opened(struct link *link) {
    if (link->state != OPEN) in_progress--;
    link->state = OPEN;
    if (link->publishes) open_publishers++;
    else if (!link->deaf) open_subscribers++;
    if (link->deaf) epoll_ctl(poller, EPOLL_CTL_DEL, link->fd, NULL);
}
static void frame(struct link *link, int opcode, char *text, int length, uint64_t at) {
    if (opcode == 8) { end(link); return; }
    if (opcode == 9) { put_frame(link, 10, text, length); return; }
    if (opcode == 10) return;
    if (length == 1 && *text == '2') { put_frame(link, 1, "3", 1); return; } /* engine.io's ping */
    if (length >= 4 && !memcmp(text, "PING", 4)) put_frame(link, 1, "PONG\r\n", 6); /* NATS', maybe with messages after it */
    if (link->state == GREETED) {
        char *word = link->publishes ? publisher_ready : ready;
        if (memmem(text, length, word, strlen(word))) opened(link);
        return;
    }
    if (link->publishes) hear_answer(link, text, length);
    else if (link->state == OPEN) check(link, text, length, at);
}
static int greeted(struct link *link, int length) {
    char *body = memmem(input, length, "\r\n\r\n", 4);
    if (!body) return 0;
    if (!memmem(input, body - input, " 101", 4)) { fprintf(stderr, "%.*s\n", (int)(body - input), input); exit(3); }
    char **texts = link->publishes ? publisher_hellos : hellos;
    int count = link->publishes ? publisher_hello_count : hello_count;
    for (int i = 0; i < count; i++) put_frame(link, 1, texts[i], (int)strlen(texts[i]));
    link->state = GREETED;
    if (!(link->publishes ? publisher_ready : ready)) opened(link);
    return (int)(body - input) + 4;
}
static void keep(struct link *link, const char *from, int length) {
    if (length > link->rest_room) link->rest = realloc(link->rest, link->rest_room = length + 512);
    if (length) memcpy(link->rest, from, length);
    link->rest_length = length;
}
static void readable(struct link *link) {
    static int room;
    int held = link->rest_length, at_byte = 0;
    if (held + READ > room) input = realloc(input, room = held + 16 * READ);
    if (held) memcpy(input, link->rest, held);
    ssize_t got = recv(link->fd, input + held, READ, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) { end(link); return; }
    bytes_in += link->publishes ? 0 : got;
    uint64_t at = now();
    int length = held + (int)got;
    if (link->state == HANDSHAKE && !(at_byte = greeted(link, length))) { keep(link, input, length); return; }
    while (length - at_byte >= 2 && link->state != DEAD) {
        unsigned char *head = (unsigned char *)input + at_byte;
        uint64_t size = head[1] & 127;
        int skip = size == 126 ? 4 : size == 127 ? 10 : 2;
        if (length - at_byte < skip) break;
        if (skip > 2) { size = 0; for (int i = 2; i < skip; i++) size = size << 8 | head[i]; }
        if (size > 16 << 20) { end(link); return; }
        if ((uint64_t)(length - at_byte) < skip + size) break;
        frame(link, head[0] & 15, (char *)head + skip, (int)size, at);
        at_byte += skip + (int)size;
    }
    if (link->state != DEAD) keep(link, input + at_byte, length - at_byte);
}

/* Connecting. */
static struct url *url_of(struct link *link) {
    return link->publishes && publish_count ? &publish_urls[link->number % publish_count] : &listen_urls[link->number % listen_count];
}
static void begin(struct link *link) {
    struct url *url = url_of(link);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(url->port)};
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.ptr = link};
    int one = 1;
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    if ((link->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)) < 0) fail("socket");
    if (link->deaf) setsockopt(link->fd, SOL_SOCKET, SO_RCVBUF, &(int){4096}, sizeof one);
    setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(link->fd, (void *)&address, sizeof address) && errno != EINPROGRESS) fail("connect");
    epoll_ctl(poller, EPOLL_CTL_ADD, link->fd, &event);
    link->state = CONNECTING;
    in_progress++;
}
static void greet(struct link *link) {
    struct url *url = url_of(link);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = link};
    char text[4096], *out = text;
    epoll_ctl(poller, EPOLL_CTL_MOD, link->fd, &event);
    out += sprintf(out, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n", url->path, url->port);
    if (link->publishes && cookie_count) out += sprintf(out, "Cookie: %s\r\n", cookies[link->number % cookie_count]);
    if (link->publishes && cookie_count) out += sprintf(out, "Origin: http://127.0.0.1:%d\r\n", url->port);
    out += sprintf(out, "\r\n");
    link->state = HANDSHAKE;
    put(link, text, (int)(out - text));
}
static void pump(void) {
    static struct epoll_event events[1024];
    int count = epoll_wait(poller, events, 1024, 0);
    for (int i = 0; i < count; i++) {
        struct link *link = events[i].data.ptr;
        if (link->state == CONNECTING && events[i].events & (EPOLLOUT | EPOLLERR)) greet(link);
        else if (link->state > CONNECTING && link->state != DEAD) readable(link);
        if (link->state != DEAD && link->unsent_length) flush(link);
    }
    for (int i = 0; i < publishers; i++)
        if (links[subscribers + i].state == OPEN && links[subscribers + i].unsent_length) flush(&links[subscribers + i]);
    if (count < 1024) nanosleep(&(struct timespec){0, POLL_NS}, NULL);
}
static void connect_all(void) {
    int all = subscribers + publishers;
    struct usage before = usage();
    uint64_t at = now();
    while (started < all || in_progress) {
        while (started < all && in_progress < CONNECTING_AT_ONCE) begin(&links[started++]);
        pump();
        if (now() - at > 120000000000ull) { fprintf(stderr, "%d of %d links opened\n", open_subscribers, all); exit(4); }
    }
    double seconds = (now() - at) / 1e9;
    for (uint64_t until = now() + 500000000; now() < until;) pump();
    struct usage after = usage();
    printf("{\"connect\":{\"seconds\":%.3f,\"server_cpu\":%.2f,\"rss_kib\":%ld,\"rss_grown_kib\":%ld,\"closed\":%llu}",
           seconds, after.seconds - before.seconds, after.rss_kib, after.rss_kib - before.rss_kib, (unsigned long long)closed);
}
