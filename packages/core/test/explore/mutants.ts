// Bugs planted in the shipped heap, one at a time: each undoes one of the steps or orders that the guarantees rest on, and
// some scenario must then fail. What finds them is listed with them, so that the list is also an index from guarantee
// to scenario.

import type { Patch } from '@hakmem/interleave'
import type { Mutant } from '@hakmem/testing/explored'
import type { SceneName } from './lab.ts'

const plant = (file: string, replace: string, by: string): Patch => ({ file, replace, by })

export const mutants: readonly Mutant<SceneName>[] = [
  {
    name: 'a record is claimed by a load and a store',
    patch: plant(
      'arena/dist/record.js',
      'swap(arena.W, at + R_THREAD, 0, -(thread + 1))',
      '(store(arena.W, at + R_THREAD, -(thread + 1)), true)',
    ),
    scene: 'records',
  },
  {
    name: 'a vacant record is taken over by a load and a store',
    patch: plant(
      'arena/dist/vacancies.js',
      'if (!swap(W, at + R_THREAD, VACANT, -(thread + 1)))\n            continue;',
      'store(W, at + R_THREAD, -(thread + 1));',
    ),
    scene: 'heirs',
    within: 5000,
  },
  {
    name: 'a vacant record is dissolved by a load and a store',
    patch: plant(
      'arena/dist/vacancies.js',
      'if (!swap(W, at + R_THREAD, VACANT, -(thread + 1)))\n            return false;',
      'store(W, at + R_THREAD, -(thread + 1));',
    ),
    scene: 'dissolving',
    within: 5000,
  },
  {
    name: 'a dissolved record is free before its extents are orphans',
    patch: plant(
      'arena/dist/vacancies.js',
      'new Extents(arena, slot).orphanAll(true);',
      'store(W, at + R_THREAD, 0); new Extents(arena, slot).orphanAll(true);',
    ),
    scene: 'dissolving',
    within: 20_000,
  },
  {
    name: 'a record that a stack overflow left half dissolved stays so',
    patch: plant('arena/dist/vacancies.js', 'W[at + R_OP] = DISSOLVING;', ''),
    scene: 'dissolving',
    within: 20_000,
    throws: 1,
  },
  {
    name: 'an extent is claimed by a load and a store',
    patch: plant(
      'arena/dist/extents.js',
      'return swap(this.W, this.table + from, FREE, this.owned);',
      'if (load(this.W, this.table + from) !== FREE) return false; store(this.W, this.table + from, this.owned); return true;',
    ),
    scene: 'singleExtents',
  },
  {
    name: 'a claimer that meets another gives up its row but keeps what it has',
    patch: plant(
      'arena/dist/extents.js',
      'while (--k >= 0)\n                store(this.W, this.table + from + k, FREE);',
      '',
    ),
    scene: 'rows',
  },
  {
    name: 'the reaper does not undo a claim of several extents',
    patch: plant('arena/dist/reap.js', 'extents.dropTentative();', ''),
    scene: 'rows',
    within: 20_000,
    kills: 1,
  },
  {
    name: 'the reaper frees the record before the extents',
    patch: plant(
      'arena/dist/reap.js',
      'const extents = new Extents(arena, slot);',
      'swap(arena.W, at, -(me + 1), 0); const extents = new Extents(arena, slot);',
    ),
    scene: 'newTenant',
    within: 20_000,
  },
  {
    name: 'two reapers may reap one record',
    patch: plant(
      'arena/dist/reap.js',
      '!swap(arena.W, at, word, -(me + 1))',
      '(store(arena.W, at, -(me + 1)), false)',
    ),
    scene: 'twoReapers',
    within: 20_000,
  },
  {
    name: 'orphans are adopted by a load and a store',
    patch: plant(
      'arena/dist/extents.js',
      '!swap(this.W, this.table + extent, ORPHAN, this.owned)',
      'load(this.W, this.table + extent) !== ORPHAN || (store(this.W, this.table + extent, this.owned), false)',
    ),
    scene: 'adoptions',
  },
  {
    name: 'a chain is orphaned from its head on',
    patch: plant(
      'arena/dist/extents.js',
      'let left = 0;\n        for (let e = this.count - 1; e >= this.first; e--) {',
      'let left = 0;\n        for (let e = this.first; e < this.count; e++) {',
    ),
    scene: 'chainParks',
    within: 20_000,
  },
  {
    name: 'what a thread that parked left is adopted, with its large blocks, by a load and a store',
    patch: plant(
      'arena/dist/extents.js',
      '!swap(this.W, this.table + extent, ORPHAN, this.owned)',
      'load(this.W, this.table + extent) !== ORPHAN || (store(this.W, this.table + extent, this.owned), false)',
    ),
    scene: 'cachedParks',
  },
  {
    name: 'a run is committed before its extents are covered',
    patch: plant(
      'arena/dist/runs.js',
      'this.cover(start, 0, pages);',
      'this.W[this.g.runs + start] = runWord(c, pages);\n        this.cover(start, 0, pages);',
    ),
    scene: 'rows',
    within: 20_000,
    kills: 1,
  },
  {
    name: "a freed block's line is taken behind its mark",
    patch: plant(
      'core/dist/specialise.js',
      'words[p >>> 2] |= 0;',
      '(markRemote(states, i), words[p >>> 2] |= 0);',
    ),
    scene: 'inOrder',
    races: true,
  },
  {
    name: 'a magazine stays when it is taken',
    patch: plant('arena/dist/depot.js', 'this.drop(place);\n        this.W.copy', 'this.W.copy'),
    scene: 'reload',
    within: 1000,
  },
  {
    name: 'recovery forgets to drop the free index',
    patch: plant(
      'arena/dist/record.js',
      'this.runs.index.clear();\n        this.runs.forgetRetained();',
      'this.runs.forgetRetained();',
    ),
    scene: 'overflows',
    within: 20_000,
    throws: 1,
  },
]
