import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { assert, suite } from '@hakmem/testing'
import { PARTS } from '#contender/protocol'
import type { Report } from '#figures'
import { type Peer, peers } from '#peers/peers'
import { runCell } from '#run/run-cell'
import { type Workload, workloads } from '#workloads'

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url))
const [tinyHot] = workloads
const quick = { launches: 2, rounds: 2, seconds: 0.02, memorySeconds: 0, seed: 1, pinned: false }
const hooks = { processors: undefined, onStep: () => {} }

const run = suite('run')

run('a contender that fails is reported, and the others go on', async () => {
  const nobody: Peer = { name: 'nobody', about: '', kind: 'script', passesBlocks: true, warmUp: 0.01 }
  const others = peers.filter(({ name }) => name === 'thi.ng').map((peer) => ({ ...peer, warmUp: 0.01 }))
  const cell = { workload: tinyHot, threads: 1, peers: [nobody, ...others], leftOut: [] }
  const { results, failures } = await runCell(cell, quick, hooks)
  assert.equal(
    failures.map(({ peer }) => peer),
    ['nobody'],
  )
  assert.match(failures[0].error, "no contender in JavaScript is called 'nobody'")
  assert.equal(
    results.map(({ peer }) => peer),
    ['thi.ng'],
  )
  assert.equal(
    results[0].launches.map((rounds) => rounds.length),
    [2, 2],
  )
})

run('memory is measured over a warm process and followed round by round', async () => {
  const workload = workloads.find(({ name }) => name === 'mid-large-mt') as Workload
  const contenders = peers.filter(({ name }) => name === 'hakmem').map((peer) => ({ ...peer, warmUp: 0.1 }))
  const cell = { workload, threads: 2, peers: contenders, leftOut: [] }
  const { results, failures } = await runCell(cell, { ...quick, launches: 1, memorySeconds: 0.5 }, hooks)
  assert.equal(failures, [])
  const { memory } = results[0]
  assert.ok(memory !== undefined && memory.samples.length >= 2)
  // Only the first byte of each block is written: at least a page of every 32 KiB, and far less than a whole process.
  const grown = memory.peakBytes - memory.baselineBytes
  assert.ok(grown > memory.liveBytes / 8 && grown < 8 * memory.liveBytes, `${grown} of ${memory.liveBytes}`)
})

run('the command writes what it measured', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'))
  try {
    const file = join(folder, 'figures.json')
    const args = [
      '--workload',
      'random-mixed',
      '--threads',
      '1,2',
      '--launches',
      '2',
      '--rounds',
      '2',
      '--seconds',
      '0.02',
    ]
    const command = [CLI, ...args, '--peers', 'sab']
    const { status, stdout, stderr } = spawnSync(process.execPath, [...command, '--json', file], {
      encoding: 'utf8',
    })
    assert.is(status, 0, stderr)
    assert.match(stdout, 'over 1 thread')
    const {
      schema,
      command: typed,
      machine,
      settings,
      noise,
      results,
      ratios,
      failures,
      absences,
    }: Report = JSON.parse(readFileSync(file, 'utf8'))
    assert.is(schema, 3)
    assert.match(typed, 'pnpm bench --workload random-mixed')
    assert.is(settings.launches, 2)
    assert.is(machine.node, process.versions.node)
    assert.equal(Object.keys(machine.peers), ['hakmem', 'sab'])
    assert.ok(noise.load >= 0)
    assert.is(results.length, 4)
    assert.equal(
      results[0].launches.map((rounds) => rounds.length),
      [2, 2],
    )
    assert.is(results[0].unit, 'M ops/s')
    assert.is(results[0].latency?.nanoseconds.length, PARTS.length)
    assert.ok((results[2].slowestLane ?? 0) > 0 && (results[2].slowestLane ?? 2) <= 1)
    assert.is(ratios.length, 2)
    assert.is(ratios[1].launches[1][0], results[2].launches[1][0] / results[3].launches[1][0])
    assert.equal(failures, [])
    assert.equal(absences, [])

    const again = spawnSync(process.execPath, [...command, '--baseline', file, '--fail-below', '1000'], {
      encoding: 'utf8',
    })
    assert.is(again.status, 1)
    assert.match(again.stdout, /Since \d{4}-/)
    assert.match(again.stderr, 'below 1000: random-mixed ×1')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

run('a mistake on the command line ends it with code 2 and one line', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, '--profile', 'fast'], {
    encoding: 'utf8',
  })
  assert.is(status, 2)
  assert.is(stdout, '')
  assert.match(stderr, /^no profile is called 'fast'; there are .*\n$/)
})

run.run()
