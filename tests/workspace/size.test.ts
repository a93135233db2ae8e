// What a page that imports @hakmem/core has to load: the package and its tiers as one bundle, minified and gzipped.
// What is only loaded when it is used (`import()`) does not count.

import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { assert, suite } from '@hakmem/testing'
import { build } from 'rolldown'

/** Bytes. Meant to come down to 12 * 1024; until then this keeps it from growing. */
const MOST = 24_000

const test = suite('size')

test('core with its tiers stays within its size', async () => {
  const { output } = await build({
    input: fileURLToPath(import.meta.resolve('@hakmem/core')),
    output: { format: 'esm', minify: true },
    write: false,
    logLevel: 'silent',
  })
  const [entry] = output
  // Chunks that the entry imports outright are loaded with it.
  const first = output.filter((chunk) => chunk === entry || entry.imports.includes(chunk.fileName))
  const code = first.map((chunk) => (chunk.type === 'chunk' ? chunk.code : '')).join('\n')
  const bytes = gzipSync(code, { level: 9 }).length
  console.log(`@hakmem/core: ${code.length} bytes minified, ${bytes} gzipped`)
  assert.ok(bytes <= MOST, `${bytes} bytes, at most ${MOST}`)
})

test.run()
