/* src/loops/sh8.ts */

enum { SH8_DEPTH = 8 };

static const uint32_t sh8_sizes[] = {8, 16, 48, 72, 148, 200, 520, 1056, 4096, 9162, 34562, 168524};
static const uint32_t sh8_counts[] = {1000, 5000, 1000, 100, 100, 100, 10, 5, 3, 1, 1, 1};
static const struct bursts sh8_bursts = {sh8_sizes, sh8_counts, sizeof sh8_sizes / sizeof *sh8_sizes};

/* What is given to each lane, a ring of `room` pointers. */
static struct {
  _Alignas(64) _Atomic uint32_t given;
  _Alignas(64) _Atomic uint32_t freed;
  _Alignas(64) _Atomic uint32_t ended;
} sh8_gifts[MOST_SEATS];

static uint8_t **sh8_pointers;
static uint32_t sh8_share, sh8_room;

static void sh8_open(uint32_t threads) {
  lane_count = 2 * threads;
  seats = lane_count + 1;
  pointers_per_lane = parameter("slots") / threads;
  sh8_share = pointers_per_lane / 100;
  sh8_room = SH8_DEPTH * sh8_share;
  sh8_pointers = map(lane_count * (size_t)sh8_room * sizeof *sh8_pointers);
  memset(sh8_gifts, 0, sizeof sh8_gifts);
}

/* Allocates for all others until they have ended. */
static void sh8_give(void) {
  for (uint32_t spins = 0;; spins++) {
    bool running = false;
    for (uint32_t lane = 0; lane < lane_count; lane++) {
      if (atomic_load(&sh8_gifts[lane].ended) != task_round) running = true;
      uint32_t given = sh8_gifts[lane].given;
      if (given - atomic_load(&sh8_gifts[lane].freed) == sh8_room) continue;
      for (uint32_t k = given; k < given + sh8_share; k++) {
        uint8_t *p = allocate(8);
        put_word(p, k);
        sh8_pointers[lane * sh8_room + k % sh8_room] = p;
      }
      atomic_store(&sh8_gifts[lane].given, given + sh8_share);
      spins = 0;
    }
    if (!running) return;
    doze(spins);
  }
}

/* Frees the next share that was given to this lane, and waits for it if need be. */
static void sh8_free_share(uint32_t index) {
  uint32_t freed = sh8_gifts[index].freed, sum = lanes[index].sum;
  for (uint32_t spins = 0; atomic_load(&sh8_gifts[index].given) == freed; spins++) doze(spins);
  for (uint32_t k = freed; k < freed + sh8_share; k++) {
    uint8_t *p = sh8_pointers[index * sh8_room + k % sh8_room];
    sum += word_at(p);
    release(p);
  }
  lanes[index].sum = sum;
  atomic_store(&sh8_gifts[index].freed, freed + sh8_share);
}

static uint32_t sh8(struct lane *lane, uint32_t operations) {
  return run_bursts(lane, operations, &sh8_bursts, sh8_free_share);
}

static void sh8_run(uint32_t seat) {
  if (seat == lane_count) {
    sh8_give();
    return;
  }
  run_alone(&lanes[seat], sh8);
  atomic_store(&sh8_gifts[seat].ended, task_round);
}

static void sh8_empty(uint32_t seat) {
  if (seat == lane_count) return;
  window_empty(seat);
  uint32_t given = atomic_load(&sh8_gifts[seat].given);
  for (uint32_t k = sh8_gifts[seat].freed; k < given; k++) release(sh8_pointers[seat * sh8_room + k % sh8_room]);
  atomic_store(&sh8_gifts[seat].freed, given);
}

static const struct kind sh8_kind = {
  "sh8", .open = sh8_open, .prepare = no_windows, .run = sh8_run, .empty = sh8_empty,
};
