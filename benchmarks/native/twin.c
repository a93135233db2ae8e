/*
 * The native side of the workloads: what src/loops and src/contender do, in C, operation for operation.
 *
 * Linked to one allocator, it reads commands from standard input and answers on standard output, one line of
 * JSON each (src/contender/protocol.ts). All sizes and counts come with `prepare`. A test runs both sides with
 * a fixed number of operations and compares counts and checksums, so a change here needs its counterpart there.
 *
 * * Memory of its own comes from mmap, so that the allocator under test serves nothing but the workload.
 */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* ---- Shapes, lanes and the board: src/workloads.ts, src/loops/board.ts ---- */

enum kind { TINY_HOT, TOGGLE, LARSON, RING };

struct shape {
  enum kind kind;
  uint32_t slots, low, units, shift, turn;
};

struct lane {
  _Alignas(64) uint32_t random, sum;
  uint32_t left;
  double started, ended, operations;
  double *samples; /* seconds of single operations */
  uint32_t sample_count;
  uint8_t **pointers;
  pthread_mutex_t mutex; /* guards turn and stopped */
  pthread_cond_t changed;
  uint32_t turn, stopped;
};

enum { MOST_SEATS = 256, RING_SLOTS = 65536, BATCH = 256, SPINS = 1000, DOZE_US = 50, LEAST = 64, GAP = 64, MOST_SAMPLES = 32768 };

static struct shape shape;
static struct lane lanes[MOST_SEATS];
static uint32_t lane_count, seats;
static uint8_t *ring[RING_SLOTS];
static _Alignas(64) _Atomic uint32_t ring_head;
static _Alignas(64) _Atomic uint32_t ring_tail;
static _Alignas(64) _Atomic uint32_t ring_stop;

/* A barrier, since not every system with threads has one. */
struct gate {
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  uint32_t expected, arrived, opened;
};

static void pass(struct gate *gate) {
  pthread_mutex_lock(&gate->mutex);
  uint32_t opened = gate->opened;
  if (++gate->arrived == gate->expected) {
    gate->arrived = 0;
    gate->opened++;
    pthread_cond_broadcast(&gate->changed);
  }
  while (gate->opened == opened) pthread_cond_wait(&gate->changed, &gate->mutex);
  pthread_mutex_unlock(&gate->mutex);
}

/* ---- The task at hand; written by the main thread while the others wait at `gate` ---- */

enum task { RUN, TOUCH, SAMPLE, EMPTY, LEAVE };

