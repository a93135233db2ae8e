/* src/loops/spawn.ts, src/contender/spawned.ts */

static uint32_t spawn_blocks;

static void *spawn_live_once(void *argument) {
  struct lane *lane = argument;
  uint32_t random = lane->random, sum = lane->sum;
  for (uint32_t i = 0; i < spawn_blocks; i++) {
    random = xorshift(random);
    uint8_t *p = allocate(size_from(random));
    put_word(p, random);
    lane->pointers[i] = p;
  }
  for (uint32_t i = 0; i < spawn_blocks; i++) {
    sum += word_at(lane->pointers[i]);
    release(lane->pointers[i]);
  }
  lane->random = random;
  lane->sum = sum;
  return NULL;
}

static void spawn_open(uint32_t threads) {
  spawn_blocks = parameter("blocks");
  open_alone(threads, spawn_blocks);
}

static void spawn_run(uint32_t seat) {
  struct lane *lane = &lanes[seat];
  double now, done = 0;
  renew();
  do {
    pthread_t thread;
    if (pthread_create(&thread, NULL, spawn_live_once, lane) != 0) fail("cannot start a thread");
    pthread_join(thread, NULL);
    now = monotonic_seconds();
    done++;
  } while (now - task_started < task_seconds && done < task_operations);
  report(lane, now, done);
}

static const struct kind spawn_kind = {"spawn", .open = spawn_open, .run = spawn_run};
