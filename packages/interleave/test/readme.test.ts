// The programs that the README shows run, and print what it says.

import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { assert, suite } from '@hakmem/testing'

const test = suite('interleave readme')

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
// Under the root of the workspace, where the package is found by its name.
const TMP = fileURLToPath(new URL('../../../tmp/', import.meta.url))

const blocks = (language: string) =>
  [...readme.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, text]) => text ?? '')

let folder = ''

test.before(() => {
  mkdirSync(TMP, { recursive: true })
  folder = mkdtempSync(join(TMP, 'readme-'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  for (const text of blocks('js')) {
    const [, name] = /^\/\/ (\S+\.m?js)\n/.exec(text) ?? []
    if (name !== undefined) writeFileSync(join(folder, name), text)
  }
})

test.after(() => rmSync(folder, { recursive: true, force: true }))

const find = () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['find.mjs'], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  })
  assert.is(status, 0, stderr)
  return stdout.trim()
}

test('the lost wake-up is found, with the very table', () => {
  assert.is(find(), blocks('text')[0]?.trim())
})

test('the mended gate has no failure', () => {
  const path = join(folder, 'gate.js')
  const gate = readFileSync(path, 'utf8')
  const read = '    const signals = Atomics.load(words, SIGNALS)\n'
  const mended = gate
    .replace(read, '')
    .replace('  while (Atomics', `  for (;;) {\n${read}    if (Atomics`)
    .replace('=== 0) {', '!== 0) return')
  assert.is.not(mended, gate)
  writeFileSync(path, mended)
  assert.match(find(), /^no failure in \d+ schedules$/)
})

test.run()