static enum task task;
static uint32_t task_round;
static double task_seconds, task_operations, task_bytes;
static pthread_t crew[MOST_SEATS];
static struct gate gate = {.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static double monotonic_seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* A block must look used to the compiler. */
static inline uint8_t *allocate(size_t size) {
  uint8_t *p = malloc(size);
  __asm__ volatile("" : "+r"(p) : : "memory");
  return p;
}

static inline void release(uint8_t *p) {
  __asm__ volatile("" : "+r"(p) : : "memory");
  free(p);
}

static inline uint32_t xorshift(uint32_t x) {
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  return x;
}

static inline uint32_t size_from(uint32_t random) {
  return shape.low + ((((random >> 16) * shape.units) >> 16) << shape.shift);
}

static inline void put_number(uint8_t *p, uint32_t number) { memcpy(p + 8, &number, 4); }

static inline uint32_t number_in(const uint8_t *p) {
  uint32_t number;
  memcpy(&number, p + 8, 4);
  return number;
}

/* ---- The loops: src/loops ---- */

static uint32_t tiny_hot(struct lane *lane, uint32_t operations) {
  uint8_t **pointers = lane->pointers;
  uint32_t cycles = (operations + 199) / 200, sum = lane->sum;
  for (uint32_t cycle = 0; cycle < cycles; cycle++) {
    for (uint32_t i = 0; i < 100; i++) {
      uint8_t *p = allocate(32);
      *p = (uint8_t)i;
      pointers[i] = p;
    }
    sum += *pointers[99];
    for (uint32_t i = 100; i-- > 0;) {
      release(pointers[i]);
    }
  }
  lane->sum = sum;
  return cycles * 200;
}

static uint32_t toggle(struct lane *lane, uint32_t operations) {
  uint8_t **slots = lane->pointers;
  uint32_t mask = shape.slots - 1, random = lane->random, sum = lane->sum;
  for (uint32_t i = 0; i < operations; i++) {
    random = xorshift(random);
    uint32_t slot = random & mask;
    uint8_t *held = slots[slot];
    if (held) {
      release(held);
      slots[slot] = NULL;
    } else {
      uint32_t size = size_from(random);
      uint8_t *p = allocate(size);
      *p = (uint8_t)random;
      slots[slot] = p;
      sum += (slot + 1) * size;
    }
  }
  lane->random = random;
  lane->sum = sum;
  return operations;
}

static uint32_t larson(struct lane *lane, uint32_t operations) {
  uint8_t **blocks = lane->pointers;
  uint32_t slots = shape.slots, random = lane->random, sum = lane->sum;
  for (uint32_t i = 0; i < operations; i++) {
    random = xorshift(random);
    uint32_t slot = ((random & 0xffff) * slots) >> 16, size = size_from(random);
    uint8_t *old = blocks[slot];
    release(old);
    uint8_t *p = allocate(size);
    p[0] = (uint8_t)random;
    p[1] = (uint8_t)(random >> 8);
    blocks[slot] = p;
    sum += (slot + 1) * size;
  }
  lane->random = random;
  lane->sum = sum;
  return operations;
}

static void prepare_larson(struct lane *lane) {
  uint32_t random = lane->random;
  for (uint32_t slot = 0; slot < shape.slots; slot++) {
    random = xorshift(random);
    uint8_t *p = allocate(size_from(random));
    p[0] = (uint8_t)random;
    p[1] = (uint8_t)(random >> 8);
    lane->pointers[slot] = p;
  }
  for (uint32_t slot = shape.slots - 1; slot > 0; slot--) {
    random = xorshift(random);
    uint32_t other = ((random & 0xffff) * (slot + 1)) >> 16;
    uint8_t *p = lane->pointers[slot];
    lane->pointers[slot] = lane->pointers[other];
    lane->pointers[other] = p;
  }
  lane->random = random;
  larson(lane, 4 * shape.slots);
}

static void produce(uint32_t first) {
  for (uint32_t i = 0; i < BATCH; i++) {
    uint8_t *p = allocate(64);
    put_number(p, first + i);
    ring[(first + i) % RING_SLOTS] = p;
  }
}

static void consume(uint32_t first, struct lane *lane) {
  uint32_t sum = lane->sum;
  for (uint32_t i = 0; i < BATCH; i++) {
    uint8_t *p = ring[(first + i) % RING_SLOTS];
    sum += number_in(p);
    release(p);
  }
  lane->sum = sum;
}

static void scatter(uint32_t first, struct lane *lane) {
  uint8_t **table = lane->pointers;
  uint32_t mask = shape.slots - 1, random = lane->random, sum = lane->sum;
  for (uint32_t i = 0; i < BATCH; i++) {
    uint8_t *p = ring[(first + i) % RING_SLOTS];
    random = xorshift(random);
    uint32_t place = (random >> 5) & mask;
    sum += (place + 1) * number_in(p);
    uint8_t *displaced = table[place];
    table[place] = p;
    if (displaced) release(displaced);
  }
  lane->random = random;
  lane->sum = sum;
}

/* Frees what a lane holds at the end of a fixed run: emptySlots, emptyLarson, emptyTable. */
static void empty(struct lane *lane) {
  if (shape.kind == TINY_HOT) return;
  for (uint32_t slot = 0; slot < shape.slots; slot++) {
    uint8_t *p = lane->pointers[slot];
    if (!p) continue;
    lane->sum += shape.kind == RING ? number_in(p) : shape.kind == LARSON ? (uint32_t)(p[0] + p[1]) : *p;
    release(p);
    lane->pointers[slot] = NULL;
  }
}

/* ---- Parts: src/contender/part.ts, pace.ts, waiting.ts ---- */

struct pace {
  uint32_t chunk, least;
  double last;
};

static void adapt(struct pace *pace, double now) {
  double took = now - pace->last;
  pace->last = now;
  if (took < 100e-6)
    pace->chunk *= 2;
  else if (took > 400e-6 && pace->chunk > pace->least)
    pace->chunk >>= 1;
}

static void doze(uint32_t spins) {
  if (spins >= SPINS) usleep(DOZE_US);
}

static uint32_t at_most(uint32_t chunk, double left) { return left < chunk ? (uint32_t)left : chunk; }

static void report(struct lane *lane, double started, double ended, double operations) {
  lane->started = started;
  lane->ended = ended;
  lane->operations = operations;
}

static void run_alone(struct lane *lane) {
  uint32_t (*step)(struct lane *, uint32_t) = shape.kind == TOGGLE ? toggle : tiny_hot;
  double started = monotonic_seconds(), now = started, done = 0;
  struct pace pace = {LEAST, LEAST, started};
  while (now - started < task_seconds && done < task_operations) {
    done += step(lane, at_most(pace.chunk, task_operations - done));
    now = monotonic_seconds();
    adapt(&pace, now);
  }
  report(lane, started, now, done);
}

/* Runs until the turn ends (false) or the round does (true). */
static bool run_turn(struct lane *lane) {
  double now = monotonic_seconds(), started = lane->started ? lane->started : now, done = lane->operations;
  struct pace pace = {LEAST, LEAST, now};
  while (lane->left > 0 && now - started < task_seconds && done < task_operations) {
    uint32_t chunk = pace.chunk < lane->left ? pace.chunk : lane->left;
    uint32_t ran = larson(lane, at_most(chunk, task_operations - done));
    done += ran;
    lane->left -= ran;
    now = monotonic_seconds();
    adapt(&pace, now);
  }
  report(lane, started, now, done);
  if (lane->left > 0) return true;
  lane->left = shape.turn;
  return now - started >= task_seconds || done >= task_operations;
}

static void run_in_turn(struct lane *lane, uint32_t side) {
  pthread_mutex_lock(&lane->mutex);
  while (lane->stopped != task_round) {
    if (lane->turn != side) {
      pthread_cond_wait(&lane->changed, &lane->mutex);
      continue;
    }
    pthread_mutex_unlock(&lane->mutex);
    bool ended = run_turn(lane);
    pthread_mutex_lock(&lane->mutex);
    if (ended)
      lane->stopped = task_round;
    else
      lane->turn = 1 - side;
    pthread_cond_signal(&lane->changed);
  }
  pthread_mutex_unlock(&lane->mutex);
}

static void run_producer(void) {
  double batches = ceil(task_operations / BATCH);
  uint32_t first = atomic_load(&ring_head);
  for (double batch = 0; batch < batches; batch++) {
    for (uint32_t spins = 0; first + BATCH - atomic_load(&ring_tail) > RING_SLOTS; spins++) {
      if (atomic_load(&ring_stop) == task_round) return;
      doze(spins);
    }
    produce(first);
    first += BATCH;
    atomic_store(&ring_head, first);
    if (atomic_load(&ring_stop) == task_round) return;
  }
}

static void run_consumer(struct lane *lane) {
  void (*step)(uint32_t, struct lane *) = shape.slots == 0 ? consume : scatter;
  double batches = ceil(task_operations / BATCH);
  double started = monotonic_seconds(), now = started, done = 0;
  struct pace pace = {1, 1, started};
  uint32_t first = atomic_load(&ring_tail);
  while (now - started < task_seconds && done < batches) {
    for (uint32_t left = at_most(pace.chunk, batches - done); left > 0; left--) {
      for (uint32_t spins = 0; atomic_load(&ring_head) == first; spins++) doze(spins);
      step(first, lane);
      first += BATCH;
      done++;
      atomic_store(&ring_tail, first);
    }
    now = monotonic_seconds();
    adapt(&pace, now);
  }
  atomic_store(&ring_stop, task_round);
  report(lane, started, now, done * BATCH);
}

static void work(uint32_t seat) {
  switch (shape.kind) {
    case TINY_HOT:
    case TOGGLE:
      run_alone(&lanes[seat]);
      break;
    case LARSON:
      run_in_turn(&lanes[seat / 2], seat % 2);
      break;
    case RING:
      if (seat == 0)
        run_producer();
      else
        run_consumer(&lanes[0]);
  }
}

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double clock_cost(double *samples) {
  for (int i = 0; i < 1001; i++) {
    double before = monotonic_seconds();
    samples[i] = monotonic_seconds() - before;
  }
  qsort(samples, 1001, sizeof *samples, by_size);
  return samples[500];
}

/* One operation in GAP + 1 is timed, after a quarter of the time; in larson the thread whose turn it is does it all. */
static void sample(uint32_t seat) {
  struct lane *lane = &lanes[shape.kind == LARSON ? seat / 2 : seat];
  if (shape.kind == LARSON && lane->turn != seat % 2) return;
  uint32_t (*step)(struct lane *, uint32_t) = shape.kind == TOGGLE ? toggle : larson;
  double cost = clock_cost(lane->samples), start = monotonic_seconds() + task_seconds * 0.25;
  double end = start + task_seconds * 0.75;
  uint32_t count = 0;
  for (double now = 0; now < end && count < MOST_SAMPLES;) {
    step(lane, GAP);
    double before = monotonic_seconds();
    step(lane, 1);
    now = monotonic_seconds();
    lane->samples[count] = fmax(0, now - before - cost);
    if (now > start) count++;
  }
  lane->sample_count = count;
}

static void clear(uint32_t seat) {
  if (shape.kind == LARSON) {
    if (lanes[seat / 2].turn == seat % 2) empty(&lanes[seat / 2]);
  } else if (shape.kind == RING) {
    if (seat == 1) empty(&lanes[0]);
  } else {
    empty(&lanes[seat]);
  }
}

static uint32_t lane_seed(uint32_t seed, uint32_t lane) { return ((seed + lane * 7919 + 1) * 0x9e3779b1u) | 1; }

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
    pass(&gate);
    if (task == LEAVE) return NULL;
    if (task == RUN)
      work(seat);
    else if (task == TOUCH)
      touch(seat);
    else if (task == SAMPLE)
      sample(seat);
    else
      clear(seat);
    pass(&gate);
  }
}

