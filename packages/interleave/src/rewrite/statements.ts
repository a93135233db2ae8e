/** Statements and blocks: where temporaries are declared, and where local points stand. */

import type { AnyNode } from 'acorn'
import { outside } from './async.ts'
import type { Replacement, Rewriting } from './rewriting.ts'
import { emitPattern } from './targets.ts'
import { children } from './tree.ts'

export function emitStatement(r: Rewriting, node: Extract<AnyNode, { type: 'ExpressionStatement' }>): string {
  const text = r.generic(node)
  // The line before may end without a semicolon, where the original could not be read on.
  return r.listed.has(node) && /^[([`/+-]/.test(text) ? `;${text}` : text
}

export function emitLoop(
  r: Rewriting,
  node: Extract<AnyNode, { body: unknown; type: `${string}Statement` }>,
): string {
  const parts = children(node).map((child): Replacement => {
    if (child === node.body) return [child.start, child.end, loopBody(r, child)]
    const isTarget = 'left' in node && child === node.left && child.type !== 'VariableDeclaration'
    const text = isTarget ? emitPattern(r, child) : r.emit(child)
    const isAwaited = node.type === 'ForOfStatement' && node.await && child === node.right
    return [child.start, child.end, isAwaited ? outside(r, child, text) : text]
  })
  return r.splice(node.start, node.end, parts)
}

function loopBody(r: Rewriting, body: AnyNode): string {
  const text = r.emit(body)
  if (!r.context.suspends) return text
  const point = r.point(body)
  return body.type === 'BlockStatement' ? `{${point}${text.slice(1)}` : `{${point}${text}}`
}

/** A block that declares its own temporaries, and has a point if its function suspends. */
export function emitBlock(
  r: Rewriting,
  node: Extract<AnyNode, { type: 'BlockStatement' | 'StaticBlock' }>,
): string {
  for (const statement of node.body) r.listed.add(statement)
  const text = r.generic(node)
  const start = text.indexOf('{') + 1
  const point = r.context.suspends ? r.point(node) : ''
  return `${text.slice(0, start)}${r.declaration()}${point}${text.slice(start)}`
}
