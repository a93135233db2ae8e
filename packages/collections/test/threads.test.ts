// The collections between real workers, some of which are terminated in the middle of whatever they do.

import { Queue, SharedMap, StringTable } from '@hakmem/collections'
import { Heap } from '@hakmem/core'
import { assert, nextMessage, startWorker, suite } from '@hakmem/testing'
import type { Data } from './threads.worker.ts'

const test = suite('collections between threads')

const URL_OF_WORKER = new URL('./threads.worker.js', import.meta.url)

function stage() {
  const heap = Heap.create({ bytes: 2 ** 24, threads: 6 })
  const [queue, map, strings] = [Queue.create(heap, 16), SharedMap.create(heap), StringTable.create(heap)]
  const start = (mark: number, count: number) => {
    const places = { queue: queue.ptr, map: map.ptr, strings: strings.ptr }
    return startWorker(URL_OF_WORKER, { heap: heap.handle, ...places, mark, count } satisfies Data)
  }
  return { heap, queue, map, strings, start }
}

test('what two workers push comes out once and in order, without blocking the main thread', async () => {
  const { queue, map, strings, start } = stage()
  const workers = [start(1, 2000), start(2, 2000)]
  const last = [0, 0, 0]
  for (let k = 0; k < 4000; k++) {
    const value = await queue.popAsync()
    const mark = Math.floor(value / 1_000_000)
    assert.is(value % 1_000_000, last[mark] + 1)
    last[mark]++
  }
  for (const worker of workers) assert.is(await nextMessage(worker), 'done')
  assert.equal(last, [0, 2000, 2000])
  assert.is(await queue.popAsync(1), 0)
  assert.is(map.size, 4000)
  assert.is(map.get('2:2000'), 2000)
  assert.is(strings.size, 100)
})

test('a full queue is waited for without blocking', async () => {
  const { queue } = stage()
  for (let k = 1; k <= 16; k++) assert.ok(await queue.pushAsync(k))
  assert.not(await queue.pushAsync(17, 1))
  const pushing = queue.pushAsync(17)
  assert.is(queue.tryPop(), 1)
  assert.ok(await pushing)
})

test(
  'workers that are terminated in the middle make nothing unusable',
  async () => {
    const { heap, queue, map, strings, start } = stage()
    const survivor = start(1, 5000)
    let survived = false
    const done = nextMessage(survivor).then(() => {
      survived = true
    })
    const last = [0]
    for (let mark = 2; mark < 12; mark++) {
      const victim = start(mark, 1_000_000)
      using _ = heap.watch(victim)
      // Until it is at work, and a little longer.
      for (let seen = 0; seen < 50 * (mark - 1); ) {
        const value = await queue.popAsync()
        const from = Math.floor(value / 1_000_000)
        assert.ok(value % 1_000_000 > (last[from] ?? 0), 'in order, and once')
        last[from] = value % 1_000_000
        if (from === mark) seen++
      }
      await victim.terminate()
    }
    while (!survived || queue.size > 0) {
      const value = await queue.popAsync(10)
      if (Math.floor(value / 1_000_000) === 1) last[1] = value % 1_000_000
    }
    await done
    assert.is(last[1], 5000)
    map.set('still', 1)
    assert.is(map.size, map.entries().length)
    for (let k = 1; k <= 5000; k++) assert.is(map.get(`1:${k}`), k)
    assert.is(strings.text(strings.intern('text 7')), 'text 7')
  },
  { timeout: 60_000 },
)

test.run()
