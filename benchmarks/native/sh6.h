/* src/loops/sh6.ts */

enum { SH6_MOST_BURSTS = 128 };

static uint32_t sh6_sizes[SH6_MOST_BURSTS], sh6_counts[SH6_MOST_BURSTS];
static struct bursts sh6_bursts = {sh6_sizes, sh6_counts, 0};

static void sh6_open(uint32_t threads) {
  lane_count = seats = 2 * threads;
  pointers_per_lane = parameter("slots") / threads;
  uint32_t length = 0;
  for (uint32_t base = 1; base < 1000; base = base * 3 / 2 + 1)
    for (uint32_t size = base; size > 0; size >>= 1) {
      sh6_sizes[length] = size;
      sh6_counts[length++] = size < 100 ? 250 : 50;
    }
  sh6_bursts.length = length;
}

static uint32_t sh6(struct lane *lane, uint32_t operations) { return run_bursts(lane, operations, &sh6_bursts, NULL); }

static void sh6_run(uint32_t seat) { run_alone(&lanes[seat], sh6); }

static const struct kind sh6_kind = {
  "sh6", .open = sh6_open, .prepare = no_windows, .run = sh6_run, .empty = window_empty,
};
