import { assert, suite } from '@hakmem/testing'
import { LEAST_LAUNCHES } from '#figures'
import { HELP, parseOptions } from '#options'
import { peers } from '#peers/peers'
import { profiles } from '#profiles'
import { formatSkipped } from '#report/format'
import { formatList } from '#report/list'
import { unplanned } from '#run/absences'
import { planCells } from '#run/plan'
import { UsageError } from '#usage-error'
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
  assert.is(found.settings.rounds, 3)
  assert.is(found.settings.seconds, 0.1)
  assert.is(found.workloads[0].name, profiles.mid.workloads[0])
})

options('hakmem always takes part', () => {
  const { peers: chosen } = parseOptions(['--peers', 'libc'])
  assert.equal(
    chosen.map(({ name }) => name),
    ['hakmem', 'libc'],
  )
})

options(
  'every profile names workloads that exist, and every workload is in a profile besides the full one',
  () => {
    for (const name of Object.keys(profiles))
      assert.ok(parseOptions(['--profile', name]).workloads.length > 0)
    const { full, ...others } = profiles
    const named = new Set(Object.values(others).flatMap(({ workloads }) => workloads))
    assert.equal(
      full.workloads.filter((name) => !named.has(name)),
      [],
    )
  },
)

options('the profiles are those that the documentation promises', () => {
  const promised = 'quick tiny mixed mid remote larson churn memory scaling full'
  assert.equal(Object.keys(profiles), promised.split(' '))
})

options('the list has every profile with how long it takes, every workload and every contender', () => {
  const lines = formatList().split('\n')
  const has = (pattern: RegExp) =>
    assert.ok(
      lines.some((line) => pattern.test(line)),
      String(pattern),
    )
  for (const name of Object.keys(profiles)) has(new RegExp(`^  ${name} .*; \\d+ min \\(`))
  for (const { name } of [...workloads, ...peers]) has(new RegExp(`^  ${name} `))
})

options('all contenders are pinned or none', () => {
  assert.is(parseOptions([]).settings.pinned, true)
  assert.is(parseOptions(['--unpinned']).settings.pinned, false)
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
    ['--seconds', '1e9'],
    ['--launches', '0'],
    ['--json', '/no/such/folder/file.json'],
    ['--html', '/no/such/folder/file.html'],
    ['--baseline', '/no/such/file.json'],
    ['--fail-below', '0'],
    ['--fail-below', 'fast'],
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
  const names = [
    'profile',
    'workload',
    'threads',
    'peers',
    'launches',
    'rounds',
    'seconds',
    'seed',
    'unpinned',
  ]
  for (const name of [...names, 'json', 'html', 'baseline', 'fail-below', 'list'])
    assert.match(HELP, `--${name} `)
})

options(
  'rings run with two threads whatever was asked for, and leave out what cannot pass blocks or hold so many',
  () => {
    const cells = planCells(workloads, [1, 4], peers)
    const rings = cells.filter(({ workload }) => workload.name === 'ring')
    assert.equal(
      rings.map(({ threads }) => threads),
      [2],
    )
    assert.equal(
      rings[0].leftOut.map(({ peer }) => peer),
      ['thi.ng', 'sab'],
    )
    assert.equal(
      cells.filter(({ workload }) => workload.name === 'tiny-hot').map(({ threads }) => threads),
      [1, 4],
    )
  },
)

options('a workload that no heap could hold with so many threads has no cell, and that is told', () => {
  const churn = workloads.filter(({ name }) => name === 'large-churn')
  assert.equal(
    planCells(churn, [4, 64], peers).map(({ threads }) => threads),
    [4],
  )
  const [absence, ...others] = unplanned(churn, [4, 64])
  assert.equal(others, [])
  assert.match(formatSkipped(absence), /^large-churn ×64 is skipped: it would keep 18\.8 GiB allocated/)
})

options('every profile but the one for a first look has launches enough for an interval', () => {
  for (const [name, { launches }] of Object.entries(profiles))
    assert.ok(name === 'quick' || launches >= LEAST_LAUNCHES, name)
})

options.run()
