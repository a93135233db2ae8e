/* src/loops/rptest.ts */

enum { RPTEST_FREES = 80, RPTEST_FILLS = 100, RPTEST_BATCH = 100, RPTEST_FREE_STRIDE = 37, RPTEST_FILL_STRIDE = 61, RPTEST_MOST_WAITING = 8 };

static struct {
  _Alignas(64) _Atomic(uint8_t *) inbox;
  _Alignas(64) _Atomic uint32_t waiting; /* batches in the inbox */
  uint32_t sent, next_free, next_fill;
} rptest_threads[MOST_SEATS];

static uint32_t rptest_loops;

static uint32_t rptest_size(uint32_t random) {
  uint32_t low = random & 0xffff, high = random >> 16;
  return sizes.low + (((low < high ? low : high) * sizes.units) >> 16);
}

static void rptest_free_some(struct lane *lane, uint32_t *next) {
  uint8_t **slots = lane->pointers;
  uint32_t count = pointers_per_lane, at = *next, sum = lane->sum;
  for (uint32_t i = 0; i < RPTEST_FREES; i++) {
    uint8_t *p = slots[at];
    if (p) {
      sum += word_at(p);
      release(p);
      slots[at] = NULL;
    }
    at += RPTEST_FREE_STRIDE;
    if (at >= count) at -= count;
  }
  *next = at;
  lane->sum = sum;
}

static uint32_t rptest_fill_some(struct lane *lane, uint32_t *next) {
  uint8_t **slots = lane->pointers;
  uint32_t count = pointers_per_lane, at = *next, random = lane->random, sum = lane->sum, filled = 0;
  for (uint32_t i = 0; i < RPTEST_FILLS; i++) {
    if (!slots[at]) {
      random = xorshift(random);
      uint32_t size = rptest_size(random);
      uint8_t *p = allocate(size);
      put_word(p, size);
      slots[at] = p;
      sum += (at + 1) * size;
      filled++;
    }
    at += RPTEST_FILL_STRIDE;
    if (at >= count) at -= count;
  }
  *next = at;
  lane->random = random;
  lane->sum = sum;
  return filled;
}

/* Frees linked blocks; returns how many these were. */
static uint32_t rptest_free_batches(uint8_t *first, struct lane *lane) {
  uint32_t freed = 0;
  for (uint8_t *next, *p = first; p; p = next, freed++) {
    memcpy(&next, p, sizeof next);
    release(p);
  }
  lane->sum += freed;
  return freed;
}

static void rptest_send(struct lane *lane, uint32_t to) {
  uint32_t random = lane->random, sum = lane->sum;
  uint8_t *first = NULL, *last = NULL;
  for (uint32_t i = 0; i < RPTEST_BATCH; i++) {
    random = xorshift(random);
    uint32_t size = rptest_size(random);
    uint8_t *p = allocate(size);
    memcpy(p, &first, sizeof first);
    first = p;
    if (i == 0) last = p;
    sum += (i + 1) * size;
  }
  lane->random = random;
  lane->sum = sum;
  if (atomic_fetch_add(&rptest_threads[to].waiting, 1) >= RPTEST_MOST_WAITING) {
    atomic_fetch_sub(&rptest_threads[to].waiting, 1);
    rptest_free_batches(first, lane);
    return;
  }
  uint8_t *before = atomic_load(&rptest_threads[to].inbox);
  do
    memcpy(last, &before, sizeof before);
  while (!atomic_compare_exchange_weak(&rptest_threads[to].inbox, &before, first));
}

static void rptest_receive(uint32_t seat) {
  uint32_t freed = rptest_free_batches(atomic_exchange(&rptest_threads[seat].inbox, NULL), &lanes[seat]);
  if (freed > 0) atomic_fetch_sub(&rptest_threads[seat].waiting, freed / RPTEST_BATCH);
}

static uint32_t rptest_play(uint32_t seat) {
  struct lane *lane = &lanes[seat];
  uint32_t operations = 0;
  for (uint32_t loop = 0; loop < rptest_loops; loop++) {
    rptest_free_some(lane, &rptest_threads[seat].next_free);
    rptest_receive(seat);
    operations += rptest_fill_some(lane, &rptest_threads[seat].next_fill);
    if (loop % 2 == 1) {
      uint32_t others = seats - 1;
      rptest_send(lane, others == 0 ? seat : (seat + 1 + rptest_threads[seat].sent++ % others) % seats);
      operations += RPTEST_BATCH;
    }
  }
  for (uint32_t at = 0; at < pointers_per_lane; at++) {
    uint8_t *p = lane->pointers[at];
    if (!p) continue;
    lane->sum += word_at(p);
    release(p);
    lane->pointers[at] = NULL;
  }
  renew();
  return operations;
}

static void rptest_open(uint32_t threads) {
  memset(rptest_threads, 0, sizeof rptest_threads);
  rptest_loops = parameter("loops");
  open_rounds(threads, parameter("slots"));
}

static void rptest_run(uint32_t seat) { play_rounds(seat, rptest_play, NULL); }

static const struct kind rptest_kind = {
  "rptest", .open = rptest_open, .run = rptest_run, .empty = rptest_receive,
};
