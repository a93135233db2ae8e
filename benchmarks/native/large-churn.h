/* src/loops/large-churn.ts */

enum { CHURN_SLOTS = 20, CHURN_PAGE = 4096 };

static uint32_t large_churn(struct lane *lane, uint32_t operations) {
  uint8_t **slots = lane->pointers;
  uint32_t random = lane->random, sum = lane->sum;
  for (uint32_t i = 0; i < operations; i++) {
    random = xorshift(random);
    uint32_t slot = ((random & 0xffff) * CHURN_SLOTS) >> 16, size = size_from(random);
    if (slots[slot]) release(slots[slot]);
    uint8_t *p = allocate_zeroed(1, size);
    for (uint32_t at = 0; at < size; at += CHURN_PAGE) {
      sum += p[at];
      p[at] = 1;
    }
    slots[slot] = p;
    sum += (slot + 1) * size;
  }
  lane->random = random;
  lane->sum = sum;
  return operations;
}

static void large_churn_open(uint32_t threads) { open_alone(threads, CHURN_SLOTS); }

static void large_churn_run(uint32_t seat) { run_paced(&lanes[seat], large_churn, 1); }

static void large_churn_empty(uint32_t seat) { empty_slots(&lanes[seat], first_byte); }

static const struct kind large_churn_kind = {
  "large-churn", .open = large_churn_open, .run = large_churn_run, .empty = large_churn_empty,
};
