/* src/loops/larson.ts */

/* A lane's two threads: `side` is 0 or 1. */
static struct {
  pthread_mutex_t mutex; /* guards side and stopped */
  pthread_cond_t changed;
  uint32_t side, stopped, left;
} larson_turns[MOST_SEATS];

static uint32_t larson_slots, larson_turn;

static uint32_t larson(struct lane *lane, uint32_t operations) {
  uint8_t **blocks = lane->pointers;
  uint32_t slots = larson_slots, random = lane->random, sum = lane->sum;
  for (uint32_t i = 0; i < operations; i++) {
    random = xorshift(random);
    uint32_t slot = ((random & 0xffff) * slots) >> 16, size = size_from(random);
    uint8_t *old = blocks[slot];
    release(old);
    uint8_t *p = allocate(size);
    p[0] = (uint8_t)random;
    p[1] = (uint8_t)(random >> 8);
    blocks[slot] = p;
    sum += (slot + 1) * size;
  }
  lane->random = random;
  lane->sum = sum;
  return operations;
}

static void larson_open(uint32_t threads) {
  lane_count = threads;
  seats = 2 * threads;
  pointers_per_lane = larson_slots = parameter("slots");
  larson_turn = parameter("turn");
  memset(larson_turns, 0, sizeof larson_turns);
}

static void larson_prepare_lane(struct lane *lane) {
  uint32_t random = lane->random;
  for (uint32_t slot = 0; slot < larson_slots; slot++) {
    random = xorshift(random);
    uint8_t *p = allocate(size_from(random));
    p[0] = (uint8_t)random;
    p[1] = (uint8_t)(random >> 8);
    lane->pointers[slot] = p;
  }
  for (uint32_t slot = larson_slots - 1; slot > 0; slot--) {
    random = xorshift(random);
    uint32_t other = ((random & 0xffff) * (slot + 1)) >> 16;
    uint8_t *p = lane->pointers[slot];
    lane->pointers[slot] = lane->pointers[other];
    lane->pointers[other] = p;
  }
  lane->random = random;
  larson(lane, 4 * larson_slots);
}

static void larson_prepare(void) {
  for (uint32_t i = 0; i < lane_count; i++) {
    pthread_mutex_init(&larson_turns[i].mutex, NULL);
    pthread_cond_init(&larson_turns[i].changed, NULL);
    larson_turns[i].left = larson_turn;
    larson_prepare_lane(&lanes[i]);
  }
}

/* Runs until the turn ends (false) or the round does (true). */
static bool larson_run_turn(uint32_t index) {
  struct lane *lane = &lanes[index];
  uint32_t *left = &larson_turns[index].left;
  double now = monotonic_seconds(), done = lane->operations;
  struct pace pace = {LEAST, LEAST, now};
  do {
    uint32_t chunk = pace.chunk < *left ? pace.chunk : *left;
    uint32_t ran = larson(lane, at_most(chunk, task_operations - done));
    done += ran;
    *left -= ran;
    now = monotonic_seconds();
    adapt(&pace, now);
  } while (*left > 0 && now - task_started < task_seconds && done < task_operations);
  report(lane, now, done);
  if (*left > 0) return true;
  *left = larson_turn;
  renew();
  return now - task_started >= task_seconds || done >= task_operations;
}

static void larson_run(uint32_t seat) {
  uint32_t index = seat / 2, side = seat % 2;
  pthread_mutex_lock(&larson_turns[index].mutex);
  while (larson_turns[index].stopped != task_round) {
    if (larson_turns[index].side != side) {
      pthread_cond_wait(&larson_turns[index].changed, &larson_turns[index].mutex);
      continue;
    }
    pthread_mutex_unlock(&larson_turns[index].mutex);
    bool ended = larson_run_turn(index);
    pthread_mutex_lock(&larson_turns[index].mutex);
    if (ended)
      larson_turns[index].stopped = task_round;
    else
      larson_turns[index].side = 1 - side;
    pthread_cond_signal(&larson_turns[index].changed);
  }
  pthread_mutex_unlock(&larson_turns[index].mutex);
}

/* The thread whose turn it is does it all. */
static void larson_sample(uint32_t seat) {
  if (larson_turns[seat / 2].side == seat % 2) sample_steps(&lanes[seat / 2], larson);
}

static void larson_empty(uint32_t seat) {
  struct lane *lane = &lanes[seat / 2];
  if (larson_turns[seat / 2].side != seat % 2) return;
  for (uint32_t slot = 0; slot < larson_slots; slot++) {
    uint8_t *p = lane->pointers[slot];
    lane->sum += (uint32_t)(p[0] + p[1]);
    release(p);
    lane->pointers[slot] = NULL;
  }
}

static const struct kind larson_kind = {
  "larson", larson_open, larson_prepare, larson_run, larson_sample, larson_empty,
};
