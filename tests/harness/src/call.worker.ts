// The worker behind `workerModule`: imports the module it is told, calls one function, answers once.

import { parentPort, workerData } from 'node:worker_threads'
import type { CallData, CallResult } from './workers.ts'

const { url, name, args } = workerData as CallData

async function call(): Promise<CallResult> {
  try {
    const module = (await import(url)) as Record<string, (...args: unknown[]) => unknown>
    const target = module[name]
    if (typeof target !== 'function') throw new TypeError(`${url} exports no function ${name}`)
    return { value: await target(...args) }
  } catch (error) {
    return { error }
  }
}

parentPort?.postMessage(await call())
