// Worker threads that belong to the test (or hook) which started them. One that is left running
// would hang the file, and one that crashes unseen would leave its test waiting: so all are ended
// with their scope, and a crash fails the scope at once.

import { Worker } from 'node:worker_threads'

interface Scope {
  workers: Worker[]
  /** Rejects as soon as a worker of this scope, or of one around it, crashes. */
  crashed: Promise<never>
  crash: (error: unknown) => void
  outer: Scope | undefined
}

let current: Scope | undefined

/** Runs `body` as the owner of every worker it starts, and ends them before returning. */
export async function withWorkers<T>(body: (crashed: Promise<never>) => Promise<T>): Promise<T> {
  let crash: Scope['crash'] = () => {}
  const own = new Promise<never>((_, reject) => {
    crash = reject
  })
  const crashed = current === undefined ? own : Promise.race([own, current.crashed])
  // A crash after the body's end has nobody to tell: without this it would end the process.
  own.catch(() => {})
  crashed.catch(() => {})

  const scope: Scope = { workers: [], crashed, crash, outer: current }
  current = scope
  try {
    return await body(crashed)
  } finally {
    current = scope.outer
    await Promise.all(scope.workers.map((worker) => worker.terminate()))
  }
}

/** What a worker sent and nobody has taken yet, and who waits for its next message. */
interface Inbox {
  messages: unknown[]
  waiting: { resolve: (message: unknown) => void; reject: (error: unknown) => void }[]
  /** Set once no message can come any more. */
  closed: Error | undefined
}

const inboxes = new WeakMap<Worker, Inbox>()

/** Starts a worker that ends with the running test; started in `before`, it ends with the suite. */
export function startWorker(url: URL, workerData?: unknown): Worker {
  const scope = current
  if (scope === undefined) throw new Error('start workers inside a test or a hook')

  const worker = new Worker(url, { workerData })
  const inbox: Inbox = { messages: [], waiting: [], closed: undefined }
  const close = (error: Error) => {
    inbox.closed ??= error
    for (const { reject } of inbox.waiting.splice(0)) reject(inbox.closed)
  }
  worker.on('message', (message) => {
    const waiter = inbox.waiting.shift()
    if (waiter) waiter.resolve(message)
    else inbox.messages.push(message)
  })
  worker.on('error', (error) => {
    close(error)
    scope.crash(error)
  })
  worker.on('exit', (code) => close(new Error(`the worker ended with code ${code} before sending a message`)))

  inboxes.set(worker, inbox)
  scope.workers.push(worker)
  return worker
}

/** The worker's next message, in order and none lost; rejects when it ends without one. */
export function nextMessage<T>(worker: Worker): Promise<T> {
  const inbox = inboxes.get(worker)
  if (inbox === undefined) return Promise.reject(new Error('this worker was not started by startWorker'))
  return new Promise<unknown>((resolve, reject) => {
    if (inbox.messages.length > 0) resolve(inbox.messages.shift())
    else if (inbox.closed) reject(inbox.closed)
    else inbox.waiting.push({ resolve, reject })
  }) as Promise<T>
}

/** What the worker made for one call answers. */
export type CallResult = { value: unknown } | { error: unknown }

export interface CallData {
  url: string
  name: string
  args: unknown[]
}

const CALL = new URL('./call.worker.js', import.meta.url)

type Args<F> = F extends (...args: infer A) => unknown ? A : never
type Result<F> = F extends (...args: never[]) => infer R ? Awaited<R> : never

/**
 * Calls exported functions of a module, each call in a worker of its own:
 *
 *     const call = workerModule<typeof import('./churn.worker.ts')>(new URL('./churn.worker.js', import.meta.url))
 *     const [a, b] = await Promise.all([call('churn', memory, 0), call('churn', memory, 1)])
 *
 * What the function throws, the call rejects with.
 */
export function workerModule<M>(url: URL) {
  return async <K extends keyof M & string>(name: K, ...args: Args<M[K]>): Promise<Result<M[K]>> => {
    const data: CallData = { url: url.href, name, args }
    const worker = startWorker(CALL, data)
    const result = await nextMessage<CallResult>(worker)
    await worker.terminate()
    if ('error' in result) throw result.error
    return result.value as Result<M[K]>
  }
}