/* ---- Sessions: src/contender/session.ts, resident.ts ---- */

static void set_all(enum task what, double seconds, double operations) {
  task = what;
  task_round++;
  task_seconds = seconds;
  task_operations = operations;
  for (uint32_t i = 0; what == RUN && i < lane_count; i++) report(&lanes[i], 0, 0, 0);
  pass(&gate);
  if (what != LEAVE) pass(&gate);
}

static void fail(const char *what) {
  printf("{\"did\":\"fail\",\"error\":\"%s\"}\n", what);
  exit(1);
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

static void *map(size_t bytes) {
  void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) fail("no memory for the slots");
  return memory;
}

static double *samples; /* MOST_SAMPLES for each lane */

static double prepare(uint32_t threads, uint32_t seed, double touch_bytes) {
  close_session();
  lane_count = shape.kind == RING ? 1 : threads;
  seats = shape.kind == RING ? 2 : shape.kind == LARSON ? 2 * threads : threads;
  if (seats > MOST_SEATS) fail("too many threads");
  memset(lanes, 0, sizeof lanes);
  atomic_store(&ring_head, 0);
  atomic_store(&ring_tail, 0);
  atomic_store(&ring_stop, 0);
  task_round = 0;
  if (!samples) samples = map(MOST_SEATS * (size_t)MOST_SAMPLES * sizeof *samples);
  for (uint32_t i = 0; i < lane_count; i++) {
    struct lane *lane = &lanes[i];
    lane->random = lane_seed(seed, i);
    lane->left = shape.turn;
    pthread_mutex_init(&lane->mutex, NULL);
    pthread_cond_init(&lane->changed, NULL);
    if (shape.slots > 0) lane->pointers = map(shape.slots * sizeof *lane->pointers);
    lane->samples = samples + i * (size_t)MOST_SAMPLES;
  }
  gate.expected = seats + 1;
  for (uint32_t seat = 0; seat < seats; seat++)
    if (pthread_create(&crew[seat], NULL, member, (void *)(uintptr_t)seat) != 0) fail("cannot start a thread");
  double baseline = status_bytes("VmRSS:");
  task_bytes = touch_bytes;
  if (touch_bytes > 0) set_all(TOUCH, 0, 0);
  if (shape.kind == LARSON)
    for (uint32_t i = 0; i < lane_count; i++) prepare_larson(&lanes[i]);
  return baseline;
}

