/* src/loops/calloc.ts */

enum { CALLOC_SLOTS = 256, CALLOC_PLACES = 8 };

static inline uint32_t calloc_size(uint32_t random) {
  uint32_t kind = (random >> 8) & 15, part = random >> 16;
  if (kind < 12) return 16 + (part >> 6);
  return kind < 15 ? 1024 + (part >> 1) : 65536 + (part << 2);
}

static uint32_t callocs(struct lane *lane, uint32_t operations) {
  uint8_t **slots = lane->pointers, dirt = 0;
  uint32_t random = lane->random, sum = lane->sum;
  for (uint32_t i = 0; i < operations; i++) {
    random = xorshift(random);
    uint32_t slot = random & (CALLOC_SLOTS - 1);
    uint8_t *held = slots[slot];
    if (held) {
      release(held);
      slots[slot] = NULL;
      continue;
    }
    uint32_t size = calloc_size(random), gap = size >> 3;
    uint8_t *p = allocate_zeroed(1, size);
    for (uint32_t place = 0; place < CALLOC_PLACES; place++) {
      dirt |= p[place * gap];
      p[place * gap] = 255;
    }
    dirt |= p[size - 1];
    p[size - 1] = 255;
    slots[slot] = p;
    sum += (slot + 1) * size;
  }
  if (dirt) fail("calloc gave a block that is not all zero");
  lane->random = random;
  lane->sum = sum;
  return operations;
}

static void calloc_open(uint32_t threads) { open_alone(threads, CALLOC_SLOTS); }

static void calloc_run(uint32_t seat) { run_alone(&lanes[seat], callocs); }

static void calloc_sample(uint32_t seat) { sample_steps(&lanes[seat], callocs); }

static void calloc_empty(uint32_t seat) { empty_slots(&lanes[seat], first_byte); }

static const struct kind calloc_kind = {
  "calloc", .open = calloc_open, .run = calloc_run, .sample = calloc_sample, .empty = calloc_empty,
};
