// Each package as Node loads it: its modules in one file. To find and compile a file takes Node half a millisecond, a
// package another half; core with what it stands on is some 60 files in 6 packages as tsc leaves it, 3 files in 3 so.
//
// Bundlers take the modules themselves, by the condition `module` of `exports`, for they leave out what a program does
// not use; so do tools that rewrite modules (`@hakmem/interleave`). Packages stay apart, so that there is one instance of
// each class and of each module's state in a thread; but core takes in its tiers, which have no state of their own.
//
// Run after tsc, whose modules it reads. A file that would not change is not written: it may be about to be loaded.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const packages = fileURLToPath(new URL('../packages/', import.meta.url))

/** Packages that core's bundle contains. */
const TIERS = ['@hakmem/tiny', '@hakmem/mid', '@hakmem/learning', '@hakmem/learning/learn']

/** @typedef {{ module?: string, default: string }} Entry */

for (const name of readdirSync(packages)) {
  const folder = join(packages, name)
  /** @type {{ exports: Record<string, string | Entry> }} */
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  /** @type {Record<string, string>} */
  const input = {}
  let out = ''
  for (const entry of Object.values(exports)) {
    if (typeof entry === 'string' || entry.module === undefined) continue
    input[entry.default.replace(/^.*\/|\.js$/g, '')] = join(folder, entry.module)
    out = join(folder, dirname(entry.default))
  }
  if (out !== '') await bundle(name, input, out)
}

/**
 * @param {string} name
 * @param {Record<string, string>} input entries by name
 * @param {string} out
 */
async function bundle(name, input, out) {
  const build = await rolldown({
    input,
    external: (id) => id.startsWith('@hakmem/') && !(name === 'core' && TIERS.includes(id)),
    resolve: { conditionNames: ['module', 'import', 'default'] },
    preserveEntrySignatures: 'allow-extension',
    plugins: [{ name: 'maps', load: withMap }],
  })
  const { output } = await build.generate({
    format: 'esm',
    chunkFileNames: '[name].js',
    comments: { legal: true, annotation: true, jsdoc: false },
    sourcemap: true,
  })
  await build.close()
  mkdirSync(out, { recursive: true })
  for (const file of output) write(join(out, file.fileName), file.type === 'chunk' ? file.code : file.source)
}

/**
 * What tsc wrote, with its map, so that the bundle's leads to the sources.
 * @param {string} id
 */
function withMap(id) {
  if (!id.startsWith(packages)) return null
  return { code: readFileSync(id, 'utf8'), map: readFileSync(`${id}.map`, 'utf8') }
}

/**
 * @param {string} path
 * @param {string | Uint8Array} content
 */
function write(path, content) {
  const bytes = Buffer.from(content)
  try {
    if (readFileSync(path).equals(bytes)) return
  } catch {
    // There is no such file yet.
  }
  writeFileSync(path, bytes)
}
