/* What the load client reads off: the clock, latencies, and what processes have used. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { MAX_PIDS = 64 };
struct usage { double seconds; long rss_kib; double each[MAX_PIDS]; };
static int pids[MAX_PIDS], pid_count;
static uint64_t histogram[64 * 64], longest;

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000ull + t.tv_nsec;
}

/* Latencies: 64 buckets to each power of two, 1.6 % wide. */
static void note(uint64_t ns) {
    if (ns < 1) ns = 1;
    int power = 63 - __builtin_clzll(ns);
    histogram[power < 6 ? (int)ns : (power - 5) * 64 + (int)((ns >> (power - 6)) & 63)]++;
    if (ns > longest) longest = ns;
}
static void forget(void) { memset(histogram, 0, sizeof histogram); longest = 0; }
static double quantile_ms(double q) {
    uint64_t all = 0, seen = 0;
    for (int i = 0; i < 64 * 64; i++) all += histogram[i];
    for (int i = 0; i < 64 * 64; i++)
        if ((seen += histogram[i]) > q * all)
            return i < 64 ? i / 1e6 : (double)((64ull + (i & 63)) << (i / 64 - 1)) / 1e6;
    return longest / 1e6;
}

/* What the server's processes have used; and this one. */
static struct usage usage(void) {
    struct usage sum = {0};
    for (int i = 0; i < pid_count; i++) {
        char name[64], text[1024];
        unsigned long user, system;
        long pages;
        snprintf(name, sizeof name, "/proc/%d/stat", pids[i]);
        FILE *file = fopen(name, "r");
        if (!file) continue;
        text[fread(text, 1, sizeof text - 1, file)] = 0;
        fclose(file);
        sscanf(strrchr(text, ')') + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %*d %*d %*d %*d %*d %*d %*u %*u %ld",
               &user, &system, &pages);
        sum.each[i] = (user + system) / (double)sysconf(_SC_CLK_TCK);
        sum.seconds += sum.each[i];
        sum.rss_kib += pages * 4;
    }
    return sum;
}
static double own_seconds(void) {
    struct rusage r;
    getrusage(RUSAGE_SELF, &r);
    return r.ru_utime.tv_sec + r.ru_stime.tv_sec + (r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}
