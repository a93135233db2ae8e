/* src/loops/toggle.ts, called.ts */

ALWAYS_INLINE uint32_t toggle_with(struct lane *lane, uint32_t operations, uint8_t *(*allocate)(size_t),
                                   void (*release)(uint8_t *)) {
  uint8_t **slots = lane->pointers;
  uint32_t mask = pointers_per_lane - 1, random = lane->random, sum = lane->sum;
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

static uint32_t toggle(struct lane *lane, uint32_t operations) {
  return toggle_with(lane, operations, allocate, release);
}

static uint32_t toggle_called(struct lane *lane, uint32_t operations) {
  return toggle_with(lane, operations, called_allocate, called_release);
}

static void toggle_open(uint32_t threads) { open_alone(threads, parameter("slots")); }

static void toggle_run(uint32_t seat) { run_alone(&lanes[seat], toggle); }

static void toggle_sample(uint32_t seat) { sample_steps(&lanes[seat], toggle); }

static void toggle_empty(uint32_t seat) { empty_slots(&lanes[seat], first_byte); }

static const struct kind toggle_kind = {
  "toggle", .open = toggle_open, .run = toggle_run, .sample = toggle_sample, .empty = toggle_empty,
};

static void toggle_called_run(uint32_t seat) { run_alone(&lanes[seat], toggle_called); }

static void toggle_called_sample(uint32_t seat) { sample_steps(&lanes[seat], toggle_called); }

static const struct kind toggle_called_kind = {
  "toggle-called", .open = toggle_open, .run = toggle_called_run, .sample = toggle_called_sample, .empty = toggle_empty,
};
