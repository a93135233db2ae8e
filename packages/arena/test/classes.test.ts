// The table of size classes.

import {
  CACHED_MAX,
  CLASS_OF,
  GRAIN,
  LARGE,
  LARGE_MIN,
  MID_CLASSES,
  SIZES,
  SMALL_CLASSES,
  TINY_CLASSES,
  TINY_MAX,
} from '@hakmem/arena'
import { assert, suite } from '@hakmem/testing'

const test = suite('size classes')

test('steps of 16 bytes to 128, then four for each doubling', () => {
  const sizes = [...SIZES].slice(1)
  assert.equal(sizes.slice(0, 8), [16, 32, 48, 64, 80, 96, 112, 128])
  assert.equal(sizes.slice(8, 16), [160, 192, 224, 256, 320, 384, 448, 512])
  for (const [k, size] of sizes.entries()) {
    assert.is(size % GRAIN, 0)
    if (k > 0) assert.ok(size > sizes[k - 1] || k === MID_CLASSES)
  }
  for (let base = 128; base < CACHED_MAX; base *= 2) {
    assert.is(new Set(sizes.filter((size) => size > base && size <= 2 * base)).size, 4)
  }
  assert.is(sizes.at(-1), CACHED_MAX)
  assert.is(SIZES[MID_CLASSES], LARGE_MIN)
})

test('every size has the smallest class that holds it, and wastes at most a quarter of itself or 15 bytes', () => {
  for (let size = 0; size <= CACHED_MAX; size++) {
    const c = CLASS_OF[(size + 15) >>> 4]
    assert.ok(c >= 1 && c <= SMALL_CLASSES)
    assert.ok(SIZES[c] >= size && (c === 1 || SIZES[c - 1] < size || c === MID_CLASSES + 1), `${size}`)
    assert.is(c > MID_CLASSES, size > LARGE_MIN - GRAIN)
    if (size > 0) assert.ok(SIZES[c] - size <= Math.max(15, size / 4), `${size}`)
  }
})

test('tiny ends at 1 KiB, and every class fits the state byte below large', () => {
  assert.is(SIZES[TINY_CLASSES], TINY_MAX)
  assert.is(TINY_MAX, 1024)
  assert.is(SIZES.length, SMALL_CLASSES + 1)
  assert.ok(SMALL_CLASSES < LARGE && LARGE < 127)
})

test.run()
