/* src/loops/glibc-thread.ts */

enum { GLIBC_SLOTS = 1024 };

static uint32_t glibc_thread(struct lane *lane, uint32_t operations) {
  uint8_t **slots = lane->pointers;
  uint32_t random = lane->random, sum = lane->sum;
  for (uint32_t i = 0; i < operations; i++) {
    random = xorshift(random);
    uint32_t slot = random & (GLIBC_SLOTS - 1);
    if (slots[slot]) release(slots[slot]);
    uint32_t size = (1u << 27) / (4096 + (random >> 7) - (random >> 20));
    uint8_t *p = allocate(size);
    fill(p, size, (int32_t)random);
    slots[slot] = p;
    sum += (slot + 1) * size;
  }
  lane->random = random;
  lane->sum = sum;
  return operations;
}

static void glibc_thread_open(uint32_t threads) { open_alone(threads, GLIBC_SLOTS); }

static void glibc_thread_run(uint32_t seat) { run_alone(&lanes[seat], glibc_thread); }

static void glibc_thread_sample(uint32_t seat) { sample_steps(&lanes[seat], glibc_thread); }

static void glibc_thread_empty(uint32_t seat) { empty_slots(&lanes[seat], word_at); }

static const struct kind glibc_thread_kind = {
  "glibc-thread", .open = glibc_thread_open, .run = glibc_thread_run, .sample = glibc_thread_sample, .empty = glibc_thread_empty,
};
