/* src/loops/ring.ts */

enum { RING_SLOTS = 65536, RING_BATCH = 256 };

static uint8_t *ring[RING_SLOTS];
static _Alignas(64) _Atomic uint32_t ring_head;
static _Alignas(64) _Atomic uint32_t ring_tail;
static _Alignas(64) _Atomic uint32_t ring_stop;

/* Where a block carries its number. */
enum { RING_NUMBER = 8 };

static void produce(uint32_t first) {
  for (uint32_t i = 0; i < RING_BATCH; i++) {
    uint8_t *p = allocate(64);
    put_word(p + RING_NUMBER, first + i);
    ring[(first + i) % RING_SLOTS] = p;
  }
}

static void consume(uint32_t first, struct lane *lane) {
  uint32_t sum = lane->sum;
  for (uint32_t i = 0; i < RING_BATCH; i++) {
    uint8_t *p = ring[(first + i) % RING_SLOTS];
    sum += word_at(p + RING_NUMBER);
    release(p);
  }
  lane->sum = sum;
}

static void scatter(uint32_t first, struct lane *lane) {
  uint8_t **table = lane->pointers;
  uint32_t mask = pointers_per_lane - 1, random = lane->random, sum = lane->sum;
  for (uint32_t i = 0; i < RING_BATCH; i++) {
    uint8_t *p = ring[(first + i) % RING_SLOTS];
    random = xorshift(random);
    uint32_t place = (random >> 5) & mask;
    sum += (place + 1) * word_at(p + RING_NUMBER);
    uint8_t *displaced = table[place];
    table[place] = p;
    if (displaced) release(displaced);
  }
  lane->random = random;
  lane->sum = sum;
}

static void ring_open(uint32_t threads) {
  (void)threads;
  lane_count = 1;
  seats = 2;
  pointers_per_lane = parameter("slots");
  atomic_store(&ring_head, 0);
  atomic_store(&ring_tail, 0);
  atomic_store(&ring_stop, 0);
}

static void run_producer(void) {
  double batches = ceil(task_operations / RING_BATCH);
  uint32_t first = atomic_load(&ring_head);
  for (double batch = 0; batch < batches; batch++) {
    for (uint32_t spins = 0; first + RING_BATCH - atomic_load(&ring_tail) > RING_SLOTS; spins++) {
      if (atomic_load(&ring_stop) == task_round) return;
      doze(spins);
    }
    produce(first);
    first += RING_BATCH;
    atomic_store(&ring_head, first);
    if (atomic_load(&ring_stop) == task_round) return;
  }
}

static void run_consumer(struct lane *lane) {
  void (*step)(uint32_t, struct lane *) = pointers_per_lane == 0 ? consume : scatter;
  double batches = ceil(task_operations / RING_BATCH);
  double now = monotonic_seconds(), done = 0;
  struct pace pace = {1, 1, now};
  uint32_t first = atomic_load(&ring_tail);
  do {
    for (uint32_t left = at_most(pace.chunk, batches - done); left > 0; left--) {
      for (uint32_t spins = 0; atomic_load(&ring_head) == first; spins++) doze(spins);
      step(first, lane);
      first += RING_BATCH;
      done++;
      atomic_store(&ring_tail, first);
    }
    now = monotonic_seconds();
    adapt(&pace, now);
  } while (now - task_started < task_seconds && done < batches);
  atomic_store(&ring_stop, task_round);
  report(lane, now, done * RING_BATCH);
}

static void ring_run(uint32_t seat) {
  if (seat == 0)
    run_producer();
  else
    run_consumer(&lanes[0]);
}

static void ring_empty(uint32_t seat) {
  struct lane *lane = &lanes[0];
  if (seat == 0) return;
  for (uint32_t place = 0; place < pointers_per_lane; place++) {
    uint8_t *p = lane->pointers[place];
    if (!p) continue;
    lane->sum += word_at(p + RING_NUMBER);
    release(p);
    lane->pointers[place] = NULL;
  }
}

static const struct kind ring_kind = {"ring", .open = ring_open, .run = ring_run, .empty = ring_empty};
