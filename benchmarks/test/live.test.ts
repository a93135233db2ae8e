/**
 * What a workload says is live, over which its memory is told, is what its loop holds on average. Of those that one
 * thread can run alone.
 */

import { Heap } from '@hakmem/core'
import { assert, suite } from '@hakmem/testing'
import { Part } from '#contender/part'
import { boardBytes, laneSeed, openBoard, RANDOM } from '#loops/board'
import type { Allocator } from '#peers/allocator'
import { heapBytesOf, type Workload, workloads } from '#workloads'

/** Tells the most, since it empties itself in each turn; and the end of a round, with what is freed before. */
const MOST_INSTEAD = ['tiny-hot', 'tiny-hot-dynamic', 'tiny-hot-called', 'mstress']
const OPERATIONS = 500_000
const FEWER: Readonly<Record<string, number>> = { 'large-churn': 300, mleak: 20_000 }

const test = suite('live')

for (const workload of workloads) {
  const { kind, name } = workload
  if (kind.seats(1) !== 1 || workload.apart || MOST_INSTEAD.includes(name)) continue
  test(`${name} has as much allocated as it says`, async () => {
    const { bytes, blocks } = await held(workload, FEWER[name] ?? OPERATIONS)
    const said = kind.live(workload.shape, 1)
    assert.ok(Math.abs(bytes / said.bytes - 1) < 0.1, `${bytes} bytes, not ${said.bytes}`)
    assert.ok(Math.abs(blocks / said.blocks - 1) < 0.1, `${blocks} blocks, not ${said.blocks}`)
  })
}

/** What is allocated on average over all calls of the second of two runs. */
async function held({ kind, shape }: Workload, operations: number) {
  const heap = Heap.create({ bytes: heapBytesOf(kind, shape, 1), threads: 2 })
  const sizes = new Map<number, number>()
  let live = 0
  let calls = 0
  let bytes = 0
  let blocks = 0
  const add = (p: number, size: number) => {
    sizes.set(p, size)
    live += size
    note()
    return p
  }
  const drop = (p: number) => {
    live -= sizes.get(p) ?? Number.NaN
    sizes.delete(p)
  }
  const note = () => {
    calls++
    bytes += live
    blocks += sizes.size
  }
  const counting: Allocator = {
    ...{ U8: heap.U8, U16: heap.U16, U32: heap.U32, F64: heap.F64 },
    malloc: (size) => add(heap.malloc(size), size),
    calloc: (count, size) => add(heap.calloc(count, size), count * size),
    realloc(p, size) {
      drop(p)
      return add(heap.realloc(p, size), size)
    },
    free(p) {
      drop(p)
      heap.free(p)
      note()
    },
    park() {},
    detach() {},
  }
  const buffer = new SharedArrayBuffer(boardBytes(kind, shape, 1))
  const board = openBoard(buffer, kind, shape, 1)
  const told = { peer: '', handle: undefined, board: buffer, kind: kind.name, shape, threads: 1, seats: 1 }
  const part = new Part(told, kind, board, () => counting)
  for (const [index, lane] of board.lanes.entries()) {
    lane.words[RANDOM] = laneSeed(1, index)
    kind.prepare?.(counting, lane, shape)
  }
  for (const round of [1, 2]) {
    calls = bytes = blocks = 0
    const limits = { seconds: Number.POSITIVE_INFINITY, operations }
    await part.play({ do: 'run', round, ...limits, bytes: 0 })
  }
  return { bytes: bytes / calls, blocks: blocks / calls }
}

test.run()
