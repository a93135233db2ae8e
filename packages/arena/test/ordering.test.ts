// All Atomics of the heap stand in one module, so that a scheduler for tests can take its place.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { assert, suite } from '@hakmem/testing'
import { parseSync } from 'rolldown/utils'

const PACKAGES = fileURLToPath(new URL('../../', import.meta.url))
const OF_THE_HEAP = ['arena', 'tiny', 'mid', 'learning', 'core']

/** Every name that a source mentions in its code. */
function namesIn(file: string, source: string): Set<string> {
  const { program, errors } = parseSync(file, source)
  assert.equal(errors, [])
  const names = new Set<string>()
  const visit = (value: unknown) => {
    if (Array.isArray(value)) for (const item of value) visit(item)
    else if (typeof value === 'object' && value !== null) {
      const { type, name, value: literal } = value as { type?: unknown; name?: unknown; value?: unknown }
      if (type === 'Identifier' && typeof name === 'string') names.add(name)
      if (type === 'Literal' && typeof literal === 'string') names.add(literal)
      for (const item of Object.values(value)) visit(item)
    }
  }
  visit(program)
  return names
}

const test = suite('the ordering module')

test('is the only one that mentions Atomics', () => {
  const found = OF_THE_HEAP.flatMap((name) => {
    const folder = join(PACKAGES, name, 'src')
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.ts'),
    )
    assert.ok(files.length > 0)
    return files
      .filter((file) => namesIn(file, readFileSync(join(folder, file), 'utf8')).has('Atomics'))
      .map((file) => `${name}/${file}`)
  })
  assert.equal(found, ['arena/ordering.ts'])
})

test('a comment is no mention, an aliased or computed access is', () => {
  assert.not(namesIn('x.ts', '// Atomics.load\n/* Atomics */ export const x = 1').has('Atomics'))
  assert.ok(namesIn('x.ts', 'const { load } = Atomics; export { load }').has('Atomics'))
  assert.ok(namesIn('x.ts', 'export const a = Reflect.get(globalThis, "Atomics")').has('Atomics'))
})

test.run()
