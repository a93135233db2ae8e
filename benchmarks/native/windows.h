/* src/loops/windows.ts */

enum { WINDOW_PARTS = 5 };

struct bursts {
  const uint32_t *sizes, *counts;
  uint32_t length;
};

struct window {
  uint32_t next, at, kept;
};

static struct window windows[MOST_SEATS];

static void no_windows(void) {
  for (uint32_t i = 0; i < lane_count; i++) windows[i] = (struct window){.kept = pointers_per_lane};
}

/* Allocates up to `most` blocks of `size`, as many as there are places before the window or the end. */
static uint32_t window_fill(struct lane *lane, struct window *window, uint32_t size, uint32_t most) {
  uint32_t kept = window->kept, from = window->at, stop = from < kept ? kept : pointers_per_lane;
  uint32_t to = most < stop - from ? from + most : stop, width = pointers_per_lane / WINDOW_PARTS, sum = lane->sum;
  uint8_t **blocks = lane->pointers;
  for (uint32_t place = from; place < to; place++) {
    uint8_t *p = allocate(size);
    p[0] = (uint8_t)place;
    p[size - 1] = (uint8_t)place;
    blocks[place] = p;
    sum += (place + 1) * size;
  }
  lane->sum = sum;
  window->at = to != kept ? to : kept == pointers_per_lane ? kept : kept + width;
  return to - from;
}

/* Frees all but the next window. */
static void window_turn(struct lane *lane, struct window *window) {
  uint32_t width = pointers_per_lane / WINDOW_PARTS;
  uint32_t kept = window->kept + 2 * width > pointers_per_lane ? 0 : window->kept + width;
  for (uint32_t place = 0; place < kept; place++) release(lane->pointers[place]);
  for (uint32_t place = pointers_per_lane; place-- > kept + width;) release(lane->pointers[place]);
  window->kept = kept;
  window->at = kept == 0 ? width : 0;
}

static uint32_t run_bursts(struct lane *lane, uint32_t operations, const struct bursts *bursts,
                           void (*on_full)(uint32_t lane)) {
  uint32_t index = (uint32_t)(lane - lanes), done = 0;
  struct window *window = &windows[index];
  while (done < operations) {
    uint32_t next = window->next;
    for (uint32_t left = bursts->counts[next]; left > 0;) {
      left -= window_fill(lane, window, bursts->sizes[next], left);
      if (window->at != pointers_per_lane) continue;
      window_turn(lane, window);
      if (on_full) on_full(index);
    }
    done += bursts->counts[next];
    window->next = (next + 1) % bursts->length;
  }
  return done;
}

/* Frees what is below the next place, and the window. */
static void window_empty(uint32_t index) {
  struct lane *lane = &lanes[index];
  uint32_t at = windows[index].at, kept = windows[index].kept, width = pointers_per_lane / WINDOW_PARTS;
  for (uint32_t place = 0; place < pointers_per_lane; place++) {
    if (place >= at && (place < kept || place >= kept + width)) continue;
    lane->sum += *lane->pointers[place];
    release(lane->pointers[place]);
  }
}
