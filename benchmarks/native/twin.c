/*
 * The native side of the workloads: what src/loops and src/contender do, in C, operation for operation.
 *
 * Linked to one allocator, it reads commands from standard input and answers on standard output, one line of
 * JSON each (src/contender/protocol.ts). All sizes and counts come with `prepare`. A test runs both sides with
 * a fixed number of operations and compares counts and checksums, so a change here needs its counterpart there.
 *
 * This file has the threads and the commands; the workloads are in files of their own, listed in kinds.h.
 */

#include "board.h"
#include "library.h"
#include "renew.h"

#include "kinds.h"

/* ---- Threads: src/contender/part.ts, worker.ts ---- */

enum task { RUN, TOUCH, SAMPLE, EMPTY, LEAVE };

static enum task task;
static double task_bytes;
static const struct kind *kind;
static pthread_t crew[MOST_SEATS];

/* Allocates, writes to every page of, and frees `task_bytes`: src/contender/touch.ts. */
static void touch(uint32_t seat) {
  uint32_t random = lane_seed(1, seat);
  uint8_t *last = NULL;
  for (double left = task_bytes; left > 0;) {
    random = xorshift(random);
    uint32_t size = size_from(random);
    if (size < sizeof last) size = sizeof last;
    uint8_t *p = allocate(size);
    for (uint32_t at = 0; at < size; at += 4096) p[at] = 1;
    memcpy(p, &last, sizeof last);
    last = p;
    left -= size;
  }
  while (last) {
    uint8_t *p = last;
    memcpy(&last, p, sizeof last);
    release(p);
  }
}

static void *member(void *argument) {
  uint32_t seat = (uint32_t)(uintptr_t)argument;
  for (;;) {
    pass(&task_gate);
    if (task == LEAVE) return NULL;
    if (task == RUN)
      kind->run(seat);
    else if (task == TOUCH)
      touch(seat);
    else if (task == SAMPLE)
      kind->sample(seat);
    else if (kind->empty)
      kind->empty(seat);
    pass(&task_gate);
  }
}

/* ---- Sessions: src/contender/session.ts, resident.ts ---- */

static void set_all(enum task what, double seconds, double operations) {
  task = what;
  task_round++;
  task_seconds = seconds;
  task_operations = operations;
  for (uint32_t i = 0; what == RUN && i < lane_count; i++) report(&lanes[i], 0, 0);
  task_started = monotonic_seconds();
  pass(&task_gate);
  if (what != LEAVE) pass(&task_gate);
}

static bool reset_peak(void) {
  FILE *file = fopen("/proc/self/clear_refs", "w");
  if (!file) return false;
  bool written = fputs("5", file) >= 0;
  return fclose(file) == 0 && written;
}

static double status_bytes(const char *name) {
  FILE *file = fopen("/proc/self/status", "r");
  char line[256];
  double bytes = 0;
  if (!file) return 0;
  while (fgets(line, sizeof line, file))
    if (strncmp(line, name, strlen(name)) == 0) bytes = strtod(line + strlen(name), NULL) * 1024;
  fclose(file);
  return bytes;
}

static double peak_bytes(bool was_reset) {
  double bytes = status_bytes(was_reset ? "VmHWM:" : "VmRSS:");
  if (bytes > 0) return bytes;
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
#ifdef __APPLE__
  return (double)usage.ru_maxrss;
#else
  return (double)usage.ru_maxrss * 1024;
#endif
}

static void close_session(void) {
  if (seats == 0) return;
  set_all(LEAVE, 0, 0);
  for (uint32_t seat = 0; seat < seats; seat++) pthread_join(crew[seat], NULL);
  seats = 0;
}

static double *samples; /* MOST_SAMPLES for each lane */

static double prepare(uint32_t threads, uint32_t seed, double touch_bytes) {
  close_session();
  memset(lanes, 0, sizeof lanes);
  kind->open(threads);
  if (seats > MOST_SEATS) fail("too many threads");
  task_round = 0;
  if (!samples) samples = map(MOST_SEATS * (size_t)MOST_SAMPLES * sizeof *samples);
  for (uint32_t i = 0; i < lane_count; i++) {
    struct lane *lane = &lanes[i];
    lane->random = lane_seed(seed, i);
    if (pointers_per_lane > 0) lane->pointers = map(pointers_per_lane * sizeof *lane->pointers);
    lane->samples = samples + i * (size_t)MOST_SAMPLES;
  }
  task_gate.expected = seats + 1;
  seats_gate.expected = seats;
  for (uint32_t seat = 0; seat < seats; seat++)
    if (pthread_create(&crew[seat], NULL, member, (void *)(uintptr_t)seat) != 0) fail("cannot start a thread");
  double baseline = status_bytes("VmRSS:");
  task_bytes = touch_bytes;
  if (touch_bytes > 0) set_all(TOUCH, 0, 0);
  if (kind->prepare) kind->prepare();
  return baseline;
}

