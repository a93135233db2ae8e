/* src/loops/tiny-hot.ts */

static uint32_t tiny_hot(struct lane *lane, uint32_t operations) {
  uint8_t **pointers = lane->pointers;
  uint32_t cycles = (operations + 199) / 200, sum = lane->sum;
  for (uint32_t cycle = 0; cycle < cycles; cycle++) {
    for (uint32_t i = 0; i < 100; i++) {
      uint8_t *p = allocate(32);
      *p = (uint8_t)i;
      pointers[i] = p;
    }
    sum += *pointers[99];
    for (uint32_t i = 100; i-- > 0;) {
      release(pointers[i]);
    }
  }
  lane->sum = sum;
  return cycles * 200;
}

static void tiny_hot_open(uint32_t threads) { open_alone(threads, 100); }

static void tiny_hot_run(uint32_t seat) { run_alone(&lanes[seat], tiny_hot); }

static const struct kind tiny_hot_kind = {"tiny-hot", .open = tiny_hot_open, .run = tiny_hot_run};
