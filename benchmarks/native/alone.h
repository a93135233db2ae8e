/* Workloads in which each thread has a lane and works for itself: src/loops/alone.ts, src/contender/sample.ts. */

enum { LEAST = 64, GAP = 64 };

/* Runs about `operations` and says how many it were. */
typedef uint32_t step_function(struct lane *lane, uint32_t operations);

static void open_alone(uint32_t threads, uint32_t pointers) {
  lane_count = seats = threads;
  pointers_per_lane = pointers;
}

static void run_paced(struct lane *lane, step_function *step, uint32_t least) {
  double now = monotonic_seconds(), done = 0;
  struct pace pace = {least, least, now};
  do {
    done += step(lane, at_most(pace.chunk, task_operations - done));
    now = monotonic_seconds();
    adapt(&pace, now);
  } while (now - task_started < task_seconds && done < task_operations);
  report(lane, now, done);
}

static void run_alone(struct lane *lane, step_function *step) { run_paced(lane, step, LEAST); }

/* Frees what the lane's pointers still hold, in order, and adds what `digest` reads of each block. */
static void empty_slots(struct lane *lane, uint32_t (*digest)(const uint8_t *p)) {
  for (uint32_t slot = 0; slot < pointers_per_lane; slot++) {
    uint8_t *held = lane->pointers[slot];
    if (!held) continue;
    lane->sum += digest(held);
    release(held);
    lane->pointers[slot] = NULL;
  }
}

/* A program's own functions around malloc and free, which its other parts call: src/loops/called.ts. */
__attribute__((noinline)) static uint8_t *called_allocate(size_t size) { return allocate(size); }

__attribute__((noinline)) static void called_release(uint8_t *p) { release(p); }

#define ALWAYS_INLINE __attribute__((always_inline)) static inline

static uint32_t first_byte(const uint8_t *p) { return *p; }

/* src/loops/fill.ts */
static inline void fill(uint8_t *p, uint32_t bytes, int32_t value) {
  double number = value;
  for (uint32_t at = 0; at + 8 <= bytes; at += 8) memcpy(p + at, &number, sizeof number);
  put_word(p + (bytes & ~3u) - 4, (uint32_t)value);
}

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/*
 * Runs `between` and then one `step` in turn, and times the latter; after a quarter of the time, and at least once. What
 * reading the clock costs is read off ahead of each, and its median taken off in the end.
 */
static void take_samples(struct lane *lane, step_function *between, step_function *step) {
  double *costs = map(MOST_SAMPLES * sizeof *costs), start = monotonic_seconds() + task_seconds * 0.25;
  double end = start + task_seconds * 0.75;
  uint32_t count = 0;
  for (double now = 0; count == 0 || (now < end && count < MOST_SAMPLES);) {
    between(lane, GAP);
    double idle = monotonic_seconds(), before = monotonic_seconds();
    step(lane, 1);
    now = monotonic_seconds();
    costs[count] = before - idle;
    lane->samples[count] = now - before;
    if (now > start) count++;
  }
  qsort(costs, count, sizeof *costs, by_size);
  double cost = costs[count / 2];
  munmap(costs, MOST_SAMPLES * sizeof *costs);
  for (uint32_t i = 0; i < count; i++) lane->samples[i] = fmax(0, lane->samples[i] - cost);
  lane->sample_count = count;
}

/* One operation in GAP + 1 is timed. */
static void sample_steps(struct lane *lane, step_function *step) { take_samples(lane, step, step); }