/* ---- Commands ---- */

/* PARTS of src/contender/protocol.ts */
static const double parts[] = {0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9995, 0.9999, 1};

static void print_samples(size_t count) {
  printf("{\"did\":\"sample\",\"count\":%zu,\"nanoseconds\":[", count);
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    printf("%s%.1f", i ? "," : "", samples[(size_t)(parts[i] * (double)(count - 1))] * 1e9);
  printf("]}\n");
}

/* 0 for a lane that finished nothing, which may not even have begun. */
static double rate_of(const struct lane *lane) {
  return lane->operations > 0 ? lane->operations / (lane->ended - task_started) : 0;
}

static void print_round(double ops, double rate, double peak) {
  printf("{\"did\":\"round\",\"ops\":%.0f,\"seconds\":%.9f,\"peakResidentBytes\":%.0f,\"residentBytes\":%.0f,\"lanes\":[", ops,
         ops > 0 ? ops / rate : 0, peak, status_bytes("VmRSS:"));
  for (uint32_t i = 0; i < lane_count; i++)
    printf("%s%.0f", i ? "," : "", rate_of(&lanes[i]));
  printf("]}\n");
}

static bool has(const char *line, const char *pair) { return strstr(line, pair) != NULL; }

static void find_kind(void) {
  char pair[64];
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    kind = kinds[i];
    snprintf(pair, sizeof pair, "\"kind\":\"%s\"", kind->name);
    if (has(order, pair)) return;
  }
  fail("no such kind of workload");
}

static void obey(const char *line) {
  if (has(line, "\"do\":\"prepare\"")) {
    order = line;
    sizes.low = parameter("low");
    sizes.units = parameter("units");
    sizes.shift = parameter("shift");
    find_kind();
    double baseline = prepare(parameter("threads"), parameter("seed"), number_of(line, "touchBytes"));
    printf("{\"did\":\"prepare\",\"baselineResidentBytes\":%.0f}\n", baseline);
    return;
  }
  bool was_reset = false;
  if (seats == 0) fail("a run before 'prepare'");
  if (has(line, "\"do\":\"sample\"")) {
    set_all(SAMPLE, number_of(line, "seconds"), INFINITY);
    size_t count = 0;
    for (uint32_t i = 0; i < lane_count; i++) {
      memmove(samples + count, lanes[i].samples, lanes[i].sample_count * sizeof *samples);
      count += lanes[i].sample_count;
    }
    qsort(samples, count, sizeof *samples, by_size);
    print_samples(count);
    return;
  }
  if (has(line, "\"do\":\"round\"")) {
    was_reset = reset_peak();
    set_all(RUN, number_of(line, "seconds"), INFINITY);
  } else {
    set_all(RUN, INFINITY, number_of(line, "operations"));
  }
  double ops = 0, rate = 0;
  for (uint32_t i = 0; i < lane_count; i++) {
    ops += lanes[i].operations;
    rate += rate_of(&lanes[i]);
  }
  if (has(line, "\"do\":\"round\"")) {
    print_round(ops, rate, peak_bytes(was_reset));
    return;
  }
  set_all(EMPTY, 0, 0);
  uint32_t checksum = 0;
  for (uint32_t i = 0; i < lane_count; i++) checksum += lanes[i].sum + lanes[i].random * 0x9e3779b1u;
  printf("{\"did\":\"fixed\",\"ops\":%.0f,\"checksum\":%u}\n", ops, checksum);
}

int main(int count, char **arguments) {
  static char line[4096];
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (count > 1 && strcmp(arguments[1], "--settings") == 0) {
    say_settings();
    return 0;
  }
  say_hello();
  while (fgets(line, sizeof line, stdin)) obey(line);
  close_session();
  return 0;
}
