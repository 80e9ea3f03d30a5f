/* One thread, thousands of WebSockets: a load client that counts every message on every socket.
 *
 *   cc -O2 -o load load.c && ./load --url ws://127.0.0.1:8000/sub -n 1000 --phase window:8:3
 *
 * N subscribers listen, P publishers send. Each message carries a mark, "@@" and 20 nibbles as Armenian letters (no
 * filter of words objects to those): who sent it (2), its number among this publisher's (6), when (12, ns). Each
 * subscriber knows the next number of each publisher, so lost, repeated and swapped messages are counted on each
 * socket, not on average.
 * What a vote makes has no room for a mark: with --tally each frame that has the server's number (--seq) counts,
 * a publisher waits for its answer (--ack) before it sends again, and the numbers must have no hole.
 * In the phases `closed` and `votes` the time until the answer is taken instead; there entries may join.
 * The client polls on a timer and never sleeps in epoll_wait, so that a server's send() never pays for waking
 * it. One JSON line at the end; server CPU and RSS are those of the processes named by --pids. Loopback only.
 */
#define _GNU_SOURCE
#include <getopt.h>
#include "links.h"

enum { MAX_PHASES = 8, IDLE_SECONDS = 6 };
struct phase { char kind[8]; double pace, seconds; };
static struct phase phases[MAX_PHASES];
static int phase_count;

/* Measuring. */
static int try_publish(void) {
    static int turn;
    for (int i = 0; i < publishers; i++) {
        struct link *link = &links[subscribers + turn++ % publishers];
        if (link->state == OPEN && !link->unsent_length && !(tally && link->waits)) { publish(link); return 1; }
    }
    return 0;
}
static void run(struct phase *phase) {
    int hearers = open_subscribers ? open_subscribers : 1;
    uint64_t sent_before = sent, due = now(), start = due, finish = start + (uint64_t)(phase->seconds * 1e9);
    uint64_t delivered_before = delivered, gaps_before = gaps, acked_before = acked, bytes_before = bytes_in;
    struct usage before = usage();
    double own = own_seconds();
    times_answers = phase->kind[0] == 'c' || phase->kind[0] == 'v';
    forget();
    last_at = start;
    for (uint64_t t; (t = now()) < finish; pump()) {
        if (phase->kind[0] == 'w') {
            while (sent - sent_before - (delivered - delivered_before) / hearers < phase->pace && try_publish()) ;
        } else if (phase->kind[0] == 'c') {
            while (try_publish()) ;
        } else while (due <= t && try_publish()) due += (uint64_t)(1e9 / phase->pace);
    }
    uint64_t expected = (sent - sent_before) * hearers, published_at = now();
    while (!times_answers && delivered - delivered_before + gaps - gaps_before < expected &&
           now() - (last_at > published_at ? last_at : published_at) < IDLE_SECONDS * 1000000000ull) pump();
    for (uint64_t until = now() + 200000000; acked - acked_before < sent - sent_before && ack_key && now() < until + 15000000000;) pump();
    struct usage after = usage();
    uint64_t got = delivered - delivered_before, ended = now();
    double cpu = after.seconds - before.seconds, seconds = (last_at - start) / 1e9;
    printf("%s{\"kind\":\"%s\",\"pace\":%g,\"seconds\":%.3f,\"published\":%llu,\"delivered\":%llu,\"lost\":%lld,\"gaps\":%llu,"
           "\"acked\":%llu,\"acked_per_s\":%.0f,\"server_cpu\":%.2f,\"per_cpu_s\":%.0f,\"per_s\":%.0f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"max_ms\":%.3f,"
           "\"client_cpu\":%.2f,\"bytes_each\":%.0f,\"rss_kib\":%ld,\"cpu_each\":[",
           phase == phases ? "" : ",", phase->kind, phase->pace, seconds, (unsigned long long)(sent - sent_before),
           (unsigned long long)got, (long long)(expected - got), (unsigned long long)(gaps - gaps_before),
           (unsigned long long)(acked - acked_before), (acked - acked_before) / ((ended - start) / 1e9), cpu, cpu > 0 ? got / cpu : 0, seconds > 0 ? got / seconds : 0,
           quantile_ms(.5), quantile_ms(.99), longest / 1e6, own_seconds() - own,
           got ? (double)(bytes_in - bytes_before) / got : 0, after.rss_kib);
    for (int i = 0; i < pid_count; i++) printf("%s%.2f", i ? "," : "", after.each[i] - before.each[i]);
    printf("]}");
    fflush(stdout);
}

