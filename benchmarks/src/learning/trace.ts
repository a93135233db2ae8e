/** A trace: what a program does with blocks of 64 KiB and more, as columns. */

export const MALLOC = 0
export const FREE = 1
export const REALLOC = 2

export interface Trace {
  readonly name: string
  readonly about: string
  /** MALLOC, FREE or REALLOC. */
  readonly kinds: Uint8Array
  /** Which block: numbers from 0, used again only after a FREE. */
  readonly ids: Uint32Array
  /** Bytes asked for; 0 of a FREE. */
  readonly sizes: Uint32Array
  /** Call site, 0 if unknown. */
  readonly sites: Uint32Array
}

/** Collects a trace. Blocks are numbered as they come. */
export class TraceWriter {
  private readonly kinds: number[] = []
  private readonly ids: number[] = []
  private readonly sizes: number[] = []
  private readonly sites: number[] = []
  private readonly unused: number[] = []
  private next = 0

  malloc(size: number, site = 0): number {
    const id = this.unused.pop() ?? this.next++
    this.push(MALLOC, id, size, site)
    return id
  }

  realloc(id: number, size: number): void {
    this.push(REALLOC, id, size, 0)
  }

  free(id: number): void {
    this.push(FREE, id, 0, 0)
    this.unused.push(id)
  }

  finish(name: string, about: string): Trace {
    return {
      name,
      about,
      kinds: Uint8Array.from(this.kinds),
      ids: Uint32Array.from(this.ids),
      sizes: Uint32Array.from(this.sizes),
      sites: Uint32Array.from(this.sites),
    }
  }

  private push(kind: number, id: number, size: number, site: number): void {
    this.kinds.push(kind)
    this.ids.push(id)
    this.sizes.push(size)
    this.sites.push(site)
  }
}

/** The most bytes of pages that are live at once. */
export function peakBytes({ kinds, ids, sizes }: Trace): number {
  const held = new Map<number, number>()
  let live = 0
  let peak = 0
  for (let k = 0; k < kinds.length; k++) {
    live -= held.get(ids[k]) ?? 0
    const bytes = kinds[k] === FREE ? 0 : Math.ceil(sizes[k] / 4096) * 4096
    held.set(ids[k], bytes)
    live += bytes
    peak = Math.max(peak, live)
  }
  return peak
}
