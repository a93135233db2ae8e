// Modules loaded rewritten, with their graph, beside the plain ones; in Node of every version that is found.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Heap } from '@hakmem/core'
import { assert, suite } from '@hakmem/testing'
import { InterleaveError } from '../dist/errors.js'
import { type LoadOptions, load } from '../dist/load.js'
import { drain, sites } from './stub.runtime.ts'
import { type Course, workload } from './workload.ts'

const test = suite('load')

const runtime = new URL('./stub.runtime.js', import.meta.url).href
const TMP = fileURLToPath(new URL('../../../tmp/', import.meta.url))

const ALLOCATOR = /\/packages\/\w+\/dist\//

let folder = ''

test.before(() => {
  mkdirSync(TMP, { recursive: true })
  folder = mkdtempSync(join(TMP, 'load-'))
})

test.after(() => rmSync(folder, { recursive: true, force: true }))

/** A package of these files, and what its `run` answers when it is loaded. */
const files = (texts: Record<string, string>): string => {
  const at = mkdtempSync(join(folder, 'package-'))
  writeFileSync(
    join(at, 'package.json'),
    '{ "name": "made-up", "type": "module", "imports": { "#own": "./own.js" } }',
  )
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(at, name), text)
  return pathToFileURL(join(at, 'index.js')).href
}

type Run = { run: (...args: unknown[]) => unknown }

const loadFrom = (url: string, options: Partial<LoadOptions> = {}) =>
  load<Run>('./index.js', { parent: url, runtime, ...options })

const refused = async (body: () => unknown, message: RegExp) => {
  let thrown: unknown
  try {
    await body()
  } catch (error) {
    thrown = error
  }
  assert.instance(thrown, InterleaveError)
  assert.is((thrown as InterleaveError).code, 'REWRITE')
  assert.match((thrown as Error).message, message)
}

const OWN =
  'export const W = new Int32Array(new SharedArrayBuffer(8)); export const next = () => Atomics.add(W, 0, 1)'

test('the whole graph is rewritten, package imports included', async () => {
  const url = files({
    'index.js': `import { next } from '#own'; import { other } from './other.js'; export const run = () => [next(), other(), next()]`,
    'own.js': OWN,
    'other.js': `import { next } from './own.js'; export const other = () => next()`,
  })
  const { run } = await loadFrom(url)
  sites.length = 0
  assert.equal(drain(run()), [0, 1, 2])
  assert.equal(sites.splice(0), ['add own.js:1 next', 'add own.js:1 next', 'add own.js:1 next'])
})

test('each load is an instance of its own, beside the plain one', async () => {
  const url = files({
    'index.js': `import { next } from '#own'; export const run = () => next()`,
    'own.js': OWN,
  })
  const plain = (await import(url)) as Run
  const [first, second] = [await loadFrom(url), await loadFrom(url)]
  assert.is(plain.run(), 0)
  assert.is(plain.run(), 1)
  assert.is(drain(first.run()), 0)
  assert.is(drain(first.run()), 1)
  assert.is(drain(second.run()), 0)
  assert.is(plain.run(), 2)
})

test('what is imported later on is of the same load', async () => {
  const url = files({
    'index.js': `export const run = () => import('./own.js').then((own) => own)`,
    'own.js': OWN,
  })
  const { run } = await loadFrom(url)
  const own = (await drain(run())) as { next: () => unknown }
  assert.is.not(own.next(), 0)
  assert.is(drain(own.next()), 0)
})

test('modules that are not included are the plain ones', async () => {
  const url = files({
    'index.js': `import { next } from './own.js'; export const run = () => next()`,
    'own.js': OWN,
  })
  const plain = (await import(new URL('./own.js', url).href)) as { next: () => number }
  const { run } = await loadFrom(url, { include: [/index\.js$/] })
  assert.is(drain(run()), 0)
  assert.is(plain.next(), 1)
})

test('import.meta.url and builtins resolve as ever', async () => {
  const url = files({
    'index.js': `import { basename } from 'node:path'; import acorn from './own.js'
      export const run = () => [basename(new URL('./own.js', import.meta.url).pathname), acorn]`,
    'own.js': 'export default 7',
  })
  assert.equal(drain((await loadFrom(url)).run()), ['own.js', 7])
})

test('an error in a rewritten module is on its line', async () => {
  const url = files({
    'index.js': `import { fail } from './own.js'
export const run = () =>
  [
    fail?.(1),
  ]`,
    'own.js': `const at = (x) => x

export function fail(x) {
  throw new Error(at(x))
}`,
  })
  const { run } = await loadFrom(url)
  try {
    drain(run())
    assert.unreachable()
  } catch (error) {
    const stack = (error as Error).stack ?? ''
    assert.match(stack, /own\.js\?interleave=\d+:4:/)
    assert.match(stack, /index\.js\?interleave=\d+:4:/)
  }
})

