/* src/loops/mleak.ts */

static uint32_t mleak_slots;

static uint32_t mleak_lives(struct lane *lane, uint32_t operations) {
  for (uint32_t i = 0; i < operations; i++) {
    uint32_t random = lane->random = xorshift(lane->random);
    uint8_t *p = allocate_zeroed(1, sizes.low);
    lane->sum += word_at(p + sizes.low - 4);
    put_word(p, random);
    uint8_t *old = atomic_exchange(&shared_pointers[((random >> 16) * mleak_slots) >> 16], p);
    if (old) {
      lane->sum += word_at(old);
      release(old);
    }
    renew();
  }
  return operations;
}

static void mleak_open(uint32_t threads) {
  mleak_slots = parameter("slots");
  shared_pointers = map(mleak_slots * sizeof *shared_pointers);
  open_alone(threads, 0);
}

static void mleak_run(uint32_t seat) { run_alone(&lanes[seat], mleak_lives); }

static void mleak_empty(uint32_t seat) {
  if (seat != 0) return;
  for (uint32_t slot = 0; slot < mleak_slots; slot++) {
    uint8_t *p = shared_pointers[slot];
    if (!p) continue;
    lanes[0].sum += word_at(p);
    release(p);
    shared_pointers[slot] = NULL;
  }
}

static const struct kind mleak_kind = {"mleak", .open = mleak_open, .run = mleak_run, .empty = mleak_empty};
