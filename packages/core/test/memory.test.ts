// What a heap costs of real memory, in a process of its own. Only Linux tells.

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { assert, notTested, suite } from '@hakmem/testing'

const MIB = 2 ** 20

/** Growth of the resident memory in bytes; undefined, with a line that says so, where nothing tells. */
function growth(what: 'empty' | 'small'): number | undefined {
  if (!existsSync('/proc/self/status')) {
    notTested(`resident memory (${what}): there is no /proc/self/status here`)
    return undefined
  }
  const child = fileURLToPath(new URL('./memory.child.js', import.meta.url))
  const { stdout, stderr } = spawnSync(process.execPath, [child, what], { encoding: 'utf8' })
  assert.match(stdout, /^-?\d+\n$/, stderr)
  return Number(stdout)
}

const test = suite('memory')

test('an empty heap of 4 GiB costs at most 2 MiB', () => {
  const bytes = growth('empty')
  if (bytes !== undefined) assert.ok(bytes <= 2 * MIB, `${bytes} bytes`)
})

test('256 MiB of 64 B blocks cost at most 1.08 times that', () => {
  const bytes = growth('small')
  if (bytes === undefined) return
  assert.ok(bytes >= 256 * MIB, `only ${bytes} bytes: were they touched?`)
  assert.ok(bytes <= 1.08 * 256 * MIB, `${bytes / MIB / 256} times`)
})

test.run()
