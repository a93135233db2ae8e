/*
 * What all workloads share: lanes, the task at hand, the calls under test, how threads meet and wait.
 * src/loops/board.ts, kind.ts and src/contender/part.ts, waiting.ts in C.
 *
 * A workload is a `struct kind` in a file of its own; kinds.h lists them. Memory that is not the allocator's
 * comes from mmap, so that the allocator under test serves nothing but the workload.
 */

#define _GNU_SOURCE
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

struct lane {
  _Alignas(64) uint32_t random, sum;
  double ended, operations;
  double *samples; /* seconds of single operations */
  uint32_t sample_count;
  uint8_t **pointers; /* `pointers_per_lane` of them */
};

/* One kind of workload. Threads are numbered by seats, from 0. */
struct kind {
  const char *name;
  void (*open)(uint32_t threads); /* main: reads its parameters, sets lane_count, seats and pointers_per_lane */
  void (*prepare)(void);          /* main, when all threads are up and the baseline is taken; may be NULL */
  void (*run)(uint32_t seat);     /* until task_seconds have passed or task_operations per lane are done */
  void (*sample)(uint32_t seat);  /* takes the time of single operations; NULL where the loop cannot do one */
  void (*empty)(uint32_t seat);   /* frees what the seat holds at the end of a fixed run; may be NULL */
};

enum { MOST_SEATS = 256, SPINS = 1000, DOZE_US = 50, MOST_SAMPLES = 32768 };

static struct { uint32_t low, units, shift; } sizes;
static struct lane lanes[MOST_SEATS];
static uint32_t lane_count, seats, pointers_per_lane;

/* ---- The task at hand; written by the main thread while the others wait ---- */

static uint32_t task_round; /* counts the tasks of a session from 1 */
static double task_started, task_seconds, task_operations;

/* What seats share besides: pointers that they exchange atomically. */
static _Atomic(uint8_t *) *shared_pointers;

/* ---- What main needs of the outside ---- */

static const char *order; /* the line with the parameters, while a workload opens */

static void fail(const char *what) {
  printf("{\"did\":\"fail\",\"error\":\"%s\"}\n", what);
  exit(1);
}

static double number_of(const char *line, const char *name) {
  char key[32];
  snprintf(key, sizeof key, "\"%s\":", name);
  const char *found = strstr(line, key);
  return found ? strtod(found + strlen(key), NULL) : 0;
}

static uint32_t parameter(const char *name) { return (uint32_t)number_of(order, name); }

static void *map(size_t bytes) {
  void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) fail("no memory for the board");
  return memory;
}

static double monotonic_seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* ---- The calls under test: a block must look used to the compiler ---- */

static inline uint8_t *used(void *p) {
  __asm__ volatile("" : "+r"(p) : : "memory");
  return p;
}

static inline uint8_t *allocate(size_t size) { return used(malloc(size)); }

static inline uint8_t *allocate_zeroed(size_t count, size_t size) { return used(calloc(count, size)); }

static inline uint8_t *reallocate(uint8_t *p, size_t size) { return used(realloc(used(p), size)); }

static inline void release(uint8_t *p) { free(used(p)); }

static inline void put_word(uint8_t *p, uint32_t word) { memcpy(p, &word, sizeof word); }

static inline uint32_t word_at(const uint8_t *p) {
  uint32_t word;
  memcpy(&word, p, sizeof word);
  return word;
}

static inline uint32_t xorshift(uint32_t x) {
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  return x;
}

static inline uint32_t size_from(uint32_t random) {
  return sizes.low + ((((random >> 16) * sizes.units) >> 16) << sizes.shift);
}

static uint32_t lane_seed(uint32_t seed, uint32_t lane) { return ((seed + lane * 7919 + 1) * 0x9e3779b1u) | 1; }

static void report(struct lane *lane, double ended, double operations) {
  lane->ended = ended;
  lane->operations = operations;
}

/* ---- Waiting: src/contender/waiting.ts ---- */

/* A barrier, since not every system with threads has one. */
struct gate {
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  uint32_t expected, arrived;
  _Atomic uint32_t opened; /* how often */
};

static struct gate task_gate = {.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER}; /* with main */
static struct gate seats_gate = {.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

/* True at once for the thread that comes last, and has to open the gate; false for the others, when it has. */
static bool arrive(struct gate *gate) {
  uint32_t opened = atomic_load(&gate->opened); /* cannot change before this thread has arrived */
  pthread_mutex_lock(&gate->mutex);
  bool last = ++gate->arrived == gate->expected;
  pthread_mutex_unlock(&gate->mutex);
  if (last) return true;
  for (uint32_t spins = 0; spins < SPINS; spins++)
    if (atomic_load(&gate->opened) != opened) return false;
  pthread_mutex_lock(&gate->mutex);
  while (atomic_load(&gate->opened) == opened) pthread_cond_wait(&gate->changed, &gate->mutex);
  pthread_mutex_unlock(&gate->mutex);
  return false;
}

static void open_gate(struct gate *gate) {
  pthread_mutex_lock(&gate->mutex);
  gate->arrived = 0;
  atomic_fetch_add(&gate->opened, 1);
  pthread_cond_broadcast(&gate->changed);
  pthread_mutex_unlock(&gate->mutex);
}

static void pass(struct gate *gate) {
  if (arrive(gate)) open_gate(gate);
}

static void doze(uint32_t spins) {
  if (spins >= SPINS) usleep(DOZE_US);
}

/* ---- How often to look at the clock: src/contender/pace.ts ---- */

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

static uint32_t at_most(uint32_t chunk, double left) { return left < chunk ? (uint32_t)left : chunk; }
