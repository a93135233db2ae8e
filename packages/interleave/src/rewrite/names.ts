/** What step names call a function: its own name, or what the text around it calls it. */

import type { AnyNode } from 'acorn'
import type { Rewriting } from './rewriting.ts'

/** What a property, a method or a field is called. */
export function keyName(r: Rewriting, node: { key: AnyNode; computed: boolean }): string {
  const { key } = node
  if (key.type === 'PrivateIdentifier') return `#${key.name}`
  if (key.type === 'Identifier' && !node.computed) return key.name
  if (key.type === 'Literal') return String(key.value)
  return r.source.text.slice(key.start, key.end)
}

/** Names the function that `value` is, or the functions that it chooses from. */
export function christen(r: Rewriting, value: AnyNode | null | undefined, name: string): void {
  if (!value) return
  if (value.type === 'FunctionExpression' || value.type === 'ArrowFunctionExpression')
    r.names.set(value, name)
  else if (value.type === 'ConditionalExpression') {
    christen(r, value.consequent, name)
    christen(r, value.alternate, name)
  } else if (value.type === 'LogicalExpression') {
    christen(r, value.left, name)
    christen(r, value.right, name)
  }
}