/* ---- Commands ---- */

/* A function of the allocator linked, or NULL: which of them exist tells which one it is. */
static bool find(const char *name, void *function) {
  void *found = dlsym(RTLD_DEFAULT, name);
  memcpy(function, &found, sizeof found);
  return found != NULL;
}

static void hello(void) {
  int (*mi_version)(void);
  int (*mallctl)(const char *, void *, size_t *, void *, size_t);
  const char *(*tc_version)(int *, int *, const char **);
  const char *(*libc_version)(void);
  char version[64] = "unknown";
  if (find("mi_version", &mi_version)) {
    int v = mi_version();
    snprintf(version, sizeof version, "%d.%d.%d", v / 100, v / 10 % 10, v % 10);
  } else if (find("mallctl", &mallctl)) {
    const char *text;
    size_t length = sizeof text;
    if (mallctl("version", &text, &length, NULL, 0) == 0)
      snprintf(version, sizeof version, "%.*s", (int)strcspn(text, "-"), text);
  } else if (find("tc_version", &tc_version)) {
    int major, minor;
    const char *patch;
    tc_version(&major, &minor, &patch);
    snprintf(version, sizeof version, "%d.%d", major, minor);
  } else if (find("gnu_get_libc_version", &libc_version)) {
    snprintf(version, sizeof version, "%s", libc_version());
  }
  Dl_info info = {0};
  dladdr((void *)(uintptr_t)malloc, &info);
  const char *library = info.dli_fname ? info.dli_fname : "";
  printf("{\"did\":\"hello\",\"version\":\"%s\",\"library\":\"%s\"}\n", version, library);
}