test('a patch plants a bug in its load alone', async () => {
  const url = files({
    'index.js': `import { next } from '#own'; export const run = () => next()`,
    'own.js': OWN,
  })
  const patch = [{ file: 'own.js', replace: 'W, 0, 1', by: "W, 0, '$&'.length" }]
  const { run } = await loadFrom(url, { patch })
  drain(run())
  assert.is(drain(run()), 2)
  const plain = await loadFrom(url)
  drain(plain.run())
  assert.is(drain(plain.run()), 1)
})

test('a patch must fit exactly once', async () => {
  const url = files({ 'index.js': `import './own.js'; export const run = () => 1 + 1`, 'own.js': OWN })
  const patched = (file: string, replace: string) => () =>
    loadFrom(url, { patch: [{ file, replace, by: '2' }] })
  await refused(patched('index.js', '1'), /patch of index\.js: "1" occurs 2 times, not once/)
  await refused(patched('index.js', '3'), /patch of index\.js: "3" occurs 0 times, not once/)
  await refused(patched('index.js', ''), /not once/)
  await refused(patched('wn.js', 'add'), /patch: \.\/index\.js loads no file wn\.js/)
  assert.is(drain((await patched('index.js', '1 + 1')()).run()), 2)
})

test('declared plain accesses are steps, and must be there', async () => {
  const url = files({
    'index.js': `import { next } from '#own'; export const run = () => next(new Uint8Array(4))`,
    'own.js': `export const next = (a) => { a[1] = 5; return a[1] }`,
  })
  const { run } = await loadFrom(url, { declared: { 'own.js': { next: 'release' } } })
  sites.length = 0
  assert.is(drain(run()), 5)
  assert.equal(sites.splice(0), ['store release own.js:1 next', 'load release own.js:1 next'])
  await refused(
    () => loadFrom(url, { declared: { 'own.js': { nobody: 'release' } } }),
    /own\.js: declared\.nobody/,
  )
  await refused(
    () => loadFrom(url, { declared: { 'none.js': { next: 'release' } } }),
    /loads no file none\.js/,
  )
})

test('what cannot be rewritten is said with file and line', async () => {
  const url = files({ 'index.js': `import './own.js'`, 'own.js': `\nexport function* g() {}` })
  await refused(() => loadFrom(url), /own\.js:2: g is a generator function/)
  const script = files({ 'index.js': `import './old.cjs'`, 'old.cjs': 'module.exports = 1' })
  await refused(() => loadFrom(script), /only ES modules are rewritten/)
  await refused(() => loadFrom(url, { include: [/nothing/] }), /no pattern of include matches/)
})

test('a module that is not found is an error as ever', async () => {
  try {
    await load('./nowhere.js', { parent: import.meta.url, runtime })
    assert.unreachable()
  } catch (error) {
    assert.is((error as { code?: string }).code, 'ERR_MODULE_NOT_FOUND')
  }
})

test(
  'the whole allocator, rewritten, does what the plain one does',
  async () => {
    const declared = { 'ordering.js': { peek: 'unordered', mark: 'release', seen: 'acquire' } } as const
    const include = [ALLOCATOR, /\/workload\.js$/]
    const module = await load<{ workload: typeof workload }>('./workload.js', {
      parent: import.meta.url,
      runtime,
      include,
      declared,
    })
    for (const seed of [1, 2]) {
      sites.length = 0
      const rewritten = drain(module.workload(seed, 5000)) as Course
      const marks = sites.splice(0).filter((site) => /store release ordering\.js:\d+ mark/.test(site))
      const plain = workload(seed, 5000)
      assert.equal(rewritten.answers, plain.answers)
      assert.equal(rewritten.audit, plain.audit)
      assert.equal(rewritten.stats, plain.stats)
      assert.ok(plain.answers.length > 2000, `${plain.answers.length} answers`)
      assert.ok(marks.length > 300, `${marks.length} marks`)
    }
  },
  { timeout: 120_000 },
)

test('the allocator is loaded by its name', async () => {
  const core = await load<{ Heap: typeof Heap }>('@hakmem/core', {
    parent: import.meta.url,
    runtime,
    include: [ALLOCATOR],
    // The trap of a proxy is run by the engine, which cannot be suspended: what it runs is called instead.
    patch: [
      { file: 'core/dist/specialise.js', replace: 'this.#refill instanceof none', by: 'this.slowMalloc()' },
      { file: 'core/dist/specialise.js', replace: 'this.#leftover instanceof none', by: 'this.slowFree()' },
    ],
  })
  assert.is.not(core.Heap, Heap)
  const heap = drain(core.Heap.create({ bytes: 4 * 2 ** 20 })) as Heap
  const other = Heap.create({ bytes: 4 * 2 ** 20 })
  assert.is(drain(heap.malloc(48)), other.malloc(48))
  other.detach()
})

test.run()
