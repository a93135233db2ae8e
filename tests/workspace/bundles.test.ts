// What Node loads of core and of what it stands on: a file per package, and each class once.

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as arena from '@hakmem/arena'
import * as core from '@hakmem/core'
import { assert, suite } from '@hakmem/testing'
import { parseSync } from 'rolldown/utils'

const test = suite('bundles')

/** The files that an import of `url` loads, itself included. */
function loadedBy(url: string, found = new Set<string>()): Set<string> {
  if (found.has(url)) return found
  found.add(url)
  const { module } = parseSync(url, readFileSync(fileURLToPath(url), 'utf8'))
  for (const { moduleRequest } of module.staticImports) {
    const { value } = moduleRequest
    loadedBy(value.startsWith('.') ? new URL(value, url).href : import.meta.resolve(value), found)
  }
  return found
}

test('core is three files: its own with the tiers in it, the arena, the locks', () => {
  const packages = [...loadedBy(import.meta.resolve('@hakmem/core'))].map(
    (url) => /\/packages\/(\w+)\//.exec(url)?.[1],
  )
  assert.equal(packages.sort(), ['arena', 'core', 'sync'])
})

test('what core exports of the arena is the arena’s own', () => {
  const own = new Map<string, unknown>(Object.entries(arena))
  const shared = Object.entries(core).filter(([name]) => own.has(name))
  assert.ok(shared.length > 10)
  for (const [name, value] of shared) assert.is(value, own.get(name), name)
})

test.run()
