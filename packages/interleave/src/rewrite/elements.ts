/** Elements of arrays that are read or written: `a[i]` goes through the runtime, or is a step where its order is declared. */

import type { AnyNode, MemberExpression } from 'acorn'
import type { Rewriting } from './rewriting.ts'
import { hasSteps, isElement, nameOf } from './tree.ts'

/** `o.x` or `o[x]` without a look at the element: what is called, deleted or assigned. */
export function emitReference(r: Rewriting, node: AnyNode): string {
  if (node.type === 'MemberExpression') {
    checkMember(r, node)
    return r.generic(node)
  }
  if (node.type !== 'ChainExpression') return r.emit(node)
  if (hasSteps(node.expression))
    throw r.refuse(node, 'an optional chain with calls is itself called or deleted')
  return r.generic(node)
}

export function emitMember(r: Rewriting, node: MemberExpression): string {
  checkMember(r, node)
  if (!isElement(node)) return r.generic(node)
  const [object, at] = objectAndKey(r, node)
  return r.replacing(node, getElement(r, node, object, at))
}

export function checkMember(r: Rewriting, node: MemberExpression): void {
  const { property } = node
  const name = property.type === 'Literal' ? property.value : nameOf(node)
  if (name === 'Atomics') throw r.refuse(node, 'Atomics is reached through an object: use the global')
}

export function getElement(r: Rewriting, node: AnyNode, object: string, at: string): string {
  const { order, suspends } = r.context
  if (order !== undefined && suspends)
    return `yield ${r.$}.plain("load", ${JSON.stringify(order)}, ${r.site(node)}, ${object}, ${at})`
  return `${r.$}.get(${object}, ${at}, ${r.site(node)})`
}

export function setElement(r: Rewriting, node: AnyNode, object: string, at: string, value: string): string {
  const { order, suspends } = r.context
  if (order === undefined || !suspends) return `${r.$}.set(${object}, ${at}, ${value}, ${r.site(node)})`
  const temp = r.temp()
  const step = `${r.$}.plain("store", ${JSON.stringify(order)}, ${r.site(node)}, ${object}, ${at}, ${temp} = ${value})`
  return `yield ${step}, ${temp}`
}

/** Object and key as arguments, on the lines where they were. */
export function objectAndKey(r: Rewriting, node: MemberExpression): [object: string, at: string] {
  const { object, property } = node
  return [r.operand(object as AnyNode), r.between(object, property) + r.operand(property)]
}
