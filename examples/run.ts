// `pnpm example NAME`: runs an example. Each is a folder with a README; its `main.ts` exports `main`, told a scale from 0 to
// 1 of how much to do.

import { parseArgs } from 'node:util'

const EXAMPLES: Readonly<Record<string, { says: string; load: () => Promise<Example> }>> = {
  particles: {
    says: 'gravity between particles, computed by a Piscina pool over shared structs',
    load: () => import('./particles/main.js'),
  },
  pipeline: {
    says: 'a CSV file parsed, transformed and added up by workers, through queues of structs',
    load: () => import('./pipeline/main.js'),
  },
  graph: { says: 'one graph in shared memory, walked by all workers', load: () => import('./graph/main.js') },
  'per-tier': {
    says: 'one tier alone on an arena: tiny, mid, large',
    load: () => import('./per-tier/main.js'),
  },
  wasm: { says: 'a WebAssembly module reads structs where they are', load: () => import('./wasm/main.js') },
  browser: {
    says: 'a page and two web workers on one heap, in Chromium',
    load: () => import('./browser/main.js'),
  },
}

interface Example {
  main(scale: number): Promise<void>
}

const LIST = Object.entries(EXAMPLES).map(([name, { says }]) => `  ${name.padEnd(10)} ${says}`)
const HELP = `Usage: pnpm example NAME [--scale 0.1]

Runs an example; a scale from 0 to 1 does less of it.

${LIST.join('\n')}`

/** Undefined: help is wanted. Throws what makes no sense, in a sentence. */
function asked(): { example: (typeof EXAMPLES)[string]; scale: number } | undefined {
  const { values, positionals } = parseArgs({
    args: process.argv.slice(2).filter((text) => text !== '--'),
    allowPositionals: true,
    options: { scale: { type: 'string', default: '1' }, help: { type: 'boolean', short: 'h' } },
  })
  const [name] = positionals
  if (values.help === true) return undefined
  if (name === undefined) throw new Error('Which example?')
  if (!Object.hasOwn(EXAMPLES, name)) throw new Error(`There is no example '${name}'.`)
  const scale = Number(values.scale)
  if (!(scale > 0 && scale <= 1))
    throw new Error(`--scale takes a number above 0, up to 1, not '${values.scale}'.`)
  return { example: EXAMPLES[name], scale }
}

let run: ReturnType<typeof asked>
try {
  run = asked()
  if (run === undefined) console.log(HELP)
} catch (error) {
  console.error(`${error instanceof Error ? error.message.split('. To ')[0] : error}\n\n${HELP}`)
  process.exitCode = 2
}
if (run !== undefined) await (await run.example.load()).main(run.scale)
