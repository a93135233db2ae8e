// A row of the file, as a struct and as an object; the file itself; and what the stages do to rows.

import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { f64, oneOf, struct, u32 } from '@hakmem/structs'

export const CITIES = ['Amsterdam', 'Berlin', 'Cairo', 'Dakar'] as const

export type City = (typeof CITIES)[number]

export class Row extends struct({ station: u32, city: oneOf(...CITIES), celsius: f64, fahrenheit: f64 }) {}

export interface PlainRow {
  station: number
  city: City
  celsius: number
  fahrenheit: number
}

/** Writes a file of `rows` lines: station, city, degrees. */
export function writeCsv(path: string, rows: number): void {
  const file = openSync(path, 'w')
  writeSync(file, 'station,city,celsius\n')
  for (let from = 0; from < rows; from += 10_000) {
    let lines = ''
    for (let k = from; k < Math.min(rows, from + 10_000); k++) {
      lines += `${k},${CITIES[(k * 7) % 4]},${((k % 700) / 10 - 20).toFixed(1)}\n`
    }
    writeSync(file, lines)
  }
  closeSync(file)
}

/** The lines of a file but the first, read piece by piece. */
export function* linesOf(path: string): Generator<string> {
  const file = openSync(path, 'r')
  const piece = Buffer.alloc(65_536)
  let rest = ''
  let isHead = true
  for (let length = readSync(file, piece); length > 0; length = readSync(file, piece)) {
    const lines = (rest + piece.toString('latin1', 0, length)).split('\n')
    rest = lines.pop() ?? ''
    for (const line of isHead ? lines.slice(1) : lines) yield line
    isHead = false
  }
  closeSync(file)
}

/** The cells of a line. */
export function parse(line: string): { station: number; city: City; celsius: number } {
  const [station = '', city = '', celsius = ''] = line.split(',')
  return { station: Number(station), city: city as City, celsius: Number(celsius) }
}

export const toFahrenheit = (celsius: number): number => celsius * 1.8 + 32

/** One number for the averages of all cities. */
export class Averages {
  private readonly sums = new Map<City, { sum: number; count: number }>()

  add(city: City, fahrenheit: number): void {
    const entry = this.sums.get(city)
    if (entry === undefined) {
      this.sums.set(city, { sum: fahrenheit, count: 1 })
    } else {
      entry.sum += fahrenheit
      entry.count++
    }
  }

  get total(): number {
    return CITIES.reduce((total, city, k) => {
      const { sum, count } = this.sums.get(city) ?? { sum: 0, count: 1 }
      return total + (k + 1) * (sum / count)
    }, 0)
  }
}
