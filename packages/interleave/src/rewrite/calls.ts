/** Calls: of Atomics, which are steps; of natives, which stay; and of any other function, whose generator is gone into. */

import type { AnyNode, CallExpression, MemberExpression } from 'acorn'
import { emitReference } from './elements.ts'
import { CALLING, NATIVES, NO_FUNCTION, STEPS } from './natives.ts'
import type { Replacement, Rewriting } from './rewriting.ts'
import { isAtomics, isBulk, nameOf } from './tree.ts'

export function emitCall(r: Rewriting, node: CallExpression): string {
  const { callee } = node
  if (callee.type === 'Super') return r.splice(node.start, node.end, argumentsOf(r, node, false))
  if (callee.type === 'MemberExpression' && isAtomics(callee, r.source.bound)) return atomics(r, node, callee)
  const native = isNative(r, callee)
  const name = nameOf(callee)
  const args = argumentsOf(r, node, CALLING.has(name))
  if (callee.type === 'MemberExpression' && isBulk(callee, name))
    return r.replacing(node, goInto(r, bulk(r, node, r.operand(callee.object as AnyNode), name)))
  const target: Replacement = [callee.start, callee.end, emitReference(r, callee as AnyNode)]
  const text = r.splice(node.start, node.end, [target, ...args])
  return native ? text : r.replacing(node, goInto(r, text))
}

export function emitNew(r: Rewriting, node: Extract<AnyNode, { type: 'NewExpression' }>): string {
  const { callee } = node
  const isGlobal = callee.type === 'Identifier' && !r.source.bound.has(callee.name)
  const mayCall = isGlobal && /^(Promise|FinalizationRegistry)$/.test(callee.name)
  const target: Replacement = [callee.start, callee.end, emitReference(r, callee)]
  return r.splice(node.start, node.end, [target, ...argumentsOf(r, node, mayCall)])
}

/** The result of a call, gone into if it is a generator. */
export function goInto(r: Rewriting, text: string): string {
  if (!r.context.suspends) return `${r.$}.drain(${text})`
  if (r.context.call === '') r.context.call = r.temp()
  const t = r.context.call
  return `(${t} = ${text}) instanceof ${r.$}.Gen ? yield* ${t} : ${t}`
}

/** A method of arrays that touches many elements. */
export function bulk(r: Rewriting, node: CallExpression, object: string, name: string): string {
  return `${r.$}.method(${object}, ${JSON.stringify(name)}, ${r.site(node)}, ${argumentList(r, node, false)})`
}

function argumentsOf(r: Rewriting, node: { arguments: readonly AnyNode[] }, mayCall: boolean): Replacement[] {
  return node.arguments.map((argument): Replacement => {
    if (argument.type === 'FunctionExpression' || argument.type === 'ArrowFunctionExpression')
      r.callbacks.add(argument)
    const text = r.emit(argument)
    const { start, end } = argument
    if (!mayCall || argument.type === 'SpreadElement' || NO_FUNCTION.has(argument.type))
      return [start, end, text]
    r.usesHelpers = true
    return [start, end, `${r.$h}.callback(${r.$}, ${text})`]
  })
}

function atomics(r: Rewriting, node: CallExpression, callee: MemberExpression): string {
  const name = nameOf(callee)
  if (name === 'isLockFree') return r.splice(node.start, node.end, argumentsOf(r, node, false))
  if (!STEPS.has(name)) throw r.refuse(node, `Atomics.${name || '[..]'} has no model`)
  const step = `${JSON.stringify(name)}, ${r.site(node)}, ${argumentList(r, node, false)}`
  const { suspends } = r.context
  return r.replacing(node, suspends ? `yield ${r.$}.atomic(${step})` : `${r.$}.drainAtomic(${step})`)
}

function isNative(r: Rewriting, callee: AnyNode): boolean {
  const root = callee.type === 'MemberExpression' && !callee.computed ? callee.object : callee
  return root.type === 'Identifier' && NATIVES.has(root.name) && !r.source.bound.has(root.name)
}

/** All between the parentheses of a call. */
export function argumentList(r: Rewriting, node: CallExpression, mayCall: boolean): string {
  const open = r.source.parentheses.find((at) => at >= node.callee.end) ?? node.end
  return r.splice(open + 1, node.end - 1, argumentsOf(r, node, mayCall))
}
