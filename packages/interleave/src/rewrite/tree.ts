/** Questions about the syntax tree that rewriting asks: what is code, what is an element, what hangs on `this`. */

import type { AnyNode, MemberExpression } from 'acorn'

/** What of a node is code, in the order of the text: no names of properties, labels, imports and exports. */
export function children(node: AnyNode): AnyNode[] {
  const skipped: unknown[] = []
  if ('label' in node) skipped.push(node.label)
  if (node.type === 'MemberExpression' && !node.computed) skipped.push(node.property)
  if ('key' in node && !('computed' in node && node.computed)) skipped.push(node.key)
  if ('specifiers' in node) skipped.push(node.specifiers)
  if (node.type === 'MetaProperty') return []
  return Object.values(node)
    .filter((value) => !skipped.includes(value))
    .flat()
    .filter(isNode)
    .sort((a, b) => a.start - b.start)
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value
}

/** The node and everything in it that runs with the same `this`. */
export function* within(node: AnyNode): Generator<AnyNode> {
  yield node
  for (const child of children(node)) {
    if (child.type === 'FunctionExpression' || child.type === 'FunctionDeclaration') continue
    if (child.type === 'StaticBlock') continue
    if (child.type === 'PropertyDefinition') {
      if (child.computed) yield* within(child.key)
    } else yield* within(child)
  }
}

/**
 * What a function needs of its own call: `this`, `arguments`, or what no function in it can have (`super`, `new.target`);
 * and whether it has a `for await`.
 */
export function usesOf(fn: AnyNode) {
  const uses = { isThis: false, isArguments: false, isSuper: false, isForAwait: false }
  for (const node of within(fn)) {
    if (node.type === 'ThisExpression') uses.isThis = true
    if (node.type === 'Super' || (node.type === 'MetaProperty' && node.meta.name === 'new'))
      uses.isSuper = true
    if (node.type === 'Identifier' && node.name === 'arguments') uses.isArguments = true
    if (node.type === 'ForOfStatement' && node.await) uses.isForAwait = true
  }
  return uses
}

/** `a[i]`, unless the key is plainly a name. */
export function isElement(node: MemberExpression): boolean {
  const { computed, object, property } = node
  if (!computed || object.type === 'Super' || property.type === 'TemplateLiteral') return false
  if (property.type === 'Literal') return typeof property.value !== 'string'
  const isSymbol = property.type === 'MemberExpression' && property.object.type === 'Identifier'
  return !(isSymbol && (property.object as { name?: string }).name === 'Symbol')
}

/** Whether something on the spine of an optional chain is rewritten, so that its short circuit has to skip it. */
export function hasSteps(node: AnyNode): boolean {
  if (node.type === 'CallExpression') return true
  return node.type === 'MemberExpression' && (isElement(node) || hasSteps(node.object as AnyNode))
}

export function isAtomics(callee: MemberExpression, bound: ReadonlySet<string>): boolean {
  return callee.object.type === 'Identifier' && callee.object.name === 'Atomics' && !bound.has('Atomics')
}

/** Methods of typed arrays that write many elements. */
export function isBulk(callee: MemberExpression, name: string): boolean {
  return callee.object.type !== 'Super' && (name === 'fill' || name === 'set' || name === 'copyWithin')
}

/** The name by which a function is called: of the property, or of the variable. */
export function nameOf(callee: AnyNode): string {
  if (callee.type === 'Identifier') return callee.name
  if (callee.type !== 'MemberExpression' || callee.computed) return ''
  return callee.property.type === 'Identifier' ? callee.property.name : ''
}
