// Free runs and extents, against plain models.

import { Arena, audit, CONT, LARGE, ThreadRecord } from '@hakmem/arena'
import { assert, suite } from '@hakmem/testing'
import fc from 'fast-check'

const MIB = 2 ** 20

/** What the index holds, as [first page, pages]. */
type Row = [page: number, length: number]

/** The best fit: the shortest that is long enough, of those the lowest. */
function bestOf(rows: Row[], length: number): number {
  const fitting = rows.filter((row) => row[1] >= length).sort((a, b) => a[1] - b[1] || a[0] - b[0])
  return fitting[0]?.[0] ?? 0
}

const index = suite('the index of free runs')

index('finds the best fit in address order, whatever was inserted and removed', () => {
  const arena = Arena.create({ bytes: 16 * MIB })
  const { index: tree } = ThreadRecord.claim(arena, 0).runs
  const step = fc.record({ remove: fc.boolean(), pick: fc.nat(1000), gap: fc.nat(5), length: fc.nat(40) })
  const property = fc.property(fc.array(step, { maxLength: 120, size: 'max' }), (steps) => {
    tree.clear()
    const rows: Row[] = []
    // New rows never touch: neighbours are joined above the index.
    let end = 1000
    for (const { remove, pick, gap, length } of steps) {
      if (remove && rows.length > 0) {
        const [page] = rows.splice(pick % rows.length, 1)[0]
        tree.remove(page)
        assert.is(tree.tagged(page), 0)
      } else if (end < 3900) {
        const row: Row = [end + gap, 1 + length]
        tree.insert(...row)
        rows.push(row)
        end = row[0] + row[1] + 1
      }
      assert.is(
        tree.pages,
        rows.reduce((sum, row) => sum + row[1], 0),
      )
      for (const wanted of [1, 2, 5, 17, 41]) assert.is(tree.find(wanted), bestOf(rows, wanted))
    }
    for (const [page, length] of rows) {
      assert.is(tree.lengthOf(page), length)
      assert.is(tree.tagged(page), length)
      assert.is(tree.tagged(page + length - 1), length)
    }
    // By `from` it lists every row in order.
    const listed: Row[] = []
    for (let page = tree.find(1); page !== 0; page = tree.find(tree.lengthOf(page), page + 1)) {
      listed.push([page, tree.lengthOf(page)])
    }
    assert.equal(
      listed,
      [...rows].sort((a, b) => a[1] - b[1] || a[0] - b[0]),
    )
  })
  fc.assert(property, { numRuns: 100, seed: 1 })
})

index.run()

const runs = suite('runs')

runs('taken and given back in any order, they never overlap, and free neighbours join', () => {
  const step = fc.record({
    give: fc.boolean(),
    pick: fc.nat(1000),
    pages: fc.integer({ min: 1, max: 60 }),
    log: fc.nat(5),
  })
  const property = fc.property(fc.array(step, { maxLength: 150, size: 'max' }), (steps) => {
    const arena = Arena.create({ bytes: 8 * MIB, threads: 1 })
    const record = ThreadRecord.claim(arena, 0)
    const { geometry: g } = arena
    const owner = new Int32Array(g.pages)
    const live: Row[] = []
    for (const { give, pick, pages, log } of steps) {
      if (give && live.length > 0) {
        const [page, length] = live.splice(pick % live.length, 1)[0]
        owner.fill(0, page, page + length)
        record.runs.give(page)
      } else {
        const alignment = 2 ** log
        const page = record.room(pages, LARGE, alignment)
        if (page === 0) continue
        assert.is(page % alignment, 0)
        assert.ok(page >= g.firstExtent << g.extentPageShift && page + pages <= g.pages)
        assert.not(
          owner.subarray(page, page + pages).some((one) => one !== 0),
          'two runs overlap',
        )
        owner.fill(1, page, page + pages)
        live.push([page, pages])
        assert.is(record.runs.pagesAt(page), pages)
      }
    }
    assert.is(
      record.runs.usedPages,
      live.reduce((sum, row) => sum + row[1], 0),
    )
    // Extents whose first page a run from before covers carry the mark, no other.
    for (let e = g.firstExtent; e < g.extents; e++) {
      const page = e << g.extentPageShift
      const covered = live.some(([first, length]) => first < page && page < first + length)
      assert.is((arena.W[g.table + e] & CONT) !== 0, covered)
    }
    for (const [page] of live) record.runs.give(page)
    record.flush()
    // All in one row again, whoever gets it.
    const whole = (g.extents - g.firstExtent) << g.extentPageShift
    assert.is(record.room(whole, LARGE), g.firstExtent << g.extentPageShift)
  })
  fc.assert(property, { numRuns: 60, seed: 2 })
})

runs('best fit leaves the longer run alone', () => {
  const record = ThreadRecord.claim(Arena.create({ bytes: 16 * MIB, threads: 1 }), 0)
  const [a, , b, ,] = [3, 1, 7, 1, 40].map((pages) => record.room(pages, LARGE))
  record.runs.give(b)
  record.runs.give(a)
  assert.is(record.room(3, LARGE), a)
  assert.is(record.room(5, LARGE), b)
  assert.is(record.room(2, LARGE), b + 5)
})

