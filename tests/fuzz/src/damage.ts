/**
 * Damage to the copy of a heap, and what must come of it: opening, attaching and auditing answer, with an error of
 * this project or a report. Whoever calls sees to it that they answer in time.
 */

import { Arena, type Audit, audit, HeapFormatError, layout, ThreadRecord } from '@hakmem/arena'
import { Heap, isHeapError } from '@hakmem/core'
import { type Random, randomFrom } from '@hakmem/testing/random'
import { messageOf } from './findings.ts'
import { copyOf, type Field, type Image, imageOf } from './image.ts'

/** Bits to turn over in the byte at `at`. */
export interface Flip {
  readonly at: number
  readonly bits: number
}

export interface Damage {
  /** What was aimed at. */
  readonly where: string
  readonly flips: readonly Flip[]
  /** Length of the copy, and whether the header's check word is made right again. */
  readonly bytes?: number
  readonly sealed?: boolean
}

/** Runs on one image: making it costs more than a run. */
export const RUNS_PER_IMAGE = 256

/** The image that a run damages. Every other one has a record of thread `own`, which attaching takes over and recovers. */
export function imageAt(seed: number, run: number, own: number): Image {
  const group = Math.floor(run / RUNS_PER_IMAGE)
  return imageOf(randomFrom(seed + group), group % 2 === 0 ? own : undefined)
}

/** The damage of a run: from its number alone, so that any run can be made again. */
export function damageAt(image: Image, fields: readonly Field[], seed: number, run: number): Damage {
  return randomDamage(image, fields, randomFrom(seed * 31 + run))
}

type Answer = 'refused' | 'problems' | 'sound'

/** Flips of single bits or whole bytes, 1 to 64 of them, anywhere or all in one field. */
function randomDamage(image: Image, fields: readonly Field[], random: Random): Damage {
  const metadata = image.geometry.firstExtent << image.geometry.extentShift
  const field = random(4) === 0 ? undefined : fields[random(fields.length)]
  const flips = Array.from({ length: 2 ** random(7) }, () => {
    const [at, bytes] = field === undefined ? [random(metadata), 1] : field.pick(random)
    return { at: at + random(bytes), bits: random(2) === 0 ? 1 << random(8) : 1 + random(255) }
  })
  const where = field?.name ?? 'anywhere'
  const odd = random(12)
  if (odd === 0)
    return { where: 'a buffer of another length', flips, bytes: random(2 * image.geometry.bytes) }
  if (odd === 1) {
    const words = [layout.H_PAGES, layout.H_THREADS, layout.H_FLAGS, layout.H_VERSION]
    const at = 4 * words[random(words.length)]
    const header = flips.slice(0, 2).map(({ bits }) => ({ at: at + random(2), bits }))
    return { where: 'a header with a right check word', flips: header, sealed: true }
  }
  return { where, flips }
}

/** One bit of the field. */
export function oneBit(field: Field, random: Random): Damage {
  const [at, bytes] = field.pick(random)
  return { where: field.name, flips: [{ at: at + random(bytes), bits: 1 << random(8) }] }
}

export function apply(bytes: Uint8Array, { flips, sealed }: Damage): void {
  for (const { at, bits } of flips) if (at < bytes.length) bytes[at] ^= bits
  if (sealed === true && bytes.length >= layout.PAGE) seal(new Int32Array(bytes.buffer, 0, layout.PAGE / 4))
}

/** FNV-1a over the header's words from the magic number on, as `Arena` has it. */
function seal(W: Int32Array): void {
  let hash = 0x811c9dc5
  for (let at = layout.H_MAGIC; at < layout.H_CHECK; at++) hash = Math.imul(hash ^ W[at], 0x01000193)
  W[layout.H_CHECK] = hash
}

/** Opens and audits; throws if the answer is neither an error of the format nor a report. */
export function answerOf(buffer: SharedArrayBuffer): Answer {
  let report: Audit
  try {
    report = audit(Arena.open(buffer))
  } catch (error) {
    if (error instanceof HeapFormatError) return 'refused'
    throw error
  }
  return checked(report) ? 'sound' : 'problems'
}

/** Whether the report finds the heap sound; throws if it is no report. */
function checked(report: Audit): boolean {
  const { capacity, metadata, live, cached, remote, free, problems } = report
  const figures = [metadata, live, cached, remote, free]
  if (metadata + live + cached + remote + free !== capacity)
    throw new Error(`${figures} are not ${capacity} bytes`)
  if (figures.some((bytes) => !(bytes >= 0))) throw new Error(`figures ${figures}`)
  if (problems.length > 100 || report.ok !== (problems.length === 0))
    throw new Error(`${problems.length} problems`)
  return report.ok
}

/** The copy of the last run, to be used again: memory that is new costs more than all the rest. */
let spare: SharedArrayBuffer | undefined

function spareCopy({ buffer }: Image): SharedArrayBuffer {
  spare ??= new SharedArrayBuffer(buffer.byteLength)
  new Uint8Array(spare).set(new Uint8Array(buffer))
  return spare
}

/**
 * What is wrong with how the library answers to a damaged copy; undefined if nothing is. `own`: the thread's id if it
 * is to claim a record as attach does, but in a copy that is used again, of which attach would know the heap.
 */
export function complaint(image: Image, damage: Damage, own?: number): string | undefined {
  const isSpare = own !== undefined && damage.bytes === undefined
  const buffer = isSpare ? spareCopy(image) : copyOf(image, damage.bytes)
  apply(new Uint8Array(buffer), damage)
  try {
    const answer = answerOf(buffer)
    const heap = attached(() =>
      isSpare ? new Heap(ThreadRecord.claim(Arena.open(buffer), own)) : Heap.attach(buffer),
    )
    if (heap === undefined) return undefined
    if (answer === 'refused') return 'attach took what open refused'
    checked(heap.audit())
    heap.stats()
    return undefined
  } catch (error) {
    return `${damage.where}: ${error instanceof Error ? error.stack : messageOf(error)}`
  }
}

/** The heap, or undefined if attaching answered with an error of this project. */
function attached(attach: () => Heap): Heap | undefined {
  try {
    return attach()
  } catch (error) {
    if (isHeapError(error) && ATTACH_CODES.includes(error.code)) return undefined
    throw error
  }
}

/** All records may be taken, in a damaged heap. */
const ATTACH_CODES = ['ERR_HAKMEM_FORMAT', 'ERR_HAKMEM_TOO_MANY_THREADS']
