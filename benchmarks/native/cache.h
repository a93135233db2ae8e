/* src/loops/cache.ts */

static uint32_t cache_each, cache_given;

static uint32_t cache_scribble(struct lane *lane, uint32_t operations) {
  uint32_t each = cache_each, cycles = (operations + each - 1) / each;
  for (uint32_t cycle = 0; cycle < cycles; cycle++) {
    volatile uint8_t *p = allocate(1);
    *p = (uint8_t)lane->random;
    for (uint32_t i = 0; i < each; i++) *p = (uint8_t)(*p + 1);
    lane->sum += *p;
    release((uint8_t *)p);
  }
  return cycles * each;
}

static void cache_open(uint32_t threads) {
  lane_count = threads;
  seats = threads + 1;
  pointers_per_lane = 1;
  cache_each = (parameter("writes") + threads - 1) / threads;
  cache_given = parameter("given");
}

static void cache_run(uint32_t seat) {
  bool is_main = seat == lane_count;
  for (uint32_t i = 0; is_main && cache_given && i < lane_count; i++) lanes[i].pointers[0] = allocate(1);
  pass(&seats_gate);
  if (is_main) return;
  if (cache_given) release(lanes[seat].pointers[0]);
  run_alone(&lanes[seat], cache_scribble);
}

static const struct kind cache_kind = {"cache", .open = cache_open, .run = cache_run};
