/** Async functions: a generator function that runs the rest as a task of `../promises.ts`, with a step for each `await`. */

import type { AnyNode } from 'acorn'
import type { FunctionNode, Rewriting } from './rewriting.ts'

/** The rest of a generator function that runs an async function, whose rest is `inner`, as a task. */
export function task(r: Rewriting, node: FunctionNode, inner: string): string {
  const { length } = node.params.filter((_, k) => node.params.slice(0, k + 1).every(isCounted))
  const names = Array.from({ length }, (_, k) => r.tempName(k + 1)).join(', ')
  return `(${names}) {${r.point(node)} return yield* ${r.$}.task(function* ${inner}, this, arguments)}`
}

export function emitAwait(r: Rewriting, node: Extract<AnyNode, { type: 'AwaitExpression' }>): string {
  const value = r.operand(node.argument)
  if (!r.context.suspends) return r.replacing(node, `await ${outside(r, node, value)}`)
  return r.replacing(node, `yield ${r.$}.awaiting(${r.site(node)}, ${value})`)
}

/** A value that is awaited where nothing can be suspended: the runtime refuses that in a thread. */
export function outside(r: Rewriting, node: AnyNode, value: string): string {
  return `${r.$}.outside(${r.site(node)}, ${value})`
}

/** Whether a parameter is one that the length of its function counts, if those before it are. */
function isCounted(param: AnyNode): boolean {
  return param.type !== 'AssignmentPattern' && param.type !== 'RestElement'
}
