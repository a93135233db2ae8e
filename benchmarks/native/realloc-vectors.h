/* src/loops/realloc-vectors.ts */

enum { VECTORS = 24, VECTOR_LEAST = 16, VECTOR_MOST = 1 << 18, VECTOR_STEP = 512, VECTOR_MOST_BY_STEPS = 1 << 15 };

static inline uint32_t vector_grown(uint32_t manner, uint32_t size) {
  if (size == 0) return VECTOR_LEAST;
  if (manner == 2) return size >= VECTOR_MOST_BY_STEPS ? 0 : size + VECTOR_STEP;
  if (size >= VECTOR_MOST) return 0;
  return manner == 0 ? size * 2 : (size + size / 2) & ~3u;
}

static uint32_t realloc_vectors(struct lane *lane, uint32_t operations) {
  uint8_t **vectors = lane->pointers;
  uint32_t random = lane->random, sum = lane->sum;
  for (uint32_t i = 0; i < operations; i++) {
    random = xorshift(random);
    uint32_t vector = ((random & 0xffff) * VECTORS) >> 16;
    uint8_t *old = vectors[vector];
    uint32_t size = old ? word_at(old) : 0, grown = vector_grown(vector % 3, size);
    if (grown == 0) {
      release(old);
      vectors[vector] = NULL;
      continue;
    }
    uint8_t *p = size == 0 ? allocate(grown) : reallocate(old, grown);
    if (size != 0) sum += word_at(p) * word_at(p + size - 4);
    put_word(p, grown);
    put_word(p + grown - 4, vector + 1);
    vectors[vector] = p;
  }
  lane->random = random;
  lane->sum = sum;
  return operations;
}

static void realloc_vectors_open(uint32_t threads) { open_alone(threads, VECTORS); }

static void realloc_vectors_run(uint32_t seat) { run_alone(&lanes[seat], realloc_vectors); }

static void realloc_vectors_sample(uint32_t seat) { sample_steps(&lanes[seat], realloc_vectors); }

static void realloc_vectors_empty(uint32_t seat) { empty_slots(&lanes[seat], word_at); }

static const struct kind realloc_vectors_kind = {
  "realloc-vectors",
  .open = realloc_vectors_open,
  .run = realloc_vectors_run,
  .sample = realloc_vectors_sample,
  .empty = realloc_vectors_empty,
};