static double number_of(const char *line, const char *name) {
  char key[32];
  snprintf(key, sizeof key, "\"%s\":", name);
  const char *found = strstr(line, key);
  return found ? strtod(found + strlen(key), NULL) : 0;
}

/* PARTS of src/contender/protocol.ts */
static const double parts[] = {0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9995, 0.9999, 1};

static void print_samples(size_t count) {
  printf("{\"did\":\"sample\",\"count\":%zu,\"nanoseconds\":[", count);
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    printf("%s%.1f", i ? "," : "", samples[(size_t)(parts[i] * (double)(count - 1))] * 1e9);
  printf("]}\n");
}

static void print_round(double ops, double rate, double peak) {
  printf("{\"did\":\"round\",\"ops\":%.0f,\"seconds\":%.9f,\"peakResidentBytes\":%.0f,\"residentBytes\":%.0f,\"lanes\":[", ops,
         ops / rate, peak, status_bytes("VmRSS:"));
  for (uint32_t i = 0; i < lane_count; i++)
    printf("%s%.0f", i ? "," : "", lanes[i].operations / (lanes[i].ended - lanes[i].started));
  printf("]}\n");
}

static bool has(const char *line, const char *pair) { return strstr(line, pair) != NULL; }

static void obey(const char *line) {
  if (has(line, "\"do\":\"prepare\"")) {
    shape.kind = has(line, "\"kind\":\"tiny-hot\"") ? TINY_HOT
                 : has(line, "\"kind\":\"toggle\"") ? TOGGLE
                 : has(line, "\"kind\":\"larson\"") ? LARSON
                                                    : RING;
    shape.slots = (uint32_t)number_of(line, "slots");
    shape.low = (uint32_t)number_of(line, "low");
    shape.units = (uint32_t)number_of(line, "units");
    shape.shift = (uint32_t)number_of(line, "shift");
    shape.turn = (uint32_t)number_of(line, "turn");
    double baseline = prepare((uint32_t)number_of(line, "threads"), (uint32_t)number_of(line, "seed"), number_of(line, "touchBytes"));
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
    rate += lanes[i].operations / (lanes[i].ended - lanes[i].started);
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

int main(void) {
  static char line[4096];
  setvbuf(stdout, NULL, _IOLBF, 0);
  hello();
  while (fgets(line, sizeof line, stdin)) obey(line);
  close_session();
  return 0;
}
