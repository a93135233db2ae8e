// The packages are published as tsc leaves them, a module per file, while an application may bundle
// them. V8 runs a hot path up to 4 times slower when its constants come from another module and
// are not folded; the sources are written so that this does not happen, and this test keeps them so.

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { assert, suite } from '@hakmem/testing'
import { build } from 'rolldown'
import { TMP } from './root.ts'

const LOOP = fileURLToPath(new URL('./hot-loop.js', import.meta.url))
const ROUNDS = 9
/** Neither build may have less than this share of the other's speed. */
const LEAST = 0.7

function nanoseconds(url: string): number {
  return Number(execFileSync(process.execPath, [LOOP, url], { encoding: 'utf8' }))
}

const test = suite('packed speed')

test(
  'modules and a bundle are about as fast',
  async () => {
    mkdirSync(TMP, { recursive: true })
    const folder = mkdtempSync(join(TMP, 'bundle-'))
    try {
      const modules = import.meta.resolve('@hakmem/core')
      const file = join(folder, 'core.mjs')
      await build({
        input: fileURLToPath(modules),
        output: { file, format: 'esm', codeSplitting: false },
        logLevel: 'silent',
      })
      const packed = pathToFileURL(file).href

      // Each round compares two runs next to each other in time, in turns which goes first: what
      // the machine does besides slows both alike.
      const ratios: number[] = []
      for (let round = 0; round < ROUNDS; round++) {
        const first = round % 2 === 0
        const a = nanoseconds(first ? modules : packed)
        const b = nanoseconds(first ? packed : modules)
        ratios.push(first ? b / a : a / b)
      }
      const [ratio = Number.NaN] = ratios.sort((x, y) => x - y).slice(ROUNDS >> 1)
      console.log(`packed/modules: ${ratios.map((value) => value.toFixed(2)).join(' ')}`)
      assert.ok(ratio > LEAST, `modules have ${ratio.toFixed(2)} of the packed speed`)
      assert.ok(1 / ratio > LEAST, `the packed build has ${(1 / ratio).toFixed(2)} of the modules' speed`)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
  { timeout: 120_000 },
)

test.run()
