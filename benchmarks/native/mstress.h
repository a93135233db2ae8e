/* src/loops/mstress.ts */

enum { MSTRESS_WORD = 8, MSTRESS_MOST_WORDS = 64 * 10000, MSTRESS_COOKIE = 0x5bd1e995 };

static uint32_t mstress_scale, mstress_places;

static uint32_t mstress_allocations(uint32_t seat) { return 100 * mstress_scale * (seat % 8 + 1); }

static uint32_t mstress_factor(uint32_t random) {
  if (random >= 655) return 1;
  return random >= 66 ? 100 : random >= 7 ? 1000 : 10000;
}

/* A block of so many words, each of which says how many there are from here on. */
static uint8_t *mstress_take(uint32_t words) {
  uint8_t *p = allocate((size_t)words * MSTRESS_WORD);
  uint8_t *at = p;
  for (uint32_t left = words; left > 0; left--, at += MSTRESS_WORD) put_word(at, left ^ MSTRESS_COOKIE);
  return p;
}

/* Checks all words of a block and frees it; returns how many it had. */
static uint32_t mstress_give(uint8_t *p) {
  if (!p) return 0;
  uint32_t words = word_at(p) ^ MSTRESS_COOKIE;
  if (words < 1 || words > MSTRESS_MOST_WORDS) fail("the first word of a block has changed");
  uint8_t *at = p;
  for (uint32_t left = words; left > 0; left--, at += MSTRESS_WORD)
    if (word_at(at) != (left ^ MSTRESS_COOKIE)) fail("a word of a block has changed");
  release(p);
  return words;
}

static uint32_t mstress_play(uint32_t seat) {
  struct lane *lane = &lanes[seat];
  uint32_t allocations = mstress_allocations(seat), keeps = allocations / 2, holds = 0, kept_so_far = 0;
  uint8_t **held = lane->pointers, **kept = held + allocations;
  uint32_t random = lane->random, sum = lane->sum;
  while (holds < allocations || kept_so_far < keeps) {
    uint32_t choice = random = xorshift(random);
    random = xorshift(random);
    uint32_t factor = mstress_factor(random >> 16);
    if (kept_so_far == keeps || (holds < allocations && (choice & 1))) {
      uint32_t words = factor << ((((choice >> 1) & 0xff) * 5) >> 8);
      held[holds++] = mstress_take(words);
      sum += holds * words;
    } else {
      uint32_t words = factor << ((((choice >> 1) & 0xff) * 7) >> 8);
      kept[kept_so_far++] = mstress_take(words);
      sum += kept_so_far * words;
    }
    if ((((choice >> 9) & 0xff) * 3) >> 8 != 0 && holds > 0) {
      random = xorshift(random);
      uint32_t at = ((random >> 16) * holds) >> 16;
      sum += mstress_give(held[at]);
      held[at] = NULL;
    }
    if (((choice >> 17) & 3) == 0 && holds > 0) {
      random = xorshift(random);
      uint32_t at = ((random >> 16) * holds) >> 16;
      held[at] = atomic_exchange(&shared_pointers[((random & 0xffff) * mstress_places) >> 16], held[at]);
    }
  }
  lane->random = random;
  for (uint32_t i = 0; i < keeps; i++) sum += mstress_give(kept[i]);
  for (uint32_t i = 0; i < allocations; i++) sum += mstress_give(held[i]);
  lane->sum = sum;
  renew();
  return allocations + keeps;
}

static void mstress_free_place(uint32_t place, struct lane *lane) {
  lane->sum += mstress_give(shared_pointers[place]);
  shared_pointers[place] = NULL;
}

static void mstress_cull(uint32_t seat) {
  uint32_t random = lanes[0].random;
  for (uint32_t place = 0; place < mstress_places; place++) {
    random = xorshift(random);
    if (random & 0x10000) mstress_free_place(place, &lanes[seat]);
  }
  renew();
}

static void mstress_open(uint32_t threads) {
  mstress_scale = parameter("scale");
  mstress_places = parameter("places");
  shared_pointers = map(mstress_places * sizeof *shared_pointers);
  open_rounds(threads, mstress_allocations((threads < 8 ? threads : 8) - 1) / 2 * 3);
}

static void mstress_run(uint32_t seat) { play_rounds(seat, mstress_play, mstress_cull); }

static void mstress_empty(uint32_t seat) {
  if (seat != 0) return;
  for (uint32_t place = 0; place < mstress_places; place++) mstress_free_place(place, &lanes[0]);
}

static const struct kind mstress_kind = {"mstress", .open = mstress_open, .run = mstress_run, .empty = mstress_empty};
