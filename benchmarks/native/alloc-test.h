/* src/loops/alloc-test.ts */

static const uint32_t alloc_test_slots_below[] = {0, 1, 25, 265, 1545, 5385, 11529, 15625};
static const uint32_t alloc_test_picks_below[] = {17180, 42950, 59056, 64425, 65432, 65532, 65536};
static bool alloc_test_filled[MOST_SEATS];

static inline uint8_t *alloc_test_block(uint32_t random) {
  uint32_t bit = random & -random & 127;
  uint32_t power = 4u << (bit == 0 ? 7 : __builtin_ctz(bit));
  uint32_t size = power + 1 + ((random >> 7) & (power - 1));
  uint8_t *p = allocate(size);
  fill(p, size, (int32_t)random);
  put_word(p, size);
  return p;
}

static inline uint32_t alloc_test_sum(const uint8_t *p) {
  uint32_t size = word_at(p), sum = size;
  for (uint32_t at = 4; at + 4 <= size; at += 4) sum += word_at(p + at);
  return sum;
}

static uint32_t alloc_test(struct lane *lane, uint32_t operations) {
  uint8_t **slots = lane->pointers;
  uint32_t starts[8], random = lane->random, sum = lane->sum;
  for (uint32_t tier = 0; tier < 8; tier++)
    starts[tier] = (uint32_t)((uint64_t)pointers_per_lane * alloc_test_slots_below[tier] / 15625);
  if (!alloc_test_filled[lane - lanes]) {
    for (uint32_t slot = 0; slot < pointers_per_lane; slot += 2) {
      random = xorshift(random);
      slots[slot] = alloc_test_block(random);
    }
    alloc_test_filled[lane - lanes] = true;
  }
  for (uint32_t i = 0; i < operations; i++) {
    uint32_t first = xorshift(random), tier = 0;
    random = xorshift(first);
    while (first >> 16 >= alloc_test_picks_below[tier]) tier++;
    uint32_t half = (starts[tier + 1] - starts[tier]) / 2;
    uint32_t slot = starts[tier] + (uint32_t)((uint64_t)random * half >> 31);
    uint8_t *held = slots[slot];
    if (held) {
      sum += (slot + 1) * alloc_test_sum(held);
      release(held);
      slots[slot] = NULL;
    } else {
      slots[slot] = alloc_test_block(first);
    }
  }
  lane->random = random;
  lane->sum = sum;
  return operations;
}

static void alloc_test_open(uint32_t threads) {
  open_alone(threads, parameter("slots") / threads);
  memset(alloc_test_filled, 0, sizeof alloc_test_filled);
}

static void alloc_test_run(uint32_t seat) { run_alone(&lanes[seat], alloc_test); }

static void alloc_test_sample(uint32_t seat) { sample_steps(&lanes[seat], alloc_test); }

static void alloc_test_empty(uint32_t seat) { empty_slots(&lanes[seat], alloc_test_sum); }

static const struct kind alloc_test_kind = {
  "alloc-test", .open = alloc_test_open, .run = alloc_test_run, .sample = alloc_test_sample, .empty = alloc_test_empty,
};
