/** The report of `pnpm bench:learning` as one HTML file, in the style of the others. */

import html from 'html-template-tag'
import { style } from '../report/html/style.ts'
import { verdictTable } from '../report/html/tables.ts'
import type { Section, Table } from './verdict.ts'

const STATES = { met: 'aim', open: 'floor', missed: 'missed' } as const

/** `machine`: what it ran on; `command`: how to see it for oneself. */
export function page(sections: readonly Section[], machine: string, command: string): string {
  const verdicts = sections
    .flatMap(({ targets }) => targets)
    .map(({ state, ...target }) => ({ ...target, against: '', state: STATES[state] }))
  const parts = sections.map(
    ({ title, tables }) => html`<section><h2>${title}</h2>$${tables.map(htmlTable).join('')}</section>`,
  )
  return html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>hakmem: what learning is worth</title>
<style>$${style}</style>
<main><h1>What is learning worth?</h1>
<p class="quiet">${machine}</p>
<pre>${command}</pre>
<section><h2>Targets</h2>$${verdictTable(verdicts)}</section>
$${parts.join('')}</main>
</html>
`
}

function htmlTable({ head, rows }: Table): string {
  const cells = (tag: 'th' | 'td', row: readonly string[]) =>
    row
      .map((cell, k) =>
        tag === 'th'
          ? html`<th class="${k === 0 ? '' : 'number'}">${cell}</th>`
          : html`<td class="${k === 0 ? '' : 'number'}">${cell}</td>`,
      )
      .join('')
  const body = rows.map((row) => html`<tr>$${cells('td', row)}</tr>`).join('')
  return html`<div class="scroll"><table><tr>$${cells('th', head)}</tr>$${body}</table></div>`
}
