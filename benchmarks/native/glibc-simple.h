/* src/loops/glibc-simple.ts */

enum { GLIBC_BLOCKS = 1600, GLIBC_ROUNDS = 12 };

static const uint32_t glibc_sizes[] = {16, 32, 64}, glibc_counts[] = {25, 100, 400, 1600};
static uint32_t glibc_next[MOST_SEATS];

static void glibc_simple_round(struct lane *lane, uint32_t size, uint32_t count) {
  uint8_t **blocks = lane->pointers;
  uint32_t half = count / 2, sum = lane->sum;
  for (uint32_t round = GLIBC_BLOCKS / count; round > 0; round--) {
    for (uint32_t i = 0; i < count; i++) {
      uint8_t *p = allocate(size);
      fill(p, size, (int32_t)i);
      blocks[i] = p;
    }
    sum += word_at(blocks[half] + size - 4) + size;
    for (uint32_t i = 0; i < half; i++) release(blocks[i]);
    for (uint32_t i = count; i-- > half;) release(blocks[i]);
  }
  lane->sum = sum;
}

static uint32_t glibc_simple(struct lane *lane, uint32_t operations) {
  uint32_t done = 0, *next = &glibc_next[lane - lanes];
  while (done < operations) {
    glibc_simple_round(lane, glibc_sizes[*next / 4], glibc_counts[*next % 4]);
    *next = (*next + 1) % GLIBC_ROUNDS;
    done += 2 * GLIBC_BLOCKS;
  }
  return done;
}

static void glibc_simple_open(uint32_t threads) {
  open_alone(threads, GLIBC_BLOCKS);
  memset(glibc_next, 0, sizeof glibc_next);
}

static void glibc_simple_run(uint32_t seat) { run_alone(&lanes[seat], glibc_simple); }

static const struct kind glibc_simple_kind = {"glibc-simple", .open = glibc_simple_open, .run = glibc_simple_run};
