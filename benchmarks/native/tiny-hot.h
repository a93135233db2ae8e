/* src/loops/tiny-hot.ts, tiny-hot-dynamic.ts, called.ts */

/* `size` is a constant, or read anew for each block; the functions are inlined where they may be. */
ALWAYS_INLINE uint32_t tiny_hot_with(struct lane *lane, uint32_t operations, const volatile uint32_t *size,
                                     uint8_t *(*allocate)(size_t), void (*release)(uint8_t *)) {
  uint8_t **pointers = lane->pointers;
  uint32_t cycles = (operations + 199) / 200, sum = lane->sum;
  for (uint32_t cycle = 0; cycle < cycles; cycle++) {
    for (uint32_t i = 0; i < 100; i++) {
      uint8_t *p = allocate(size ? *size : 32);
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

static uint32_t tiny_hot(struct lane *lane, uint32_t operations) {
  return tiny_hot_with(lane, operations, NULL, allocate, release);
}

static volatile uint32_t tiny_hot_size;

static uint32_t tiny_hot_dynamic(struct lane *lane, uint32_t operations) {
  return tiny_hot_with(lane, operations, &tiny_hot_size, allocate, release);
}

static uint32_t tiny_hot_called(struct lane *lane, uint32_t operations) {
  return tiny_hot_with(lane, operations, NULL, called_allocate, called_release);
}

static void tiny_hot_open(uint32_t threads) { open_alone(threads, 100); }

static void tiny_hot_dynamic_open(uint32_t threads) {
  tiny_hot_size = parameter("low");
  tiny_hot_open(threads);
}

static void tiny_hot_run(uint32_t seat) { run_alone(&lanes[seat], tiny_hot); }

static void tiny_hot_dynamic_run(uint32_t seat) { run_alone(&lanes[seat], tiny_hot_dynamic); }

static void tiny_hot_called_run(uint32_t seat) { run_alone(&lanes[seat], tiny_hot_called); }

static const struct kind tiny_hot_kind = {"tiny-hot", .open = tiny_hot_open, .run = tiny_hot_run};

static const struct kind tiny_hot_dynamic_kind = {
  "tiny-hot-dynamic", .open = tiny_hot_dynamic_open, .run = tiny_hot_dynamic_run,
};

static const struct kind tiny_hot_called_kind = {"tiny-hot-called", .open = tiny_hot_open, .run = tiny_hot_called_run};
