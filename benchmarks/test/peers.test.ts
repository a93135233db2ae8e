/**
 * The contenders are what they claim to be: built from what was asked for, linked to it, and set as told. Those that
 * are not installed here are named, and left to machines that have them.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { assert, notTested, suite } from '@hakmem/testing'
import { build, type Missing } from '#peers/built'
import { isMallocOf, keepOf, type Launch, launchOf } from '#peers/launch'
import { checkSettings } from '#peers/native'
import { type Peer, peers } from '#peers/peers'
import { Contender } from '#run/contender'

/** Laid out like mimalloc's sources: an allocator that heeds no settings. */
const SOURCES = fileURLToPath(new URL('../test/mimalloc', import.meta.url))

const test = suite('peers')

for (const peer of peers) {
  const launch = launchOf(peer)
  if (isMissing(launch)) continue
  test(`${peer.name} starts, and says its version`, async () => {
    const contender = await Contender.start(peer)
    await contender.end()
    assert.match(contender.hello.version, /\d/)
  })
  const keep = keepOf(peer)
  if (keep === undefined) continue
  test(`${peer.name} says that it keeps its memory, and as its authors set it does not`, () => {
    checkSettings(launch.command[0], keep)
    assert.throws(() => checkSettings(launch.command[0], { ...keep, env: {} }), /no effect/)
  })
}

test('settings of the shell do not reach a native contender', () => {
  process.env.MALLOC_CONF = 'dirty_decay_ms:-1'
  try {
    const launch = launchOf(peerOf('libc'))
    if (!isMissing(launch)) assert.is(launch.env.MALLOC_CONF, undefined)
  } finally {
    delete process.env.MALLOC_CONF
  }
})

test('mimalloc is built from sources, and refused if it does not heed its settings', async () => {
  process.env.MIMALLOC_SRC = SOURCES
  try {
    if (isMissing(launchOf(peerOf('mimalloc-static')))) return
    const contender = await Contender.start(peerOf('mimalloc-static'))
    await contender.end()
    assert.is(contender.hello.version, '3.4.5')
    const error = await Contender.start(peerOf('mimalloc-static-keep')).catch((error) => error)
    assert.match(String(error), 'has no effect that could be read back')
  } finally {
    delete process.env.MIMALLOC_SRC
  }
})

test('the twin must get its malloc from the library that it stands for', () => {
  assert.ok(isMallocOf(peerOf('mimalloc'), '/lib/libmimalloc.so.2'))
  assert.ok(isMallocOf(peerOf('mimalloc-keep'), '/lib/libmimalloc.so.2'))
  assert.ok(isMallocOf(peerOf('libc'), '/lib/x86_64-linux-gnu/libc.so.6'))
  assert.ok(isMallocOf(peerOf('em-dlmalloc'), 'dlmalloc'))
  assert.not(isMallocOf(peerOf('em-dlmalloc'), 'emmalloc'))
  assert.not(isMallocOf(peerOf('mimalloc'), '/lib/x86_64-linux-gnu/libc.so.6'))
  assert.not(isMallocOf(peerOf('mimalloc-static'), '/lib/libmimalloc.so.2'))
  assert.not(isMallocOf(peerOf('libc'), '/lib/libtcmalloc.so.4'))
})

test('what was built is built anew when a source changes, and only then', () => {
  const folder = mkdtempSync(join(tmpdir(), 'built-'))
  const source = join(folder, 'source')
  const copy = "const [, from, , to] = process.argv; require('node:fs').copyFileSync(from, to)"
  const recipe = {
    name: 'test-copy',
    output: 'copy',
    program: process.execPath,
    args: ['-e', copy, '--', source],
    inputs: [source],
  }
  const made: string[] = []
  try {
    for (const text of ['one', 'one', 'two']) {
      writeFileSync(source, text)
      const built = build(recipe)
      if ('missing' in built) throw new Error(built.missing)
      assert.is(readFileSync(built.file, 'utf8'), text)
      made.push(built.file)
    }
    assert.is(made[0], made[1])
    assert.is.not(made[1], made[2])
  } finally {
    rmSync(folder, { recursive: true })
    for (const file of made) rmSync(dirname(file), { recursive: true, force: true })
  }
})

test('what cannot be built is missing, with the compiler’s complaint', () => {
  const recipe = { name: 'test-fails', output: 'none', inputs: [] }
  const missing = build({
    ...recipe,
    program: process.execPath,
    args: ['-e', "throw new Error('no luck')", '--'],
  })
  assert.equal(missing, { missing: "throw new Error('no luck')" })
})

test.run()

function peerOf(name: string): Peer {
  return peers.find((peer) => peer.name === name) as Peer
}

function isMissing(launch: Launch | Missing): launch is Missing {
  if ('missing' in launch) notTested(launch.missing)
  return 'missing' in launch
}