/* The command line. */
static struct url parse_url(const char *text) {
    struct url url = {0};
    if (sscanf(text, "ws://127.0.0.1:%d%511s", &url.port, url.path) != 2) { fprintf(stderr, "loopback only: %s\n", text); exit(2); }
    return url;
}
static void read_cookies(const char *name) {
    static char line[4096];
    FILE *file = fopen(name, "r");
    if (!file) fail(name);
    while (cookie_count < MAX_PUBLISHERS && fgets(line, sizeof line, file))
        words[cookie_count] = strdup(strtok(strchr(line, '\t'), "\t\n")), cookies[cookie_count++] = strdup(strtok(line, "\t"));
    fclose(file);
}
static void read_phase(char *text) {
    struct phase *phase = &phases[phase_count++];
    if (phase_count > MAX_PHASES || sscanf(text, "%7[a-z]:%lf:%lf", phase->kind, &phase->pace, &phase->seconds) != 3) {
        fprintf(stderr, "--phase window:W:SECONDS, paced:RATE:SECONDS, votes:RATE:SECONDS or closed:0:SECONDS, not %s\n", text);
        exit(2);
    }
}
static const struct option options[] = {
    {"url", 1, 0, 'u'}, {"publish-url", 1, 0, 'U'}, {"subscribers", 1, 0, 'n'}, {"publishers", 1, 0, 'p'},
    {"hello", 1, 0, 'h'}, {"ready", 1, 0, 'r'}, {"publisher-hello", 1, 0, 'H'}, {"publisher-ready", 1, 0, 'R'},
    {"message", 1, 0, 'm'}, {"size", 1, 0, 's'}, {"seq", 1, 0, 'q'}, {"ack", 1, 0, 'a'}, {"cookies", 1, 0, 'c'},
    {"pids", 1, 0, 'P'}, {"deaf", 1, 0, 'd'}, {"phase", 1, 0, 'f'},
    {"tally", 0, 0, 't'}, {0},
};
static void read_options(int argc, char **argv) {
    for (int o; (o = getopt_long(argc, argv, "n:", options, NULL)) != -1;) switch (o) {
        case 'u': listen_urls[listen_count++ % MAX_TEXTS] = parse_url(optarg); break;
        case 'U': publish_urls[publish_count++ % MAX_TEXTS] = parse_url(optarg); break;
        case 'n': subscribers = atoi(optarg); break;
        case 'p': publishers = atoi(optarg); break;
        case 'h': hellos[hello_count++ % MAX_TEXTS] = optarg; break;
        case 'H': publisher_hellos[publisher_hello_count++ % MAX_TEXTS] = optarg; break;
        case 'r': ready = optarg; break;
        case 'R': publisher_ready = optarg; break;
        case 'm': message = optarg; break;
        case 's': text_size = atoi(optarg); break;
        case 'q': seq_key = optarg; break;
        case 'a': ack_key = optarg; break;
        case 'c': read_cookies(optarg); break;
        case 'd': deaf = atoi(optarg); break;
        case 't': tally = 1; break;
        case 'f': read_phase(optarg); break;
        case 'P': for (char *p = strtok(optarg, ","); p && pid_count < MAX_PIDS; p = strtok(NULL, ",")) pids[pid_count++] = atoi(p); break;
        default: exit(2);
    }
    if (!listen_count || publishers > MAX_PUBLISHERS) { fprintf(stderr, "--url ws://127.0.0.1:PORT/PATH is needed\n"); exit(2); }
}
int main(int argc, char **argv) {
    read_options(argc, argv);
    began = now();
    poller = epoll_create1(0);
    links = calloc(subscribers + publishers, sizeof *links);
    for (int i = 0; i < subscribers + publishers; i++) {
        links[i].publishes = i >= subscribers;
        links[i].number = i >= subscribers ? i - subscribers : i;
        links[i].deaf = i < deaf;
        links[i].next = calloc(publishers, sizeof *links[i].next);
    }
    connect_all();
    counting = 1;
    printf(",\"phases\":[");
    for (int i = 0; i < phase_count; i++) run(&phases[i]);
    uint64_t lost = 0;
    for (int i = deaf; i < subscribers; i++)
        for (int p = 0; p < publishers; p++) lost += tally ? 0 : sent_by[p] - links[i].next[p];
    if (tally) lost = times_answers ? 0 : acked * open_subscribers - delivered;
    printf("],\"lost\":%llu,\"gaps\":%llu,\"repeated\":%llu,\"seq_breaks\":%llu,\"closed\":%llu}\n", (unsigned long long)lost,
           (unsigned long long)gaps, (unsigned long long)repeats, (unsigned long long)seq_breaks, (unsigned long long)closed);
    return 0;
}
