// Zeroing and copying many bytes: the same in a WebAssembly memory and without one.

import { assert, suite } from '@hakmem/testing'
import { Bulk, newMemory, type SharedMemory } from '../dist/bulk.js'

const MIB = 2 ** 20
const BYTES = 16 * MIB

/** What each test is run on: a name, the buffer, and the memory that the thread has of it. */
function places(): [name: string, buffer: SharedArrayBuffer, memory: SharedMemory | undefined][] {
  const memory = newMemory(BYTES)
  assert.ok(memory?.buffer instanceof SharedArrayBuffer)
  const { buffer } = memory
  const fake = { buffer: new SharedArrayBuffer(BYTES) }
  return [
    ['a memory', buffer, memory],
    ['a buffer alone', new SharedArrayBuffer(BYTES), undefined],
    ['what is no memory', fake.buffer, fake],
  ]
}

const LENGTHS = [0, 16, 32, 48, 64, 80, 112, 128, 144, 1008, 1024, 65_536, 3 * MIB]

const test = suite('bulk')

for (const [name, buffer, memory] of places()) {
  const bulk = new Bulk(buffer, BYTES, memory)
  const bytes = new Uint8Array(buffer)

  test(`${name}: just the bytes that are meant are zeroed`, () => {
    for (const length of LENGTHS) {
      for (const from of [16, 32, 4096 + 48]) {
        bytes.fill(7, 0, from + length + 16)
        bulk.zero(from, from + length)
        assert.ok(bytes.subarray(0, from).every((byte) => byte === 7))
        assert.ok(bytes.subarray(from, from + length).every((byte) => byte === 0))
        assert.ok(bytes.subarray(from + length, from + length + 16).every((byte) => byte === 7))
      }
    }
  })

  test(`${name}: just the bytes that are meant are copied, bit by bit`, () => {
    // Every pattern of 16 bits is among them: no kind of NaN may become another.
    const source = 8 * MIB
    new Uint16Array(buffer, source, 2 * MIB).forEach((_, k, all) => {
      all[k] = k
    })
    for (const length of LENGTHS) {
      for (const to of [16, 32, 4096 + 48]) {
        bytes.fill(7, 0, to + length + 16)
        bulk.copy(to, source, length)
        assert.ok(bytes.subarray(0, to).every((byte) => byte === 7))
        assert.ok(bytes.subarray(to, to + length).every((byte, k) => byte === bytes[source + k]))
        assert.ok(bytes.subarray(to + length, to + length + 16).every((byte) => byte === 7))
      }
    }
  })
}

test('a heap of less than 16 MiB gets no WebAssembly memory', () => {
  assert.is(newMemory(8 * MIB), undefined)
})

test.run()
