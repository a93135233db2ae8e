// Eight ways in which lock-free code has been wrong: each is found within a stated number of schedules, and its mended
// form passes all of them. The programs are ordinary code (`programs/`), rewritten as they are loaded.

import { assert, suite } from '@hakmem/testing'
import { explore, replay } from '../dist/engine.js'
import { load } from '../dist/load.js'
import type { ExploreOptions, Scenario } from '../dist/scenario.js'

const test = suite('broken variants')

interface Variant {
  readonly file: string
  readonly says: RegExp
  /** Schedules within which the failure is found. */
  readonly most: number
  readonly options?: ExploreOptions
}

const VARIANTS: Record<string, Variant> = {
  'a wake-up is lost by a condition without a sequence': {
    file: 'condition',
    says: /nobody will wake consumer/,
    most: 20,
  },
  'a list of dirty slabs loses one when a freer dies': {
    file: 'dirty',
    says: /block \d is lost/,
    most: 150,
    options: { kills: 1 },
  },
  'a node is popped twice off a stack without a count': { file: 'stack', says: /each node once/, most: 20 },
  'a record is claimed twice by load and store': { file: 'record', says: /is held by/, most: 20 },
  'a flag cleared after the sweep loses a block': { file: 'flag', says: /1 blocks are lost/, most: 60 },
  'two claims in both directions starve each other': {
    file: 'contiguous',
    says: /0 of two claims/,
    most: 50,
    options: { preemptions: 3 },
  },
  'a reaper that is not idempotent lists an extent twice': {
    file: 'reaper',
    says: /listed twice/,
    most: 20,
    options: { kills: 2 },
  },
}

const parent = import.meta.url
const include = [/\/programs\//]

type Forms = Record<'broken' | 'mended', Scenario<unknown>>

for (const [name, { file, says, most, options }] of Object.entries(VARIANTS)) {
  test(name, async () => {
    const { broken, mended } = await load<Forms>(`./programs/${file}.js`, { parent, include })
    const { failure, schedules } = explore(broken, options)
    assert.match(String((failure?.error as Error)?.message), says)
    assert.ok(schedules <= most, `${schedules} schedules`)
    // What was shrunk fails in the same way when it is run again.
    const again = replay(broken, failure?.trace ?? '', options)
    assert.match(String((again.failure?.error as Error)?.message), says)

    const passed = explore(mended, options)
    assert.is(passed.failure, undefined, String(passed.failure))
    assert.ok(passed.complete)
    console.log(
      `${file}: found in ${schedules} schedules; mended: ${passed.schedules}, ${Math.round(passed.schedules / passed.seconds)}/s`,
    )
    if (process.env.SHOW) console.log(String(failure))
  })
}

test('a plain store that is no release publishes too early', async () => {
  const declare = (publish: 'release' | 'unordered') => ({
    parent,
    include,
    declared: { 'publish.js': { put: 'unordered', publish, seen: 'acquire' } } as const,
  })
  type Publish = Record<'delayed' | 'undeclared', Scenario<unknown>>
  const broken = await load<Publish>('./programs/publish.js', declare('unordered'))
  const mended = await load<Publish>('./programs/publish.js', declare('release'))

  const early = explore(broken.delayed)
  assert.match(String((early.failure?.error as Error)?.message), /the consumer read 0/)
  assert.ok(early.schedules <= 20, `${early.schedules} schedules`)
  assert.is(explore(mended.delayed).failure, undefined)

  const race = explore(broken.undeclared, { races: true })
  assert.is((race.failure?.error as { code?: string })?.code, 'RACE')
  assert.ok(race.schedules <= 5, `${race.schedules} schedules`)
  assert.is(explore(mended.undeclared, { races: true }).failure, undefined)
  console.log(`publish: found in ${early.schedules} schedules, as a race in ${race.schedules}`)
  if (process.env.SHOW) console.log(String(early.failure), String(race.failure))
})

test.run()