runs('a run grows over the free pages behind it and into extents that it claims, and not over others', () => {
  const record = ThreadRecord.claim(Arena.create({ bytes: 8 * MIB, threads: 1 }), 0)
  const page = record.room(10, LARGE)
  assert.ok(record.runs.grow(page, 16))
  assert.ok(record.runs.grow(page, 50))
  assert.is(record.runs.pagesAt(page), 50)
  const next = record.room(5, LARGE)
  assert.is(next, page + 50)
  assert.not(record.runs.grow(page, 51))
  record.runs.give(next)
  assert.ok(record.runs.grow(page, 51))
  record.runs.trim(page, 4)
  assert.is(record.room(47, LARGE), page + 4)
})

runs.run()

const extents = suite('extents')

function three(bytes = 4 * MIB) {
  const arena = Arena.create({ bytes, threads: 3 })
  const records = [10, 11, 12].map((thread) => ThreadRecord.claim(arena, thread))
  const { W, geometry: g } = arena
  return { arena, records, first: g.firstExtent, count: g.extents, word: (e: number) => W[g.table + e], W, g }
}

extents('are claimed from the lowest on, each by one', () => {
  const { records, first, count } = three()
  const claimed: number[] = []
  for (let k = 0; k < count - first; k++) claimed.push(records[k % 3].extents.claim(1, 1))
  assert.equal(
    claimed,
    Array.from({ length: count - first }, (_, k) => first + k),
  )
  for (const record of records) assert.is(record.extents.claim(1, 1), 0)
  for (const [k, e] of claimed.entries()) {
    for (const [r, record] of records.entries()) assert.is(record.extents.isMine(e), k % 3 === r)
  }
})

extents('are claimed in a row around what others hold, at a multiple of what is asked', () => {
  const { records, first, count } = three()
  const [a, b] = records
  assert.ok(a.extents.claimAt(first + 4, 1))
  assert.is(b.extents.claim(4, 1), first)
  assert.is(b.extents.claim(4, 1), first + 5)
  const aligned = b.extents.claim(3, 8)
  assert.is(aligned % 8, 0)
  assert.ok(aligned >= first + 9)
  assert.is(b.extents.claim(count, 1), 0)
})

extents('a row that meets another one leaves nothing behind', () => {
  const { records, first, word } = three()
  const [a, b] = records
  assert.ok(a.extents.claimAt(first + 2, 1))
  const before = Array.from({ length: 8 }, (_, k) => word(first + k))
  assert.not(b.extents.claimAt(first, 6))
  assert.equal(
    Array.from({ length: 8 }, (_, k) => word(first + k)),
    before,
  )
})

extents('what another is about to claim is left alone, and is looked at again', () => {
  const { records, first, W, g, word } = three()
  const [a, b] = records
  const tentative = (2 << 3) | 2
  for (let e = first; e < g.extents; e++) W[g.table + e] = tentative
  assert.is(a.extents.claim(2, 1), 0)
  assert.is(word(first), tentative)
  // The other undoes it.
  b.extents.settle()
  assert.is(a.extents.claim(2, 1), first)
})

extents('metadata is never claimed, released or adopted', () => {
  const { records, first, word } = three()
  const reserved = word(0)
  const [a] = records
  assert.not(a.extents.claimAt(0, 1))
  assert.not(a.extents.claimAt(first - 1, 2))
  a.extents.claim(1, 1)
  a.extents.orphanAll(false)
  a.extents.adopt(0)
  a.extents.settle()
  for (let e = 0; e < first; e++) {
    assert.is(word(e), reserved)
    assert.not(a.extents.isMine(e))
  }
})

extents('orphans go to one adopter, chains as a whole', () => {
  const { records, first, word } = three()
  const [a, b, c] = records
  a.extents.claim(3, 1)
  a.extents.setCont(first + 1, true)
  a.extents.orphanAll(false)
  assert.is(word(first + 1), 3 | CONT)
  // Its head is an orphan, its second part is not to be had alone.
  assert.is(b.extents.adopt(first + 1), first + 2)
  assert.is(c.extents.adopt(0), first)
  assert.ok(c.extents.isMine(first + 1) && c.extents.isCont(first + 1))
  assert.not(c.extents.isMine(first + 2))
  assert.is(c.extents.adopt(0), 0)
})

extents('the census says who holds what', () => {
  const { records, first, count } = three()
  records[0].extents.claim(2, 1)
  records[2].extents.claim(3, 1)
  const { free, longest, orphans, held } = records[1].extents.census()
  assert.is(free, count - first - 5)
  assert.is(longest, free)
  assert.is(orphans, 0)
  assert.equal(
    [...held],
    [
      [0, 2],
      [2, 3],
    ],
  )
  records[0].extents.release(first)
  records[2].extents.orphanAll(false)
  assert.equal(records[1].extents.census(), {
    free: free + 1,
    longest: free,
    orphans: 3,
    held: new Map([[0, 1]]),
  })
})

extents('a record is claimed once, by its thread again, by another when it is free', () => {
  const { arena, records } = three()
  assert.throws(() => ThreadRecord.claim(arena, 99), /All 3 thread records/)
  assert.is(ThreadRecord.claim(arena, 11).slot, 1)
  records[1].detach()
  assert.is(ThreadRecord.claim(arena, 99).slot, 1)
  assert.ok(audit(arena).ok)
})

extents.run()
