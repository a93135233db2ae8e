// The losing half of two racing frees: it read the block as live, was overtaken, and stores its mark (255) when the
// block is free already, or its run given back, or the extent another's. It may free the block's next life, which
// nobody can tell from a free; here it strikes free memory only, where it must harm nothing: no block is handed out
// twice, none overlaps another, every byte stays accounted for, and the largest block fits again in the end.

import { Arena, ThreadRecord } from '@hakmem/arena'
import { Heap } from '@hakmem/core'
import { assert, suite } from '@hakmem/testing'
import { randomFrom } from '@hakmem/testing/random'
import { soundAudit } from './support.ts'

const MIB = 2 ** 20
const THREADS = 3
const STEPS = 6000

const test = suite('late marks')

const tiny = (random: (below: number) => number) => 16 + random(48)
const anySize = (random: (below: number) => number) =>
  random(10) < 6 ? random(1024) : random(10) < 6 ? random(60_000) : 65_536 + random(MIB)

for (const [name, sizeOf] of Object.entries({ tiny, anySize })) {
  for (let seed = 1; seed <= 6; seed++) {
    test(`harm nothing: sizes ${name}, seed ${seed}`, () => play(sizeOf, seed))
  }
}

function play(sizeOf: (random: (below: number) => number) => number, seed: number): void {
  const arena = Arena.create({ bytes: 4 * MIB, threads: THREADS })
  const claim = (thread: number) => new Heap(ThreadRecord.claim(arena, thread))
  const heaps = Array.from({ length: THREADS }, (_, k) => claim(1000 + k))
  const random = randomFrom(seed)
  /** Which 16-byte units are in a live block. */
  const units = new Uint8Array(arena.geometry.bytes / 16)
  const blocks: number[] = []
  const freed: number[] = []
  let threads = 2000

  const mark = () => {
    const [p] = freed.splice(random(freed.length), 1)
    if (units[p / 16] === 0) arena.S[p / 16] = 255
  }
  const allocate = (heap: Heap) => {
    const p = heap.tryMalloc(sizeOf(random))
    if (p === 0) return
    const end = p + heap.usableSize(p)
    assert.is(units.subarray(p / 16, end / 16).indexOf(1), -1, `the block at ${p} overlaps another`)
    units.fill(1, p / 16, end / 16)
    blocks.push(p)
  }
  const free = (heap: Heap) => {
    const at = random(blocks.length)
    const p = blocks[at]
    blocks[at] = blocks[blocks.length - 1]
    blocks.pop()
    units.fill(0, p / 16, (p + heap.usableSize(p)) / 16)
    heap.free(p)
    if (random(3) === 0) freed.push(p)
  }

  for (let step = 0; step < STEPS; step++) {
    const at = random(THREADS)
    const what = random(100)
    if (what < 48) allocate(heaps[at])
    else if (what < 94 && blocks.length > 0) free(heaps[at])
    else if (what === 95) heaps[at].flush()
    else if (what === 96) heaps[at].park()
    else if (what === 97) {
      heaps[at].detach()
      heaps[at] = claim(threads++)
    }
    if (freed.length > 0 && random(5) === 0) mark()
    if (step % 200 === 0) soundAudit(heaps[0])
  }
  for (const p of blocks) heaps[random(THREADS)].free(p)
  for (const heap of heaps) heap.park()
  const { free: rest } = soundAudit(heaps[0])
  const { extents, firstExtent, extentShift } = arena.geometry
  assert.is(rest, (extents - firstExtent) * 2 ** extentShift)
  assert.ok(heaps[0].tryMalloc(rest) !== 0, 'the largest block does not fit again')
}

test.run()
