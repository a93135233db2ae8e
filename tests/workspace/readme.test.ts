// The programs that the documents show run as they stand there; the README's is an example, and prints what it says.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { assert, suite } from '@hakmem/testing'
import { ROOT } from './root.ts'

const test = suite('readme')

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')

test('the program that it shows is the example', () => {
  const example = readFileSync(join(ROOT, 'examples/hand-over.mjs'), 'utf8')
  assert.ok(readme.includes(`\`\`\`js\n${example}\`\`\``), 'README.md and examples/hand-over.mjs differ')
})

test('the example prints what it says', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['examples/hand-over.mjs'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  assert.is(status, 0, stderr)
  assert.ok(stdout.trim().startsWith('sum '), stdout)
  assert.ok(readme.includes(`prints \`${stdout.trim()}\``), `it printed: ${stdout}`)
})

/** Blocks of JavaScript that are programs: they begin with an import. */
function programsIn(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8')
  return [...text.matchAll(/^```js\n(import .*?)^```$/gms)].map(([, program]) => program)
}

const packages = readdirSync(join(ROOT, 'packages')).map((name) => `packages/${name}/README.md`)
const documents = readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)
for (const file of [...packages, ...documents]) {
  const programs = programsIn(file)
  if (programs.length === 0) continue
  test(`every program in ${file} runs as it stands there`, () => {
    // In the workspace, where the names of packages lead to them.
    const folder = mkdtempSync(join(ROOT, 'tests/dist-test/shown-'))
    try {
      for (const program of programs) {
        const path = join(folder, 'program.mjs')
        writeFileSync(path, program)
        const { status, stderr } = spawnSync(process.execPath, [path], { encoding: 'utf8' })
        assert.is(status, 0, `${stderr}\n${program}`)
        assert.is(stderr, '')
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
}

test.run()
