/** Optional chains with calls or elements in them, taken apart link by link. */

import type { AnyNode, ChainExpression, MemberExpression } from 'acorn'
import { argumentList, bulk, goInto } from './calls.ts'
import { checkMember, getElement } from './elements.ts'
import { CALLING } from './natives.ts'
import type { Rewriting } from './rewriting.ts'
import { hasSteps, isAtomics, isBulk, isElement, nameOf } from './tree.ts'

/** `a?.b(c)` as `(($1 = a) == null ? void 0 : $1.b(c))`, with the calls in it gone into. */
export function emitChain(r: Rewriting, node: ChainExpression): string {
  if (!hasSteps(node.expression)) return r.generic(node)
  let opening = ''
  let depth = 0
  const guard = (value: string) => {
    const temp = r.temp()
    opening += `(${temp} = ${value}) == null ? void 0 : (`
    depth++
    return temp
  }
  const link = (at: AnyNode): string => {
    if (at.type === 'MemberExpression') {
      checkMember(r, at)
      const object = at.optional ? guard(link(at.object as AnyNode)) : link(at.object as AnyNode)
      if (isElement(at)) return `(${getElement(r, at, object, r.operand(at.property))})`
      return `${object}${tail(r, at)}`
    }
    if (at.type !== 'CallExpression')
      return /^(Identifier|ThisExpression|Super)$/.test(at.type) ? r.emit(at) : `(${r.emit(at)})`
    const { callee } = at
    if (callee.type !== 'MemberExpression' || isAtomics(callee, r.source.bound)) {
      if (callee.type === 'MemberExpression' || callee.type === 'Super') return r.emit(at)
      const fn = at.optional ? guard(link(callee)) : link(callee)
      return `(${goInto(r, `${fn}(${argumentList(r, at, false)})`)})`
    }
    checkMember(r, callee)
    const object = callee.optional ? guard(link(callee.object as AnyNode)) : link(callee.object as AnyNode)
    const name = nameOf(callee)
    if (!at.optional) {
      if (isBulk(callee, name)) return `(${goInto(r, bulk(r, at, object, name))})`
      return `(${goInto(r, `${object}${tail(r, callee)}(${argumentList(r, at, CALLING.has(name))})`)})`
    }
    if (callee.object.type === 'Super') {
      const fn = guard(`super${tail(r, callee)}`)
      return `(${goInto(r, `${fn}.call(this, ${argumentList(r, at, false)})`)})`
    }
    const self = r.temp()
    const fn = guard(`(${self} = ${object})${tail(r, callee)}`)
    return `(${goInto(r, `${fn}.call(${self}, ${argumentList(r, at, CALLING.has(name))})`)})`
  }
  const value = link(node.expression)
  return r.replacing(node, `${opening}${value}${')'.repeat(depth)}`)
}

/** `.name` or `[key]` of a link. */
function tail(r: Rewriting, node: MemberExpression): string {
  const { property } = node
  return node.computed ? `[${r.emit(property)}]` : `.${r.source.text.slice(property.start, property.end)}`
}
