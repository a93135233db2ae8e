// The packages depend on each other only along the arrows, in their sources and in their manifests.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { assert, suite } from '@hakmem/testing'
import { ARROWS, TOOLS, wrongImports } from './arrows.ts'
import { PACKAGES, ROOT, readManifest } from './root.ts'

const test = suite('arrows')

test('every package has its arrows', () => {
  assert.equal(PACKAGES, Object.keys(ARROWS).sort())
})

for (const name of PACKAGES) {
  test(`${name} imports only what its arrows allow`, () => {
    const folder = `packages/${name}/src`
    const files = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => `${folder}/${file.replaceAll('\\', '/')}`)
    const own = Object.keys(readManifest(`packages/${name}`).imports ?? {})
    assert.ok(files.length > 0)
    assert.equal(
      files.flatMap((file) => wrongImports(name, file, readFileSync(join(ROOT, file), 'utf8'), own)),
      [],
    )
  })

  test(`${name} depends on just what its arrows name`, () => {
    const {
      imports = {},
      dependencies = {},
      devDependencies,
      optionalDependencies,
      peerDependencies,
    } = readManifest(`packages/${name}`)
    const expected = (ARROWS[name] ?? []).map((other) => [`@hakmem/${other}`, 'workspace:*'])
    const tools = TOOLS[name] ?? []
    const [ours, others] = [true, false].map((isOurs) =>
      Object.entries(dependencies).filter(([dependency]) => dependency.startsWith('@hakmem/') === isOurs),
    )
    assert.equal(ours?.sort(), expected)
    assert.equal(others?.map(([dependency]) => dependency).sort(), tools)
    for (const target of targets(imports)) assert.match(target, /^\.\/dist\//)
    assert.equal([optionalDependencies, peerDependencies], [undefined, undefined])
    assert.equal(Object.keys(devDependencies ?? {}), name in TOOLS ? ['@types/node'] : [])
  })
}

/** Every file that the manifest's `imports` may lead to, whatever the conditions. */
function targets(imports: unknown): string[] {
  if (typeof imports !== 'object' || imports === null) return [String(imports)]
  return Object.values(imports).flatMap(targets)
}

// The check itself: sources made up to go wrong, and ones that are right.
const RIGHT = [
  ['tiny', `import { a } from '@hakmem/arena'`],
  ['tiny', `import type { A } from './a.ts'\nexport * from './sub/../b.ts'\nexport const c = 1`],
  ['core', `export { a } from '@hakmem/tiny'\nimport '@hakmem/mid'`],
  ['core', `// import 'node:fs'\nconst text = "import 'node:fs'"`],
  ['interleave', `import { parse } from 'acorn'\nimport { register } from 'node:module'`],
  ['interleave', `const load = (name: string) => import(name)`],
] as const

const WRONG = [
  ['tiny', `import { m } from '@hakmem/mid'`],
  ['tiny', `import type { M } from '@hakmem/mid'`],
  ['arena', `import { load } from '#not-in-the-manifest'`],
  ['arena', `export * from '@hakmem/core'`],
  ['arena', `export { type X } from '@hakmem/tiny'`],
  ['mid', `let x: import('@hakmem/learning').X`],
  ['learning', `const x = await import('@hakmem/core')`],
  ['core', `import { threadId } from 'node:worker_threads'`],
  ['core', `import fs from 'fs'`],
  ['core', `const load = (name: string) => import(name)`],
  ['core', `import fs = require('node:fs')`],
  ['core', `import '@hakmem/arena/dist/secret.js'`],
  ['core', `import { a } from '../../arena/src/index.ts'`],
  ['core', `import { parse } from 'acorn'`],
  ['interleave', `import { a } from '@hakmem/arena'`],
  ['interleave', `import fs from 'fs'`],
] as const

test('a made-up right import passes', () => {
  for (const [name, source] of RIGHT) {
    assert.equal(wrongImports(name, `packages/${name}/src/made-up.ts`, source), [], source)
  }
})

test('a made-up wrong import is found', () => {
  for (const [name, source] of WRONG) {
    assert.is(wrongImports(name, `packages/${name}/src/made-up.ts`, source).length, 1, source)
  }
})

test.run()
