// The shipped allocator under the scheduler: all of it rewritten, its steps found, a planted bug met.

import type * as arena from '@hakmem/arena'
import { assert, suite } from '@hakmem/testing'
import { explore, type LoadOptions, load, replay, type Scenario } from '../dist/index.js'

const test = suite('the allocator, scheduled')

const ALLOCATOR = [/\/packages\/\w+\/dist\//]

const options: LoadOptions = {
  parent: import.meta.url,
  include: ALLOCATOR,
  declared: { 'ordering.js': { peek: 'unordered', mark: 'release', seen: 'acquire' } },
}

type Arena = arena.Arena

/** Two threads attach to a heap that has no record taken. */
const claims = ({ Arena, ThreadRecord }: typeof arena): Scenario<Arena> => ({
  name: 'two threads claim a record',
  reuse: true,
  setup: () => Arena.create({ bytes: 4 * 2 ** 20, threads: 2 }),
  threads: {
    a: (heap) => ThreadRecord.claim(heap, 7),
    b: (heap) => ThreadRecord.claim(heap, 8),
  },
  check(_, { results }) {
    const slots = ['a', 'b'].map(
      (name) => (results[name]?.[0]?.returned as arena.ThreadRecord | undefined)?.slot,
    )
    if (slots[0] !== undefined && slots[0] === slots[1]) throw new Error(`both have slot ${slots[0]}`)
  },
})

test('two threads never claim one record, wherever one is killed', async () => {
  const result = explore(claims(await load('@hakmem/arena', options)), { kills: 1 })
  assert.is(String(result.failure), 'undefined')
  assert.ok(result.complete)
  assert.ok(result.schedules > 50, `${result.schedules} schedules`)
  assert.ok(result.kills > 50, `${result.kills} kills`)
})

test('a claim that looks before it stores is caught', async () => {
  const patch = [
    {
      file: 'arena/dist/record.js',
      replace: 'swap(arena.W, at + R_THREAD, 0, -(thread + 1))',
      by: '(store(arena.W, at + R_THREAD, -(thread + 1)), true)',
    },
  ]
  const result = explore(claims(await load('@hakmem/arena', { ...options, patch })))
  assert.match(String(result.failure?.error), /both have slot 0/)
  // One at most, and none where the three looks of a claim at one word, all through one line of `ordering.js`, count as
  // spinning: to leave a thread that spins is free.
  assert.ok((result.failure?.preemptions ?? 9) <= 1, `${result.failure?.preemptions} preemptions`)
  assert.ok(result.schedules < 1000, `${result.schedules} schedules`)
})

// Without store buffers: a delayed mark may miss its flag, and waits for the next collection by bytes.
const scenarios = (more: Partial<LoadOptions> = {}) =>
  load<typeof import('./heap.scenario.ts')>('./heap.scenario.js', {
    ...options,
    include: [...(options.include ?? []), /\/heap\.scenario\.js$/],
    ...more,
  })

test(
  'remote frees and a flush agree in every schedule',
  async () => {
    const { remoteFree } = await scenarios()
    const result = explore(remoteFree, { storeBuffers: false })
    assert.is(String(result.failure), 'undefined')
    assert.ok(result.complete)
    assert.ok(result.schedules > 50, `${result.schedules} schedules`)
  },
  { timeout: 120_000 },
)

test('a flag cleared after the sweep is caught', async () => {
  const [clear, sweep] = ['exchange(this.F, page, 0);', 'this.recount(page, c);']
  const line = '\n                '
  const patch = [{ file: 'arena/dist/slabs.js', replace: clear + line + sweep, by: sweep + line + clear }]
  const { remoteFree } = await scenarios({ patch })
  const result = explore(remoteFree, { storeBuffers: false })
  assert.match(String(result.failure?.error), /a mark that nobody will look for/)
  assert.ok(result.schedules < 5000, `${result.schedules} schedules`)
  assert.match(
    String(replay(remoteFree, result.failure?.trace ?? '', { storeBuffers: false }).failure?.error),
    /nobody will look for/,
  )
})

test.run()
