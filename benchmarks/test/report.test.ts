/**
 * The report as a reader gets it: in a real browser, where Debian's chromium is installed, at the widths of a desk
 * and of a telephone, light and dark. Where there is none, what can be said of the text alone is still tested, and
 * the list of test files says what is not.
 */

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { assert, notTested, suite } from '@hakmem/testing'
import { parseHTML } from 'linkedom'
import { type Browser, chromium } from 'playwright-core'
import { PARTS } from '#contender/protocol'
import { page } from '#report/html/page'
import { memory, ratio, report, result } from './figures.ts'

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((file) =>
  existsSync(file),
)
/** Without them it asks its maker's servers for news, which no test needs. */
const QUIET = ['quic', 'background-networking', 'component-update', 'sync', 'gpu'].map(
  (name) => `--disable-${name}`,
)

const latency = {
  count: 100_000,
  nanoseconds: PARTS.map((part) => (part === 1 ? 5e6 : 20 / (1.0001 - part))),
}
const workloads = ['tiny-hot', 'random-mixed', 'mid-large-mt-large']
const threadCounts = [1, 2]
const everything = report({
  command: `pnpm bench --peers '<b>&"'`,
  results: workloads.flatMap((workload) =>
    threadCounts.flatMap((threads) =>
      ['hakmem', 'mimalloc', 'mimalloc-keep', 'libc-keep'].map((peer, k) =>
        result(workload, threads, peer, 50 * threads - 10 * k, {
          latency,
          memory: memory(30 + 5 * k, 20),
          ...(threads > 1 && { slowestLane: 0.9 }),
        }),
      ),
    ),
  ),
  ratios: workloads.flatMap((workload, w) =>
    threadCounts.flatMap((threads) => [
      ratio(workload, threads, 'mimalloc-keep', [0.07, 1.1, 30][w]),
      ratio(workload, threads, 'libc-keep', 4000),
    ]),
  ),
  absences: [
    { peers: ['mimalloc-static'], why: 'MIMALLOC_SRC is not set' },
    { peers: ['sab'], where: ['ring', 'larson'], why: 'its blocks have no offset' },
  ],
  failures: [
    { workload: 'larson', threads: 2, peer: 'libc', error: `it <fell> over ${'x'.repeat(200)}\n    at main` },
  ],
  noise: {
    load: 3,
    steal: 0,
    spread: 0.3,
    unsteady: [],
    warnings: ['the load average was 3.00 before the run'],
  },
})

const html = suite('report')

html('it has a section for everything that was measured', () => {
  const { document } = parseHTML(page(everything))
  const titles = [...document.querySelectorAll('h2')].map(({ textContent }) => textContent)
  assert.equal(titles, [
    'Wins and losses',
    'Targets',
    'Against every contender',
    'Scaling',
    'Single operations',
    'Memory',
    'Left out',
    'All figures',
    'Measured on',
  ])
  assert.is(document.querySelectorAll('svg').length, 2 + 6 + 3 + 6 + 6)
})

html('what was not measured has no section', () => {
  const { document } = parseHTML(page(report({ results: [result('ring', 2, 'hakmem', 50)] })))
  const titles = [...document.querySelectorAll('h2')].map(({ textContent }) => textContent)
  assert.equal(titles, ['All figures', 'Measured on'])
})

html('losses, targets, noise, failures and the command stand in plain view', () => {
  const { document } = parseHTML(page(everything))
  const text = document.querySelector('main')?.textContent ?? ''
  for (const part of [
    everything.command,
    'It loses in 2 of 6 places: tiny-hot ×1, tiny-hot ×2',
    'the load average was 3.00',
    'libc failed in larson ×2: it <fell> over',
    'A first look: with fewer than 5 launches',
    'MIMALLOC_SRC is not set',
    'ring, larson',
    'Abacus 1',
  ])
    assert.ok(text.includes(part), part)
  assert.ok(document.querySelectorAll('td.missed').length > 0)
})

html('it needs nothing from anywhere: no script, no link, no image, no font', () => {
  const text = page(everything)
  assert.not.match(text, /<(script|link|img|iframe|object)\b/)
  assert.not.match(text, /@import|url\(/)
  assert.not.match(text, /\b(src|href)=/)
})

if (CHROMIUM === undefined) notTested('how a browser shows the report: no chromium is installed')
else {
  let browser: Browser
  let folder: string
  html.before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bench-'))
    writeFileSync(join(folder, 'report.html'), page(everything))
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--no-sandbox', '--no-first-run', ...QUIET],
    })
  })
  html.after(async () => {
    await browser.close()
    rmSync(folder, { recursive: true })
  })

  for (const width of [1280, 400]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      html(`a browser shows it, ${width} pixels wide and ${colorScheme}`, async () => {
        const view = await browser.newPage({ viewport: { width, height: 900 }, colorScheme })
        const asked: string[] = []
        const complaints: string[] = []
        view.on('request', (request) => asked.push(request.url()))
        view.on('console', (message) => complaints.push(message.text()))
        view.on('pageerror', (error) => complaints.push(error.message))
        const url = pathToFileURL(join(folder, 'report.html')).href
        await view.goto(url)
        const seen = await view.evaluate(LOOK)
        assert.equal(asked, [url])
        assert.equal(complaints, [])
        assert.equal(seen, { wide: width, overlapping: [], outside: [], faint: [] })
      })
    }
  }
}

/**
 * What is wrong with the page as it is laid out, as a script for the browser: letters of a chart that lie on each
 * other or outside of their card, and text whose contrast to what is behind it is below 4.5 (WCAG 2.1, AA).
 */
const LOOK = `(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  const rgb = (colour) => {
    canvas.fillStyle = colour
    canvas.fillRect(0, 0, 1, 1)
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3)
  }
  const luminance = (colour) => rgb(colour)
    .map((part) => part / 255)
    .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, k) => sum + part * [0.2126, 0.7152, 0.0722][k], 0)
  const behind = (element) => {
    const { backgroundColor } = getComputedStyle(element)
    return backgroundColor !== 'rgba(0, 0, 0, 0)' || !element.parentElement ? backgroundColor : behind(element.parentElement)
  }
  const contrast = (element, property) => {
    const [light, dark] = [getComputedStyle(element)[property], behind(element)].map(luminance).sort((a, b) => b - a)
    return (light + 0.05) / (dark + 0.05)
  }
  const overlap = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3
  const overlapping = [], outside = [], faint = []
  for (const svg of document.querySelectorAll('svg')) {
    const card = svg.parentElement.getBoundingClientRect()
    const texts = [...svg.querySelectorAll('text')].filter((text) => text.textContent !== '')
    const boxes = texts.map((text) => text.getBoundingClientRect())
    texts.forEach((text, i) => {
      const name = svg.getAttribute('aria-label') + ': ' + text.textContent
      for (let j = 0; j < i; j++) if (overlap(boxes[i], boxes[j])) overlapping.push(name + ' on ' + texts[j].textContent)
      if (boxes[i].left < card.left || boxes[i].right > card.right || boxes[i].top < card.top || boxes[i].bottom > card.bottom) outside.push(name)
      if (contrast(text, 'fill') < 4.5) faint.push(name)
    })
  }
  for (const element of document.querySelectorAll('p, h1, h2, h3, td, th, li, dt, dd, pre, .figure'))
    if (element.textContent !== '' && contrast(element, 'color') < 4.5) faint.push(element.textContent)
  return { wide: document.documentElement.scrollWidth, overlapping, outside, faint: faint.slice(0, 5) }
})()`

html.run()
