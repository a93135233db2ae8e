/**
 * Registers: what changes with each access, as int32, because a typed array never allocates. The state is the module's own:
 * one run at a time, and rewritten code has no handle to pass.
 */

/** What is going on: one of the modes below. */
export const MODE = 0
/** The running thread: its actor number, and its place among the run's threads. */
export const ACTOR = 1
export const THREAD = 2
/** The running thread's hash of what it has seen. */
export const H1 = 3
export const H2 = 4
/** Hash of memory. */
export const M1 = 5
export const M2 = 6
/** Whether the transition touched a contended location. */
export const CONTENDED = 7
/** Whether a location became contended that was not. */
export const LEARNED = 8
/** Groups of plain writes of the segment, parted by local points; and `points.left` at the last write. */
export const GROUPS = 9
export const GROUP_LEFT = 10
/** Whether the running thread has delayed stores; whether others have. */
export const OWN = 11
export const OTHERS = 12
/** How many delayed stores of others the transition ran into. */
export const SAW = 13
/** 0, or 1 for plain races, 2 for plain against atomic as well. */
export const RACES = 14
/** Writes of the running thread that changed memory, in the transition. */
export const CHANGES = 15
/** Whether plain accesses to contended locations are reported to `recorder`. */
export const RECORD = 16

/** Whether `points.left` counts down to a strike, or only as far as a stretch may go. */
export const STRIKES = 17

/** Modes: nothing is explored; setup or check is under way; a thread is. */
export const IDLE = 0
export const DRAINED = 1
export const RUNNING = 2

export const regs = new Int32Array(32)

/** Local points left until one strikes; rewritten code counts it down. */
export const points = { left: 0 }
/** More local points than a stretch between two steps may have. */
export const NO_POINT = 20_000_000

/** Most actors (threads and reapers of each) that a scenario can have. */
export const ACTORS = 15
