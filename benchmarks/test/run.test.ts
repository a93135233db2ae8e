import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { assert, suite } from '@hakmem/testing'
import { isLibraryOf } from '#peers/native'
import { type Peer, peers } from '#peers/peers'
import { runCell } from '#run/run-cell'
import { workloads } from '#workloads'

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url))
const [tinyHot] = workloads
const quick = { rounds: 2, seconds: 0.02, seed: 1, onStep: () => {} }

const run = suite('run')

run('a contender that fails is reported, and the others go on', async () => {
  const nobody: Peer = { name: 'nobody', about: '', kind: 'script', passesBlocks: true, warmUp: 0.01 }
  const others = peers.filter(({ name }) => name === 'thi.ng').map((peer) => ({ ...peer, warmUp: 0.01 }))
  const cell = { workload: tinyHot, threads: 1, peers: [nobody, ...others], leftOut: [] }
  const { results, failures } = await runCell(cell, quick)
  assert.equal(
    failures.map(({ peer }) => peer),
    ['nobody'],
  )
  assert.match(failures[0].error, "no contender in JavaScript is called 'nobody'")
  assert.equal(
    results.map(({ peer }) => peer),
    ['thi.ng'],
  )
  assert.is(results[0].rounds.length, 2)
})

run('a native contender must get its malloc from its own library', () => {
  assert.ok(isLibraryOf('mimalloc', '/lib/libmimalloc.so.2'))
  assert.ok(isLibraryOf('libc', '/lib/x86_64-linux-gnu/libc.so.6'))
  assert.not(isLibraryOf('mimalloc', '/lib/x86_64-linux-gnu/libc.so.6'))
  assert.not(isLibraryOf('libc', '/lib/libtcmalloc.so.4'))
})

run('the command writes what it measured', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'))
  try {
    const file = join(folder, 'figures.json')
    const args = ['--workload', 'tiny-hot', '--threads', '1,2', '--rounds', '2', '--seconds', '0.02']
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [CLI, ...args, '--peers', 'sab', '--json', file],
      { encoding: 'utf8' },
    )
    assert.is(status, 0, stderr)
    assert.match(stdout, 'over 1 thread')
    const { schema, machine, results, ratios, failures } = JSON.parse(readFileSync(file, 'utf8'))
    assert.is(schema, 1)
    assert.is(machine.node, process.versions.node)
    assert.equal(Object.keys(machine.peers), ['hakmem', 'sab'])
    assert.is(results.length, 4)
    assert.is(results[0].rounds.length, 2)
    assert.is(results[0].unit, 'M ops/s')
    assert.is(ratios.length, 2)
    assert.is(ratios[1].rounds[0], results[2].rounds[0] / results[3].rounds[0])
    assert.equal(failures, [])
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
