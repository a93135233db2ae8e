// Traces: recorded, written, read and played.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DEFAULT_STRATEGY, STRATEGIES } from '@hakmem/learning'
import { assert, suite } from '@hakmem/testing'
import { readTrace, recordedTraces, writeTrace } from '#learning/codec'
import { recordTrace } from '#learning/record'
import { playFixed, playLearning, Stage } from '#learning/replay'
import { syntheticTraces } from '#learning/synthetic'
import { FREE, MALLOC, peakBytes, REALLOC, type Trace, TraceWriter } from '#learning/trace'

const test = suite('traces')

let folder = ''
test.before(() => {
  folder = mkdtempSync(join(tmpdir(), 'hakmem-traces-'))
})
test.after(() => rmSync(folder, { recursive: true, force: true }))

function small(): Trace {
  const writer = new TraceWriter()
  const a = writer.malloc(100_000, 1)
  const b = writer.malloc(3_000_000, 300)
  writer.realloc(a, 200_000)
  writer.free(b)
  writer.malloc(70_000)
  return writer.finish('small', 'made up')
}

test('are the same after they were written and read, in whole pages', () => {
  const file = join(folder, 'small.trace.br')
  const trace = small()
  writeTrace(file, trace)
  const sizes = trace.sizes.map((size) => Math.ceil(size / 4096) * 4096)
  assert.equal(readTrace(file), { ...trace, sizes })
})

test('a file that is none is refused by name', () => {
  const file = join(folder, 'none.trace.br')
  writeFileSync(file, 'nothing')
  assert.throws(() => readTrace(file), /none\.trace\.br: no trace/)
  assert.throws(() => readTrace(join(folder, 'absent')), /absent: no trace/)
})

test('the peak is the most that was live at once', () => {
  const pages = [25, 733, 49]
  assert.is(peakBytes(small()), (pages[1] + pages[2]) * 4096)
})

test('the recorder sees what a program takes, resizes and frees', () => {
  // Node's ArrayBuffers come from calloc.
  const script =
    'for (let k = 0; k < 50; k++) { globalThis.b = new Uint8Array(1_000_000 + k); b[0] = 1 }; gc()'
  const trace = recordTrace('arrays', [process.execPath, '--expose-gc', '-e', script])
  const asked = trace.sizes.filter(
    (size, k) => trace.kinds[k] === MALLOC && size >= 1_000_000 && size < 1_000_050,
  )
  assert.ok(asked.length >= 50, `${asked.length}`)
  assert.ok(trace.kinds.filter((kind) => kind === FREE).length >= 40)
})

test('the recorder says when there is nothing to record, and when the command fails', () => {
  assert.throws(() => recordTrace('true', ['/bin/true']), /took no block of 64 KiB/)
  assert.throws(() => recordTrace('false', ['/bin/false']), /ended with status 1/)
})

test('the recorded ones are whole: every resize and free is of a live block, and there are at least four', () => {
  const traces = recordedTraces()
  assert.ok(traces.length >= 4)
  for (const { name, about, kinds, ids, sizes } of traces) {
    assert.ok(about.length > 0)
    const live = new Set<number>()
    kinds.forEach((kind, k) => {
      assert.is(live.has(ids[k]), kind !== MALLOC, `${name}, event ${k}`)
      if (kind === FREE) live.delete(ids[k])
      else live.add(ids[k])
      assert.ok(kind === FREE || sizes[k] >= 65_536)
    })
  }
})

test('synthetic ones are the same for the same seed, and others for another', () => {
  const [one, same, other] = [1, 1, 2].map((seed) => syntheticTraces(seed, 500))
  assert.equal(one, same)
  assert.not.equal(one[0].sizes, other[0].sizes)
})

test.run()

const plays = suite('a trace that is played')

plays('makes the heap count its operations, and needs at least what is live', () => {
  const [trace] = syntheticTraces(1, 1000)
  const mallocs = trace.kinds.filter((kind) => kind === MALLOC).length
  const frees = trace.kinds.filter((kind) => kind === FREE).length
  for (const strategy of STRATEGIES) {
    const { highWater, operations } = playFixed(trace, strategy)
    assert.is(operations, mallocs + frees)
    assert.ok(highWater >= 1)
  }
})

plays('touches no block, however large', () => {
  const trace = syntheticTraces(1, 2000).find(({ name }) => name === 'growing vectors')
  assert.ok(trace !== undefined)
  if (trace === undefined) return
  const stage = new Stage(trace, 'frozen', DEFAULT_STRATEGY)
  stage.play()
  const { buffer, geometry: g } = stage.arena
  assert.ok(new Uint8Array(buffer, g.firstExtent * 2 ** g.extentShift, 2 ** 20).every((byte) => byte === 0))
})

plays('by a heap that learns takes no more memory than the default, on any recorded trace', () => {
  for (const trace of recordedTraces()) {
    const [learned, fixed] = [playLearning(trace), playFixed(trace, DEFAULT_STRATEGY)]
    assert.ok(learned.highWater <= 1.01 * fixed.highWater, `${trace.name}: ${learned.highWater}`)
  }
})

plays('has reallocs as the program had them', () => {
  const trace = small()
  assert.ok(trace.kinds.includes(REALLOC))
  assert.is(playFixed(trace, DEFAULT_STRATEGY).highWater >= 1, true)
})

plays.run()
