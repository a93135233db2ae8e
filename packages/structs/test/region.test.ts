// Regions: structs that are freed all at once, also those of a thread that died.

import { Heap, type Suspect } from '@hakmem/core'
import { f64, ptr, Region, struct, text, vec } from '@hakmem/structs'
import { assert, codeOf, nextMessage, startWorker, suite, untyped } from '@hakmem/testing'
import { liveBytes } from './support.ts'

const test = suite('regions')
const heap = Heap.create({ bytes: 32 * 2 ** 20, threads: 3 })

test.after(() => heap.detach())

class Node extends struct({ value: f64, label: text, list: vec(f64), next: ptr<Node>() }) {}

test('a region frees all that was made in it, with what that owns', () => {
  const region = Region.create(heap)
  let first: ReturnType<typeof Node.make<typeof Node>> | 0 = 0
  for (let k = 0; k < 10_000; k++) {
    first = Node.make(region, { value: k, label: `number ${k}`, list: [k, k + 1], next: first })
  }
  assert.ok(liveBytes(heap) > 10_000 * 32)
  let k = 10_000
  const v = Node.at(heap, Node.make(region))
  for (let p = first; p !== 0; p = v.next) {
    v.moveTo(p)
    k--
    assert.equal([v.value, v.label, ...v.list], [k, `number ${k}`, k, k + 1])
  }
  assert.is(k, 0)
  region.freeAll()
  region.freeAll()
  assert.is(liveBytes(heap), 0)
})

test('regions are apart from each other', () => {
  const [a, b] = [Region.create(heap, 64), Region.create(heap, 1024)]
  const made = Array.from({ length: 300 }, (_, k) => Node.make(k % 2 ? a : b, { label: `${k}`, value: k }))
  assert.is(new Set(made).size, 300)
  for (const [k, p] of made.entries()) assert.is(Node.at(heap, p).label, `${k}`)
  a.freeAll()
  for (const [k, p] of made.entries()) if (k % 2 === 0) assert.is(Node.at(heap, p).label, `${k}`)
  b.freeAll()
  assert.is(liveBytes(heap), 0)
})

test('what is larger than a chunk gets one of its own', () => {
  using region = Region.create(heap, 1024)
  const label = 'x'.repeat(100_000)
  const p = Node.make(region, { label })
  Node.make(region, { value: 1 })
  assert.is(Node.at(heap, p).label, label)
})

test('nothing in a region is freed alone, or changed in what it owns', () => {
  using region = Region.create(heap)
  const p = Node.make(region, { label: 'kept', value: 1 })
  assert.is(
    codeOf(() => Node.free(heap, p)),
    'ERR_HAKMEM_INVALID_POINTER',
  )
  assert.is(
    codeOf(() => Node.make(region, untyped({ label: 1 }))),
    'ERR_HAKMEM_FIELD',
  )
  const v = Node.at(heap, p)
  v.value = 2
  assert.equal([v.value, v.label], [2, 'kept'])
})

test('what is no region is refused, a freed one too', () => {
  const region = Region.create(heap)
  const { ptr: p } = region
  const other = Region.open(heap, p)
  assert.ok(Node.make(other))
  region.freeAll()
  assert.is(
    codeOf(() => other.freeAll()),
    'ERR_HAKMEM_REGION',
  )
  assert.is(
    codeOf(() => Node.make(region)),
    'ERR_HAKMEM_REGION',
  )
  for (const value of [0, p, 16, 1.5, undefined]) {
    assert.is(
      codeOf(() => Region.open(heap, untyped(value))),
      'ERR_HAKMEM_REGION',
    )
  }
  const block = heap.malloc(100)
  assert.is(
    codeOf(() => Region.open(heap, block)),
    'ERR_HAKMEM_REGION',
  )
  heap.free(block)
  for (const bytes of [0, 63, 1.5, Number.NaN]) {
    assert.is(
      codeOf(() => Region.create(heap, bytes)),
      'ERR_HAKMEM_FIELD',
    )
  }
})

test('the region of a worker that was terminated in the middle of filling it is freed whole', async () => {
  const before = liveBytes(heap)
  for (let k = 0; k < 5; k++) {
    const region = Region.create(heap)
    const worker = startWorker(new URL('./region.worker.js', import.meta.url), {
      handle: heap.handle,
      region: region.ptr,
    })
    const reaped = new Promise<readonly Suspect[]>((resolve) => {
      heap.watch(worker, ({ suspects }) => resolve(suspects))
    })
    await nextMessage(worker)
    await worker.terminate()
    const suspects = await reaped
    region.freeAll()
    // The chunk in flight, if there was one, is named.
    for (const p of suspects) if (heap.owns(p.ptr)) heap.free(p.ptr)
    assert.is(liveBytes(heap), before)
  }
})

test.run()
