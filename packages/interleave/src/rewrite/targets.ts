/**
 * What is assigned, updated or deleted, and the patterns that bind. An assignment to an element is a call of the runtime, in
 * the order of evaluation that the language has: object, key, old value, new value.
 */

import type { AnyNode } from 'acorn'
import { emitReference, getElement, objectAndKey, setElement } from './elements.ts'
import { christen } from './names.ts'
import type { Replacement, Rewriting } from './rewriting.ts'
import { children, isAtomics, isElement } from './tree.ts'

/** A binding or an assignment's target: elements of arrays are set through a reference. */
export function emitPattern(r: Rewriting, node: AnyNode): string {
  if (node.type === 'Identifier') return node.name
  if (node.type === 'MemberExpression') {
    if (!isElement(node)) return emitReference(r, node)
    r.usesHelpers = true
    const [object, at] = objectAndKey(r, node)
    return `${r.$h}.ref(${r.$}, ${object}, ${at}, ${r.site(node)}).value`
  }
  const parts = children(node).map((child): Replacement => {
    if (node.type === 'AssignmentPattern' && child === node.right)
      return [child.start, child.end, emitRoot(r, child)]
    if (child.type === 'Property') return [child.start, child.end, patternProperty(r, child)]
    return [child.start, child.end, emitPattern(r, child)]
  })
  if (node.type === 'AssignmentPattern' && node.left.type === 'Identifier')
    christen(r, node.right, node.left.name)
  return r.splice(node.start, node.end, parts)
}

function patternProperty(r: Rewriting, node: Extract<AnyNode, { type: 'Property' }>): string {
  const { key, value } = node
  const parts: Replacement[] = node.computed ? [[key.start, key.end, emitRoot(r, key)]] : []
  return r.splice(node.start, node.end, [...parts, [value.start, value.end, emitPattern(r, value)]])
}

/** An expression in a place of its own among parameters or fields, where only a function can hold temporaries. */
export function emitRoot(r: Rewriting, node: AnyNode): string {
  if (!r.context.bare) return r.emit(node)
  return r.inside(r.context.name, {}, () => {
    const text = r.emit(node)
    const { temps } = r.context
    return temps === 0 ? text : `((${r.tempNames(temps)}) => (${text}))()`
  })
}

export function emitAssignment(
  r: Rewriting,
  node: Extract<AnyNode, { type: 'AssignmentExpression' }>,
): string {
  const { left, right, operator } = node
  if (left.type === 'Identifier') christen(r, right, left.name)
  if (left.type === 'MemberExpression' && left.property.type === 'Identifier' && !left.computed)
    christen(r, right, left.property.name)
  if (left.type !== 'MemberExpression' || !isElement(left)) {
    const target = left.type === 'MemberExpression' ? emitReference(r, left) : emitPattern(r, left)
    return r.splice(node.start, node.end, [
      [left.start, left.end, target],
      [right.start, right.end, r.emit(right)],
    ])
  }

  const [object, at] = objectAndKey(r, left)
  if (operator === '=') {
    const value = r.between(left, right) + r.operand(right)
    return r.replacing(node, setElement(r, node, object, at, value))
  }
  const [o, k] = [r.temp(), r.temp()]
  const read = getElement(r, node, `${o} = ${object}`, `${k} = ${at}`)
  const value = r.between(left, right) + r.operand(right)
  const binary = operator.slice(0, -1)
  if (binary === '||' || binary === '&&' || binary === '??')
    return r.replacing(node, `(${read}) ${binary} (${setElement(r, node, o, k, value)})`)
  // The old value first, in a temporary, for the new one may have steps.
  const old = r.temp()
  return r.replacing(node, `${old} = ${read}, ${setElement(r, node, o, k, `${old} ${binary} (${value})`)}`)
}

export function emitUpdate(r: Rewriting, node: Extract<AnyNode, { type: 'UpdateExpression' }>): string {
  const { argument, operator, prefix } = node
  if (argument.type !== 'MemberExpression' || !isElement(argument))
    return r.splice(node.start, node.end, [[argument.start, argument.end, emitReference(r, argument)]])
  const [object, at] = objectAndKey(r, argument)
  const [o, k, old] = [r.temp(), r.temp(), r.temp()]
  const read = `${old} = ${getElement(r, node, `${o} = ${object}`, `${k} = ${at}`)}`
  // `++` on the temporary converts as it does on the element, BigInts included.
  if (prefix) return r.replacing(node, `${read}, ${setElement(r, node, o, k, `${operator}${old}`)}`)
  const result = r.temp()
  return r.replacing(
    node,
    `${read}, ${result} = ${old}${operator}, ${setElement(r, node, o, k, old)}, ${result}`,
  )
}

export function emitUnary(r: Rewriting, node: Extract<AnyNode, { type: 'UnaryExpression' }>): string {
  const { argument, operator } = node
  const isName =
    argument.type === 'Identifier' ||
    (argument.type === 'MemberExpression' && isAtomics(argument, r.source.bound) && !argument.computed)
  if (operator === 'typeof' && isName) return r.source.text.slice(node.start, node.end)
  if (operator !== 'delete') return r.generic(node)
  return r.splice(node.start, node.end, [[argument.start, argument.end, emitReference(r, argument)]])
}
