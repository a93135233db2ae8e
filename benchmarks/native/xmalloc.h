/* src/loops/xmalloc.ts */

enum { XMALLOC_PLACES = 100, XMALLOC_MOST = XMALLOC_PLACES + MOST_SEATS, XMALLOC_NONE = -1 };

static _Alignas(64) _Atomic uint32_t xmalloc_lock;
static _Alignas(64) _Atomic uint32_t xmalloc_ended; /* the last task that ended */
static _Alignas(64) struct {
  uint32_t made, occupied, full, empty;
  int full_stack[XMALLOC_PLACES], empty_stack[XMALLOC_MOST];
} xmalloc_stack; /* used under the lock */
static _Atomic uint32_t xmalloc_taken;
static uint8_t **xmalloc_pointers;
static uint32_t xmalloc_terms, xmalloc_batch;

static void xmalloc_acquire(void) {
  uint32_t expected = 0;
  for (uint32_t spins = 0; !atomic_compare_exchange_strong(&xmalloc_lock, &expected, 1); spins++) {
    expected = 0;
    doze(spins);
  }
}

static void xmalloc_unlock(void) { atomic_store(&xmalloc_lock, 0); }

static int xmalloc_take_place(void) {
  int batch = XMALLOC_NONE;
  xmalloc_acquire();
  if (xmalloc_stack.occupied < XMALLOC_PLACES) {
    xmalloc_stack.occupied++;
    batch = xmalloc_stack.empty > 0 ? xmalloc_stack.empty_stack[--xmalloc_stack.empty] : (int)xmalloc_stack.made++;
  }
  xmalloc_unlock();
  return batch;
}

static int xmalloc_take_batch(void) {
  int batch = XMALLOC_NONE;
  xmalloc_acquire();
  if (xmalloc_stack.full > 0) {
    batch = xmalloc_stack.full_stack[--xmalloc_stack.full];
    xmalloc_stack.occupied--;
    atomic_fetch_add(&xmalloc_taken, 1);
  }
  xmalloc_unlock();
  return batch;
}

static void xmalloc_fill(uint8_t **pointers, struct lane *lane) {
  uint32_t low = sizes.low, terms = xmalloc_terms, count = xmalloc_batch, random = lane->random;
  for (uint32_t i = 0; i < count; i++) {
    random = xorshift(random);
    uint32_t term = ((random >> 16) * terms) >> 16;
    uint8_t *p = allocate((low + (term & 1) * (low >> 1)) << (term >> 1));
    put_word(p, random);
    pointers[i] = p;
  }
  lane->random = random;
}

static void xmalloc_release(uint8_t **pointers, struct lane *lane) {
  uint32_t count = xmalloc_batch, sum = lane->sum;
  for (uint32_t i = 0; i < count; i++) {
    uint8_t *p = pointers[i];
    sum += word_at(p);
    release(p);
  }
  lane->sum = sum;
}

static void xmalloc_run_allocator(struct lane *lane) {
  for (double left = ceil(task_operations / xmalloc_batch); left > 0; left--) {
    int batch = XMALLOC_NONE;
    for (uint32_t spins = 0; batch == XMALLOC_NONE; spins++) {
      if (atomic_load(&xmalloc_ended) == task_round) return;
      doze(spins);
      batch = xmalloc_take_place();
    }
    xmalloc_fill(xmalloc_pointers + (size_t)batch * xmalloc_batch, lane);
    xmalloc_acquire();
    xmalloc_stack.full_stack[xmalloc_stack.full++] = batch;
    xmalloc_unlock();
  }
}

static void xmalloc_run_releaser(struct lane *lane) {
  double all = ceil(task_operations / xmalloc_batch) * lane_count;
  double now = monotonic_seconds(), done = 0;
  uint32_t spins = 0;
  while ((now - task_started < task_seconds || done == 0) && atomic_load(&xmalloc_ended) != task_round) {
    int batch = xmalloc_take_batch();
    if (batch != XMALLOC_NONE) {
      xmalloc_release(xmalloc_pointers + (size_t)batch * xmalloc_batch, lane);
      xmalloc_acquire();
      xmalloc_stack.empty_stack[xmalloc_stack.empty++] = batch;
      xmalloc_unlock();
      done += xmalloc_batch;
      spins = 0;
    } else if (atomic_load(&xmalloc_taken) == all)
      break;
    else
      doze(spins++);
    now = monotonic_seconds();
  }
  if (now - task_started >= task_seconds) atomic_store(&xmalloc_ended, task_round);
  report(lane, now, done);
}

static void xmalloc_open(uint32_t threads) {
  lane_count = threads;
  seats = 2 * threads;
  pointers_per_lane = 0;
  xmalloc_terms = parameter("terms");
  xmalloc_batch = parameter("batch");
  memset(&xmalloc_stack, 0, sizeof xmalloc_stack);
  atomic_store(&xmalloc_taken, 0);
  atomic_store(&xmalloc_ended, 0);
  xmalloc_pointers = map((size_t)(XMALLOC_PLACES + threads) * xmalloc_batch * sizeof *xmalloc_pointers);
}

static void xmalloc_run(uint32_t seat) {
  if (seat % 2 == 0)
    xmalloc_run_allocator(&lanes[seat / 2]);
  else
    xmalloc_run_releaser(&lanes[seat / 2]);
}

static const struct kind xmalloc_kind = {"xmalloc", .open = xmalloc_open, .run = xmalloc_run};
