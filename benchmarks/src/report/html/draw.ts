/**
 * Charts as strings of SVG: Observable Plot, drawn without a browser into linkedom's document. Colours are
 * `currentColor` and the custom properties of `style.ts`, so one drawing serves light and dark.
 */

import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'

const { document } = parseHTML('<!doctype html><html><body></body></html>')

/** Every chart is as wide as a card; a page has as many cards side by side as it has room for. */
const WIDTH = 380

/** `label` tells what the chart shows to those who cannot see it. */
export function draw(label: string, options: Plot.PlotOptions): string {
  const svg = Plot.plot({
    width: WIDTH,
    marginTop: 8,
    marginBottom: 36,
    style: { fontSize: '11px', background: 'none' },
    ...options,
    ariaLabel: label,
    document,
  })
  svg.setAttribute('role', 'img')
  return svg.outerHTML
}

/** The round figures between two, for the ticks of a logarithmic axis: 1, 2 and 5 of each decade, or less of many. */
export function logTicks(low: number, high: number): number[] {
  const decades = Math.log10(high / low)
  const steps = decades > 4 ? [1] : decades > 2 ? [1, 3] : [1, 2, 5]
  const first = Math.floor(Math.log10(low))
  return Array.from({ length: Math.ceil(decades) + 2 }, (_, k) => first + k)
    .flatMap((exponent) => steps.map((step) => Number(`${step}e${exponent}`)))
    .filter((tick) => tick >= low * 0.999 && tick <= high * 1.001)
}
