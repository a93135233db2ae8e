// Delayed stores: what others see of them, and in which order.

import { assert, suite } from '@hakmem/testing'
import type { End } from '../../dist/index.js'
import * as $ from '../../dist/runtime.js'
import {
  add,
  all,
  type Body,
  load,
  mark,
  type Parts,
  returned,
  type Steps,
  seen,
  store,
  type Words,
} from './threads.ts'

const test = suite('delayed stores')

/** Dekker's: each stores to its own word and then reads the other's. */
const dekker = (write: typeof store): Parts => {
  const body = (mine: number): Body =>
    function* (words) {
      yield write(words, mine, 1)
      return yield load(words, 1 - mine)
    }
  return { threads: { a: body(0), b: body(1) } }
}
const both = (_: Words, end: End) => `${returned(end, 'a')}${returned(end, 'b')}`

test('a release store may be passed by a later load, an Atomics store may not', () => {
  assert.equal(all(dekker(mark), {}, both), ['00', '01', '10', '11'])
  assert.equal(all(dekker(mark), { storeBuffers: false }, both), ['01', '10', '11'])
  assert.equal(all(dekker(store), {}, both), ['01', '10', '11'])
})

test('a read-modify-write of any word lets delayed stores land first', () => {
  const fenced = (words: Words, at: number, value: number) => mark(words, at, value)
  const body = (mine: number): Body =>
    function* (words) {
      yield fenced(words, mine, 1)
      yield add(words, 5 + mine, 1)
      return yield load(words, 1 - mine)
    }
  assert.equal(all({ threads: { a: body(0), b: body(1) } }, {}, both), ['01', '10', '11'])
})

test('release stores land in order, unordered ones in any', () => {
  const pass = (order: 'release' | 'unordered'): Parts => ({
    threads: {
      a: function* (words) {
        yield $.plain('store', 'unordered', 'put', words, 0, 1)
        yield $.plain('store', order, 'publish', words, 1, 1)
      },
      b: function* (words): Generator<unknown, string, number> {
        const flag = yield seen(words, 1)
        return `${flag}${yield seen(words, 0)}`
      },
    },
  })
  const told = (_: Words, end: End) => String(returned(end, 'b'))
  assert.equal(all(pass('release'), {}, told), ['00', '01', '11'])
  assert.equal(all(pass('unordered'), {}, told), ['00', '01', '10', '11'])
})

test('a store to the place of a release store lands behind it, and so behind what that stands behind', () => {
  const told = all(
    {
      threads: {
        a: function* (words) {
          yield $.plain('store', 'unordered', 'put', words, 0, 1)
          yield mark(words, 1, 1)
          yield $.plain('store', 'unordered', 'put', words, 1, 2)
        },
        b: function* (words): Steps<string> {
          return `${yield seen(words, 1)}${yield seen(words, 0)}`
        },
      },
    },
    {},
    (_, end) => String(returned(end, 'b')),
  )
  assert.equal(told, ['00', '01', '11', '21'])
})

test('a thread sees its own delayed stores at once, through views of any width', () => {
  const bytes = (words: Words) => new Uint8Array(words.buffer)
  const told = all(
    {
      threads: {
        a: function* (words): Generator<unknown, string, number> {
          yield mark(words, 0, 300)
          const whole = yield load(words, 0)
          return `${whole} ${$.get(words, 0)} ${$.get(bytes(words), 0)}`
        },
        b: function* (words) {
          yield load(words, 0)
        },
      },
    },
    {},
    (words, end) => `${returned(end, 'a')} ${words[0]}`,
  )
  assert.equal(told, ['300 300 44 300'])
})

test('the delayed store of a killed thread lands all the same, and before its reaper starts', () => {
  const told = all(
    {
      threads: {
        a: function* (words) {
          yield mark(words, 0, 1)
          yield load(words, 3)
        },
        b: function* (words): Steps<number> {
          return yield seen(words, 0)
        },
      },
      reaper: function* (words, dead): Generator<unknown, void, number> {
        yield store(words, 1, dead === 'a' ? 10 + (yield seen(words, 0)) : 5)
      },
    },
    { kills: 1 },
    (words, { killed }) =>
      `${killed.map(({ thread, where }) => thread + where.slice(0, 4))} ${words[0]}${words[1]}`,
  )
  // Killed behind its store, a has always marked when the reaper looks.
  for (const line of told) {
    if (line.startsWith('aload') || line.startsWith('aend')) assert.match(line, /111$/)
    if (line.startsWith('astart')) assert.match(line, /010$/)
  }
  assert.ok(told.some((line) => line.startsWith('aload')))
})

test.run()
