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

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { scale: { type: 'string', default: '1' }, help: { type: 'boolean', short: 'h' } },
})
const [name = ''] = positionals
const example = EXAMPLES[name]
const scale = Number(values.scale)

if (values.help === true || example === undefined || !(scale > 0 && scale <= 1)) {
  const list = Object.entries(EXAMPLES).map(([name, { says }]) => `  ${name.padEnd(10)} ${says}`)
  console.log(
    `pnpm example NAME [--scale 0.1]      a scale from 0 to 1 of how much to do\n\n${list.join('\n')}`,
  )
  process.exitCode = values.help === true ? 0 : 1
} else {
  await (await example.load()).main(scale)
}
