/**
 * Functions, methods and fields: a function that can be suspended becomes a generator function, and keeps its `this`, its
 * name and the number of its parameters.
 */

import type { AnyNode } from 'acorn'
import { task } from './async.ts'
import { christen, keyName } from './names.ts'
import { CALLED } from './natives.ts'
import type { FunctionNode, Replacement, Rewriting } from './rewriting.ts'
import { emitBlock } from './statements.ts'
import { emitPattern, emitRoot } from './targets.ts'
import { usesOf, within } from './tree.ts'

export function emitFunction(r: Rewriting, node: FunctionNode): string {
  const isArrow = node.type === 'ArrowFunctionExpression'
  const name = node.id?.name ?? r.names.get(node) ?? (r.callbacks.has(node) ? 'callback' : 'anonymous')
  if (node.generator && !node.async)
    throw r.refuse(node, `${name} is a generator function: the schedule could not tell its yields from steps`)

  const uses = usesOf(node)
  const suspends = canSuspend(r, node, uses)
  const order = suspends && !node.async ? r.options.declared?.[name] : undefined
  if (order !== undefined) r.foundDeclared.add(name)

  const params = r.inside(name, { bare: true }, () =>
    node.params.map((param): Replacement => [param.start, param.end, emitPattern(r, param)]),
  )
  return r.inside(name, { suspends, order }, () => {
    const { body } = node
    if (!isArrow) {
      const parts: Replacement[] = [...params, [body.start, body.end, emitBlock(r, body as never)]]
      if (suspends && node.async) {
        const open = r.source.parentheses.find((at) => at >= (node.id?.end ?? node.start)) ?? node.start
        const head = open === node.start ? '' : `function* ${node.id?.name ?? ''}`
        const lines = r.between({ end: node.start }, { start: open })
        return head + lines + task(r, node, r.splice(open, node.end, parts))
      }
      if (suspends && r.source.text.startsWith('function', node.start))
        parts.unshift([node.start + 8, node.start + 8, '*'])
      return r.splice(node.start, node.end, parts)
    }

    const arrow = r.source.arrows.find((at) => at >= (node.params.at(-1)?.end ?? node.start)) ?? node.start
    const start = node.async && suspends ? headOf(r, node) : node.start
    let head = r.between({ end: node.start }, { start }) + r.splice(start, arrow, params)
    let text: string
    if (body.type === 'BlockStatement') {
      text = r.splice(arrow + 2, node.end, [[body.start, body.end, emitBlock(r, body)]])
    } else {
      const value = r.splice(arrow + 2, node.end, [[body.start, body.end, r.emit(body)]])
      if (!suspends && r.context.temps === 0) return `${head}=>${value}`
      text = `{${r.declaration()}${suspends ? r.point(node) : ''}return (${value})}`
    }
    if (!suspends) return `${head}=>${text}`
    if (start === node.params.at(0)?.start) head = `(${head})`
    const generator = node.async ? task(r, node, head + text) : head + text
    return `(function* ${generator})${uses.isThis ? '.bind(this)' : ''}`
  })
}

/** Whether a function becomes a generator function; async ones do if a function in them can stand for them. */
function canSuspend(r: Rewriting, node: FunctionNode, uses: ReturnType<typeof usesOf>): boolean {
  if (r.callbacks.has(node)) return false
  if (node.type === 'ArrowFunctionExpression' && (uses.isSuper || uses.isArguments)) return false
  return !node.async || !(node.generator || uses.isSuper || uses.isForAwait)
}

/** Where the parameters of an arrow function start, parentheses included. */
function headOf(r: Rewriting, arrow: FunctionNode): number {
  const open = r.source.parentheses.find((at) => at >= arrow.start) ?? arrow.end
  return Math.min(open, arrow.params[0]?.start ?? arrow.end)
}

export function emitMethod(r: Rewriting, node: Extract<AnyNode, { type: 'MethodDefinition' }>): string {
  const name = keyName(r, node)
  if (node.kind !== 'method') r.callbacks.add(node.value)
  if (node.kind === 'constructor') leaveEarlyArrows(r, node.value.body)
  return methodText(r, node, node.value, node.kind === 'method' ? name : `${node.kind} ${name}`)
}

/** Arrow functions before `super(..)` cannot be bound to a `this` that is not there yet. */
function leaveEarlyArrows(r: Rewriting, body: AnyNode): void {
  const nodes = [...within(body)]
  const end = nodes.find((node) => node.type === 'CallExpression' && node.callee.type === 'Super')?.end ?? 0
  for (const node of nodes) {
    if (node.type === 'ArrowFunctionExpression' && node.start < end && usesOf(node).isThis)
      r.callbacks.add(node)
  }
}

export function emitProperty(r: Rewriting, node: Extract<AnyNode, { type: 'Property' }>): string {
  if (node.kind !== 'init') {
    r.callbacks.add(node.value)
    return methodText(r, node, node.value, `${node.kind} ${keyName(r, node)}`)
  }
  if (node.method) return methodText(r, node, node.value, keyName(r, node))
  if (node.shorthand) return r.emit(node.value)
  christen(r, node.value, keyName(r, node))
  return r.generic(node)
}

function methodText(
  r: Rewriting,
  node: { start: number; end: number; key: AnyNode; computed: boolean },
  value: AnyNode,
  name: string,
) {
  r.names.set(value, name)
  if (CALLED.has(name) || /^Symbol\.(?!dispose)/.test(name)) r.callbacks.add(value)
  const fn = value as FunctionNode
  const suspends = canSuspend(r, fn, usesOf(value))
  const { key } = node
  const at = node.computed ? r.source.text.lastIndexOf('[', key.start) : key.start
  const async = suspends && fn.async ? r.source.asyncs.find((at) => at >= node.start) : undefined
  const parts: Replacement[] = async === undefined ? [] : [[async, async + 'async'.length, '']]
  if (suspends) parts.push([at, at, '*'])
  if (node.computed) parts.push([key.start, key.end, r.emit(key)])
  return r.splice(node.start, node.end, [...parts, [value.start, value.end, r.emit(value)]])
}

export function emitField(r: Rewriting, node: Extract<AnyNode, { type: 'PropertyDefinition' }>): string {
  const name = keyName(r, node)
  christen(r, node.value, name)
  const parts: Replacement[] = node.computed ? [[node.key.start, node.key.end, r.emit(node.key)]] : []
  const { value } = node
  if (value)
    parts.push(r.inside(name, { bare: true }, () => [value.start, value.end, emitRoot(r, value as AnyNode)]))
  // An arrow function ended the field by itself; a function in parentheses does not.
  return `${r.splice(node.start, node.end, parts)};`
}
