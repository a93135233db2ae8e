/** The id of the calling thread, where the host has ids: Node's are never reused while the process lives. */

interface WorkerThreads {
  readonly threadId: number
}

interface HostProcess {
  readonly getBuiltinModule?: (name: string) => WorkerThreads | undefined
}

/** Node's `threadId`, or undefined in browsers. */
export function hostThread(): number | undefined {
  const host = (globalThis as { process?: HostProcess }).process
  return host?.getBuiltinModule?.('node:worker_threads')?.threadId
}
