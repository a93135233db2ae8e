/**
 * Source text to source text: functions become generators that stop before every shared step.
 *
 * Every suspendable function is a generator function afterwards, and every call in it looks at what it got: a
 * generator is gone into. What cannot be suspended (constructors, accessors, callbacks of natives, a module's top
 * level) runs the generators that it meets to their ends. INVARIANTS: evaluation order, `this` and short circuits
 * are those of the original, and so is the number of every line; an expression is replaced by one in parentheses.
 *
 * The text is put together bottom up, since an expression may move into another one (`a[f()] += g()` becomes a
 * call), which a list of edits at positions cannot say. Temporaries are local to the function that they stand in:
 * an activation evaluates an expression at most once at a time, so each is free again when its expression is done.
 *
 * A call is `(($1 = f(x)) instanceof $.Gen ? yield* $1 : $1)`. Node 20, x64, ns a call to a plain function, a call to
 * a rewritten one, and a step under ten calls (`node packages/interleave/dist-test/calls.bench.js`): 5, 29, 183. A
 * trivial iterator, `(yield* $.into(f(x)))`: 9, 30, 180. `next` called by hand in a loop: 2, 30, 196, but that is a
 * statement, and calls stand in expressions.
 */

import type { AnyNode } from 'acorn'
import { emitAwait } from './async.ts'
import { emitCall, emitNew, goInto } from './calls.ts'
import { emitChain } from './chains.ts'
import { emitMember, emitReference } from './elements.ts'
import { emitField, emitFunction, emitMethod, emitProperty } from './functions.ts'
import { christen } from './names.ts'
import { type RewriteOptions, Rewriting } from './rewriting.ts'
import { emitBlock, emitLoop, emitStatement } from './statements.ts'
import { emitAssignment, emitPattern, emitUnary, emitUpdate } from './targets.ts'

export type { RewriteOptions }

/** The rewritten text. Throws InterleaveError, code REWRITE, for what cannot be rewritten. */
export function rewrite(source: string, options: RewriteOptions): string {
  const r = new Rewriting(source, options, emit)
  const body = r.emit(r.source.program)
  for (const name of Object.keys(options.declared ?? {})) {
    if (!r.foundDeclared.has(name))
      throw r.refuse(undefined, `declared.${name}: no function of that name can be suspended here`)
  }
  const helpers = r.usesHelpers ? `import * as ${r.$h} from ${JSON.stringify(HELPERS)}; ` : ''
  const text = body.startsWith('#!') ? `//${body}` : body
  return `import * as ${r.$} from ${JSON.stringify(options.runtime)}; ${helpers}${r.declaration()}${text}`
}

// Implementation

const HELPERS = new URL('./helpers.js', import.meta.url).href

/** A node's text by what it is. */
function emit(r: Rewriting, node: AnyNode): string {
  switch (node.type) {
    case 'Program':
    case 'BlockStatement':
    case 'StaticBlock':
      for (const statement of node.body) r.listed.add(statement)
      if (node.type === 'StaticBlock') return r.inside('static', {}, () => emitBlock(r, node))
      return r.generic(node)
    case 'SwitchCase':
      for (const statement of node.consequent) r.listed.add(statement)
      return r.generic(node)
    case 'ExpressionStatement':
      return emitStatement(r, node)
    case 'ForStatement':
    case 'ForInStatement':
    case 'ForOfStatement':
    case 'WhileStatement':
    case 'DoWhileStatement':
      return emitLoop(r, node)
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return emitFunction(r, node)
    case 'MethodDefinition':
      return emitMethod(r, node)
    case 'Property':
      return emitProperty(r, node)
    case 'PropertyDefinition':
      return emitField(r, node)
    case 'VariableDeclaration':
      if (node.kind === 'using' || node.kind === 'await using')
        throw r.refuse(node, 'a `using` declaration calls its dispose method by itself: compile it to ES2022')
      return r.generic(node)
    case 'VariableDeclarator':
      if (node.id.type === 'Identifier') christen(r, node.init, node.id.name)
      return r.splice(node.start, node.end, [
        [node.id.start, node.id.end, emitPattern(r, node.id)],
        ...(node.init ? [[node.init.start, node.init.end, r.emit(node.init)] as const] : []),
      ])
    case 'AssignmentExpression':
      return emitAssignment(r, node)
    case 'UpdateExpression':
      return emitUpdate(r, node)
    case 'UnaryExpression':
      return emitUnary(r, node)
    case 'AwaitExpression':
      return emitAwait(r, node)
    case 'MemberExpression':
      return emitMember(r, node)
    case 'ChainExpression':
      return emitChain(r, node)
    case 'CallExpression':
      return emitCall(r, node)
    case 'NewExpression':
      return emitNew(r, node)
    case 'TaggedTemplateExpression':
      return r.replacing(
        node,
        goInto(
          r,
          r.splice(node.start, node.end, [
            [node.tag.start, node.tag.end, emitReference(r, node.tag)],
            [node.quasi.start, node.quasi.end, r.emit(node.quasi)],
          ]),
        ),
      )
    case 'Identifier':
      if (node.name === 'Atomics' && !r.source.bound.has('Atomics'))
        throw r.refuse(node, 'Atomics is used other than in a call such as Atomics.load(..)')
      return node.name
    case 'ArrayPattern':
    case 'ObjectPattern':
    case 'RestElement':
    case 'AssignmentPattern':
      return emitPattern(r, node)
    default:
      return r.generic(node)
  }
}
