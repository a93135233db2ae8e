// What a page that makes a heap has to load: the package and its tiers as one bundle, minified and gzipped. What is only
// loaded when it is used (`import()`) does not count. Prints what each part of it adds, too.

import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { assert, suite } from '@hakmem/testing'
import { build } from 'rolldown'
import { minify } from 'rolldown/utils'

/** Bytes. 12 * 1024 was promised: docs/performance.md, "Size", says what there is instead. This keeps it from growing. */
const MOST = 26_700

const PAGE = fileURLToPath(new URL('./page.js', import.meta.url))

/** What the package's files are for; each is of the first part that names it. */
const PARTS: Readonly<Record<string, RegExp>> = {
  'malloc and free up to 1 MiB: caches, magazines, refills, flushes, remote frees':
    /^(tiny|mid)|(cache|slabs|depot|rings|refill|remote|ordering|classes|specialise|outofline)\.js/,
  'what Heap adds: calloc, realloc, memalign, batches, views': /core\/dist\/(heap|site|index)\.js|bulk\.js/,
  'pages and extents, large blocks': /(runs|freeindex|extents|wholes|large)\.js/,
  'threads: attach, take over, park, adopt, recover, reap, watch, locks that outlive their owners':
    /^sync|(attached|record|rederive|vacancies|reap|watch|watches|members|thread)\.js/,
  'header, options, layout': /(arena|layout)\.js/,
  'errors, and what is wrong with a pointer': /(errors|pointers)\.js/,
  'audit, stats, counters': /(audit|faults|stats|counters|counting)\.js/,
  'policy, pins, profiles, knobs, strategies, events': /^learning|(knobs|events)\.js/,
}

const gzipped = (code: string) => gzipSync(code, { level: 9 }).length

const test = suite('size')

test('core with its tiers stays within its size', async () => {
  const { output } = await bundled(true)
  const [entry] = output
  assert.equal(entry.imports, [])
  const bytes = gzipped(entry.code)
  console.log(`a page with a heap: ${entry.code.length} bytes minified, ${bytes} gzipped`)
  assert.ok(bytes <= MOST, `${bytes} bytes, at most ${MOST}`)
})

test('each part adds to it', async () => {
  const { output } = await bundled(false)
  const parts = new Map(Object.keys(PARTS).map((part) => [part, '']))
  for (const [id, { code }] of Object.entries(output[0].modules)) {
    const file = id.replace(/^.*\/packages\//, '')
    if (id === PAGE) continue
    const [part] = Object.entries(PARTS).find(([, files]) => files.test(file)) ?? []
    if (part === undefined) throw new Error(`${file} is of no part`)
    const small = await minify(id, code ?? '', { compress: false, mangle: { toplevel: true } })
    parts.set(part, `${parts.get(part)}${small.code}\n`)
  }
  const all = gzipped([...parts.values()].join(''))
  for (const [part] of parts) {
    const others = [...parts].filter(([other]) => other !== part).map(([, code]) => code)
    const added = all - gzipped(others.join(''))
    console.log(`${(added / 1000).toFixed(1)} kB  ${part}`)
    assert.ok(added > 0, part)
  }
})

function bundled(minify: boolean) {
  return build({ input: PAGE, output: { format: 'esm', minify }, write: false, logLevel: 'silent' })
}

test.run()
