/** A thread that the workload spawn starts: lives once and ends. An error ends it too, and reaches the one that waits. */

import { workerData } from 'node:worker_threads'
import { openBoard } from '../loops/board.ts'
import { type Errand, liveOnce, spawn } from '../loops/spawn.ts'
import { loadScriptPeer } from '../peers/peers.ts'

const errand: Errand = workerData
const { shape, threads } = errand
const board = openBoard(errand.board, spawn, shape, threads)
const peer = await loadScriptPeer(errand.peer)
liveOnce(peer.attach(errand.handle), board.lanes[errand.lane], shape)
