import { assert, suite } from '@hakmem/testing'
import { HELP, parseOptions, UsageError } from '#options'
import { peers } from '#peers/peers'
import { profiles } from '#profiles'
import { planCells } from '#run/plan'
import { workloads } from '#workloads'

const options = suite('options')

options('the quick profile is what runs unless told', () => {
  const { action, workloads: chosen, threads } = parseOptions([])
  assert.is(action, 'run')
  assert.equal(
    chosen.map(({ name }) => name),
    profiles.quick.workloads,
  )
  assert.equal(threads, profiles.quick.threads)
})

options('a profile can be changed option by option', () => {
  const found = parseOptions(['--profile', 'mid', '--threads', '1,2,4', '--rounds', '3', '--seconds', '0.1'])
  assert.equal(found.threads, [1, 2, 4])
  assert.is(found.rounds, 3)
  assert.is(found.seconds, 0.1)
  assert.is(found.workloads[0].name, profiles.mid.workloads[0])
})

options('hakmem always takes part', () => {
  const { peers: chosen } = parseOptions(['--peers', 'libc'])
  assert.equal(
    chosen.map(({ name }) => name),
    ['hakmem', 'libc'],
  )
})

options('every profile names workloads that exist', () => {
  for (const name of Object.keys(profiles)) assert.ok(parseOptions(['--profile', name]).workloads.length > 0)
})

options('a mistake is told in one line', () => {
  const mistakes = [
    ['--profile', 'fast'],
    ['--profile', 'toString'],
    ['--workload', 'tiny'],
    ['--peers', 'dlmalloc'],
    ['--threads', '0'],
    ['--threads', '1,x'],
    ['--rounds', '1.5'],
    ['--seconds', '-1'],
    ['--seconds', ''],
    ['--json', '/no/such/folder/file.json'],
    ['--nonsense'],
    ['--rounds'],
    ['tiny-hot'],
  ]
  for (const args of mistakes) {
    try {
      parseOptions(args)
      assert.unreachable(`${args.join(' ')} was taken`)
    } catch (error) {
      assert.instance(error, UsageError)
      assert.not.match((error as Error).message, '\n')
    }
  }
})

options('the help names every option', () => {
  for (const name of ['profile', 'workload', 'threads', 'peers', 'rounds', 'seconds', 'seed', 'json', 'list'])
    assert.match(HELP, `--${name} `)
})

options('rings run with two threads whatever was asked for, and leave out what cannot pass blocks', () => {
  const cells = planCells(workloads, [1, 4], peers)
  const rings = cells.filter(({ workload }) => workload.name === 'ring')
  assert.equal(
    rings.map(({ threads }) => threads),
    [2],
  )
  assert.equal(
    rings[0].leftOut.map(({ peer }) => peer),
    ['sab'],
  )
  assert.equal(
    cells.filter(({ workload }) => workload.name === 'tiny-hot').map(({ threads }) => threads),
    [1, 4],
  )
})

options.run()
