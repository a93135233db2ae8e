// Serves the page with the headers that shared memory needs, and runs it in Debian's Chromium.

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { rolldown } from 'rolldown'
import { report } from '../compare.js'
import type { Outcome } from './page.js'

const CHROMIUM = '/usr/bin/chromium'

/** What makes a page cross-origin isolated; browsers give shared memory to no other. */
const HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  // No code from strings: nothing here needs `eval` or `new Function`.
  'Content-Security-Policy': "default-src 'self'",
  'Cache-Control': 'no-store',
}

/** Chromium as root and without a network. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export async function main(scale: number): Promise<void> {
  const count = Math.max(1000, Math.round(200_000 * scale))
  if (!existsSync(CHROMIUM)) {
    console.log(
      `There is no Chromium at ${CHROMIUM}, so nothing was run. On Debian: apt-get install chromium`,
    )
    return
  }
  const server = await serve(await bundle())
  const address = server.address()
  const url = `http://localhost:${typeof address === 'object' ? address?.port : ''}/`
  const profile = mkdtempSync(join(tmpdir(), 'hakmem-browser-'))
  const browser = await chromium.launchPersistentContext(profile, { executablePath: CHROMIUM, args: FLAGS })
  try {
    console.log(
      `${count} messages from one web worker to another and to the page, in ${await version(browser)}`,
    )
    const page = await browser.newPage()
    page.on('pageerror', (error) => console.error(error))
    await page.goto(url)
    const outcome: Outcome = await page.evaluate(`run(${count})`)
    report('messages', count, outcome.shared, outcome.posted)
    console.log(`still allocated: ${outcome.live} bytes`)
  } finally {
    await browser.close()
    server.close()
    rmSync(profile, { recursive: true, force: true })
  }
}

async function version(browser: { browser(): { version(): string } | null }): Promise<string> {
  return `Chromium ${browser.browser()?.version() ?? ''}`.trim()
}

/** The scripts of the page and its workers, each with all that it imports: workers know no import maps. */
async function bundle(): Promise<Map<string, string>> {
  const files = new Map([
    ['/', '<!doctype html><title>hakmem</title><script type="module" src="page.js"></script>'],
  ])
  for (const name of ['page', 'worker']) {
    const input = fileURLToPath(new URL(`./${name}.js`, import.meta.url))
    const build = await rolldown({ input, platform: 'browser' })
    const { output } = await build.generate({ format: 'esm' })
    files.set(`/${name}.js`, output[0].code)
  }
  return files
}

function serve(files: Map<string, string>): Promise<Server> {
  const server = createServer(({ url = '' }, response) => {
    const text = files.get(url)
    const type = url.endsWith('.js') ? 'text/javascript' : 'text/html'
    response.writeHead(text === undefined ? 404 : 200, { ...HEADERS, 'Content-Type': type })
    response.end(text)
  })
  return new Promise((resolve) => server.listen(0, 'localhost', () => resolve(server)))
}
