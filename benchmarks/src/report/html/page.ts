/**
 * The report: one file that needs nothing else, to be read in a browser. It tells first how hakmem does on the whole,
 * then what was aimed at, then who wins where, and then everything else that was measured, and on what.
 */

import html from 'html-template-tag'
import { isAt, type Place, type Ratio, type Report, type Result } from '../../figures.ts'
import { SUBJECT } from '../../peers/peers.ts'
import { goalAt, type ReferenceName, references } from '../../targets.ts'
import { meanOf, ratiosTo, referenceNames, type State, verdictsOn } from '../../verdicts.ts'
import { formatFigure, formatFirstLook, formatInterval, formatRatio, placeName } from '../format.ts'
import { Colours } from './colours.ts'
import { latencyChart, memoryChart, memoryUnit, scalingChart } from './curves.ts'
import { ratioChart } from './ratio-chart.ts'
import { style } from './style.ts'
import { absencesTable, figuresTable, legend, machineList, verdictTable } from './tables.ts'

export function page(report: Report): string {
  const sections = [
    ...head(report),
    ...overview(report),
    ...contenders(report),
    ...curves(report),
    ...leftOut(report),
    section('All figures', '', figuresTable(report)),
    section('Measured on', '', machineList(report)),
  ]
  return html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${SUBJECT}: ${report.command}</title>
<style>$${style}</style>
<main>${sections}</main>
</html>
`
}

/** How hakmem does on the whole, how to see it for oneself, and what speaks against the figures. */
function head({ command, date, failures, noise, ratios, settings }: Report): string[] {
  const firstLook = formatFirstLook(settings)
  return [
    html`<h1>How fast is ${SUBJECT}?</h1>
<p class="quiet">${date.slice(0, 10)}. Every contender ran in turn with the others: ${String(settings.launches)} × ${String(settings.rounds)} rounds (launches × rounds in each) of ${String(settings.seconds)} s. A ratio above 1 means that ${SUBJECT} is faster.</p>
<pre>${command}</pre>`,
    ...failures.map(
      (failure) =>
        html`<div class="warning">${failure.peer} failed in ${placeName(failure)}: ${failure.error.split('\n', 1)[0]}</div>`,
    ),
    ...(noise.warnings.length === 0 ? [] : [noiseBox(noise.warnings)]),
    ...(firstLook === undefined ? [] : [html`<div class="warning">${firstLook}</div>`]),
    cards(referenceNames.flatMap((name) => meanCard(name, ratios))),
  ]
}

function noiseBox(warnings: readonly string[]): string {
  return html`<div class="warning">The machine was noisy:<ul>${warnings.map((text) => html`<li>${text}</li>`)}</ul></div>`
}

function meanCard(name: ReferenceName, all: readonly Ratio[]): string[] {
  const ratios = ratiosTo(name, all)
  const mean = meanOf(ratios)
  if (mean === undefined) return []
  const lost = ratios.filter(({ median }) => median < 1)
  const outcome = `It loses in ${lost.length} of ${ratios.length} places${lost.length === 0 ? '.' : ': '}`
  return [
    html`<section class="card"><h3>Against ${references[name].title}</h3>
<div class="figure ${mean.median >= 1 ? 'win' : 'loss'}">${formatRatio(mean.median)} x</div>
<p class="quiet">${formatInterval(mean)}; geometric mean of ${String(mean.workloads)} workloads, each with its variants one entry</p>
<p>${outcome}${lost.map(placeName).join(', ')}</p></section>`,
  ]
}

/** The places against each reference, and all targets. */
function overview(report: Report): string[] {
  const charts = referenceNames.flatMap((name) => {
    const ratios = ratiosTo(name, report.ratios)
    if (ratios.length === 0) return []
    const rows = ratios.map((ratio) => ({ ...ratio, name: placeName(ratio), goal: goalAt(ratio, name) }))
    const { title } = references[name]
    return card(`Against ${title}`, ratioChart(`${SUBJECT} against ${title}, place by place`, rows))
  })
  const verdicts = verdictsOn(report)
  const count = (state: State) => verdicts.filter((verdict) => verdict.state === state).length
  const targets = `What was to be reached: of ratios a floor and an aim, in the order of the charts above. ${count('aim')} reached, ${count('floor')} above the floor, ${count('missed')} missed. (1 of 3): the target is against the best of three, of which only one took part.`
  return [
    ...(charts.length === 0 ? [] : [section('Wins and losses', OVERVIEW, cards(charts))]),
    ...(verdicts.length === 0 ? [] : [section('Targets', targets, verdictTable(verdicts))]),
  ]
}

const OVERVIEW =
  'Bars to the right are wins, bars to the left losses; twice as fast is as far from 1 as half as fast. The thin line is the 95 % interval. Where a target is set, the dashed tick is its floor and the solid one its aim. ×2 is with two threads.'

const EVERYONE =
  'The same for each workload and number of threads, with what hakmem did in it, for orientation.'

/** Every place with all contenders. */
function contenders({ ratios, results }: Report): string[] {
  const charts = placesOf(ratios).map((place) => {
    const rows = ratios.filter(isAt(place)).map((ratio) => ({ ...ratio, name: ratio.peer }))
    const own = results.find((one) => one.peer === SUBJECT && isAt(place)(one))
    return card(
      placeName(place),
      ratioChart(`${SUBJECT} against every contender, ${placeName(place)}`, rows),
      own && `${SUBJECT} ${formatFigure(own.median)} ${own.unit}`,
    )
  })
  return charts.length === 0 ? [] : [section('Against every contender', EVERYONE, cards(charts))]
}

/** Scaling, latency, memory: a section for each that was measured. */
function curves({ results }: Report): string[] {
  const colours = new Colours(results.map(({ peer }) => peer))
  const key = legend(colours)
  const workloads = [...new Set(results.map(({ workload }) => workload))]
  const scaling = workloads.flatMap((workload) => {
    const those = results.filter((one) => one.workload === workload)
    if (new Set(those.map(({ threads }) => threads)).size < 2) return []
    return card(workload, scalingChart(workload, those, colours), those[0].unit)
  })
  const perPlace = (
    unitOf: (result: Result) => string,
    measured: (result: Result) => boolean,
    chart: (label: string, results: readonly Result[], colours: Colours) => string,
  ) =>
    placesOf(results.filter(measured)).map((place) => {
      const those = results.filter((result) => measured(result) && isAt(place)(result))
      return card(placeName(place), chart(placeName(place), those, colours), unitOf(those[0]))
    })
  const parts: [title: string, about: string, charts: string[]][] = [
    [
      'Scaling',
      'Speed with more threads; with more of them than the machine has cores, they share.',
      scaling,
    ],
    [
      'Single operations',
      'How long a single one takes, sampled among others. Both axes are logarithmic: to the right are the rare ones. What is below 10 ns, where clocks are too coarse, is drawn as 10.',
      perPlace(
        () => '',
        ({ latency }) => latency !== undefined,
        latencyChart,
      ),
    ],
    [
      'Memory',
      'Resident memory in the course of time, beyond what a warm process needs, over the bytes that the workload keeps allocated: it shows fragmentation grow. Where next to nothing is live, as it is: that is the process itself.',
      perPlace(memoryUnit, ({ memory }) => memory !== undefined, memoryChart),
    ],
  ]
  return parts.flatMap(([title, about, charts]) =>
    charts.length === 0 ? [] : [section(title, about, key + cards(charts))],
  )
}

/** Who is not in the charts above. */
function leftOut({ absences }: Report): string[] {
  return absences.length === 0
    ? []
    : [section('Left out', 'Who could not take part, and in what.', absencesTable(absences))]
}

function section(title: string, about: string, content: string): string {
  return html`<section><h2>${title}</h2><p class="quiet">${about}</p>$${content}</section>`
}

function card(title: string, chart: string, unit = ''): string {
  return html`<figure class="card"><h3>${title} <span class="quiet">${unit}</span></h3>$${chart}</figure>`
}

function cards(content: string[]): string {
  return html`<div class="cards">${content}</div>`
}

function placesOf(list: readonly Place[]): Place[] {
  return list.filter((place, k) => list.findIndex(isAt(place)) === k)
}
