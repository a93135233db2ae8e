/* src/loops/attach.ts */

/* The thread of each lane that has just come, where one cannot become fresh; and whether it has its block. */
static struct {
  pthread_t thread;
  _Atomic bool has_block;
} attach_comers[MOST_SEATS];

static void attach_first(struct lane *lane) {
  uint8_t *p = allocate(sizes.low);
  *p = (uint8_t)sizes.low;
  lane->pointers[0] = p;
}

static void *attach_live(void *lane) {
  attach_first(lane);
  atomic_store(&attach_comers[(struct lane *)lane - lanes].has_block, true);
  return NULL;
}

static uint32_t attach_come(struct lane *lane, uint32_t operations) {
  if (renews()) {
    attach_first(lane);
    return operations;
  }
  uint32_t index = (uint32_t)(lane - lanes);
  atomic_store(&attach_comers[index].has_block, false);
  if (pthread_create(&attach_comers[index].thread, NULL, attach_live, lane) != 0) fail("cannot start a thread");
  for (uint32_t spins = 0; !atomic_load(&attach_comers[index].has_block); spins++) doze(spins);
  return operations;
}

static uint32_t attach_go(struct lane *lane, uint32_t operations) {
  if (lane->pointers[0]) {
    if (!renews()) pthread_join(attach_comers[lane - lanes].thread, NULL);
    lane->sum += *lane->pointers[0];
    release(lane->pointers[0]);
    lane->pointers[0] = NULL;
  }
  renew();
  return operations;
}

static uint32_t attaches(struct lane *lane, uint32_t operations) {
  for (uint32_t i = 0; i < operations; i++) {
    attach_come(lane, 1);
    attach_go(lane, 1);
  }
  return operations;
}

static void attach_open(uint32_t threads) { open_alone(threads, 1); }

static void attach_run(uint32_t seat) { run_alone(&lanes[seat], attaches); }

static void attach_sample(uint32_t seat) {
  take_samples(&lanes[seat], attach_go, attach_come);
  attach_go(&lanes[seat], 1);
}

static const struct kind attach_kind = {
  "attach", .open = attach_open, .run = attach_run, .sample = attach_sample,
};
