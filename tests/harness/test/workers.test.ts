// The harness's promises about workers: messages arrive in order, calls answer, and none outlives
// what started it.

import { setTimeout as sleep } from 'node:timers/promises'
import { assert, nextMessage, startWorker, suite, workerModule } from '@hakmem/testing'

const MODULE = new URL('./fixtures/counting.worker.js', import.meta.url)
const call = workerModule<typeof import('./fixtures/counting.worker.ts')>(MODULE)

async function stands(counter: Int32Array): Promise<boolean> {
  const value = Atomics.load(counter, 0)
  await sleep(50)
  return Atomics.load(counter, 0) === value
}

const test = suite('workers')

const ofTest = new Int32Array(new SharedArrayBuffer(4))
const ofSuite = new Int32Array(new SharedArrayBuffer(4))

test.before(async () => {
  await nextMessage(startWorker(MODULE, ofSuite))
})

test('a worker runs while its test does, and no message is lost', async () => {
  const worker = startWorker(MODULE, ofTest)
  assert.is(await nextMessage(worker), 'started')
  await sleep(50)
  assert.is(await nextMessage(worker), 'counting')
  assert.not(await stands(ofTest))
})

test('the worker of the test before is ended, that of the suite is not', async () => {
  assert.ok(Atomics.load(ofTest, 0) > 0)
  assert.ok(await stands(ofTest))
  assert.not(await stands(ofSuite))
})

test('calls in parallel each have a worker of their own', async () => {
  assert.equal(await Promise.all([call('add', 1, 2), call('add', 3, 4)]), [3, 7])
})

test('what a called function throws reaches the caller', async () => {
  const error: unknown = await call('fail').catch((reason: unknown) => reason)
  assert.instance(error, RangeError)
})

test('a worker that ends without a message is an error', async () => {
  const worker = startWorker(MODULE)
  const error: unknown = await nextMessage(worker).catch((reason: unknown) => reason)
  assert.match(String(error), /ended with code 0 before sending/)
})

test.run()

const last = suite('after the suite')

last('the worker of the suite is ended', async () => {
  assert.ok(await stands(ofSuite))
})

last.run()
