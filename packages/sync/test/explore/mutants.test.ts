// The scenarios can fail: each bug planted in the shipped package is found, within so many schedules.

import type { Patch } from '@hakmem/interleave'
import { type Mutant, testMutants } from '@hakmem/testing/explored'
import { loadScenes, type SceneName } from './lab.ts'

const NO_ASIDE: Patch = {
  file: 'sync/dist/thread.js',
  replace: 'if (this.tasks > 0)',
  by: 'if (this.tasks < 0)',
}

const mutants: readonly Mutant<SceneName>[] = [
  {
    name: 'a condition sleeps on the number of signals that it reads after it let the mutex go',
    patch: {
      file: 'sync/dist/condition.js',
      replace: 'thread.sleep(at, signals, remaining(end))',
      by: 'thread.sleep(at, Atomics.load(thread.words, at), remaining(end))',
    },
    scene: 'condition',
  },
  {
    name: 'who takes a mutex after having slept does not say that others may sleep still',
    patch: {
      file: 'sync/dist/mutex.js',
      replace: 'slept = WAITERS;\n        }\n    }\n    /**\n     * As `timedLock`',
      by: '}\n    }\n    /**\n     * As `timedLock`',
    },
    scene: 'mutex',
  },
  {
    name: 'a reader looks for a writer only before it says that it reads',
    patch: {
      file: 'sync/dist/rwlock.js',
      replace: 'word = Atomics.load(words, at);\n        if ((word & OWNER) === 0)\n            return 0;',
      by: 'return 0;',
    },
    scene: 'readers',
  },
  {
    name: 'a reader tells the writer before it takes its entry back',
    patch: {
      file: 'sync/dist/rwlock.js',
      replace: 'Atomics.store(words, entry, (key + TELL) | 0);',
      by: '',
    },
    scene: 'readers',
  },
  {
    name: 'a timeout of a barrier is not taken back',
    patch: {
      file: 'sync/dist/barrier.js',
      replace: 'Atomics.compareExchange(words, this.at, word, word - 1) === word',
      by: 'true',
    },
    scene: 'barrierMissed',
  },
  {
    name: 'a reaper wakes only those who wait for what was owned',
    patch: {
      file: 'sync/dist/hand-on.js',
      replace: 'if (!isOwnedBy(value, dead) || (value & DONE) !== 0)\n            break;',
      by: 'if (!isOwnedBy(value, dead) || (value & DONE) !== 0)\n            return;',
    },
    scene: 'mutex',
    kills: 1,
  },
  {
    name: 'an entry is taken off before those who wait are woken',
    patch: {
      file: 'sync/dist/semaphore.js',
      replace:
        'if (isAdded)\n                Atomics.notify(words, at, count);\n            thread.leave(key);',
      by: 'thread.leave(key);\n            if (isAdded)\n                Atomics.notify(words, at, count);',
    },
    scene: 'semaphore',
    kills: 1,
  },
  {
    name: 'an entry is made after the lock was taken',
    patch: {
      file: 'sync/dist/mutex.js',
      replace: `thread.enter(key);
        if (Atomics.compareExchange(thread.words, at, 0, thread.mine) === 0)
            return true;`,
      by: `const isFree = Atomics.compareExchange(thread.words, at, 0, thread.mine) === 0;
        thread.enter(key);
        if (isFree)
            return true;`,
    },
    scene: 'mutex',
    kills: 1,
  },
  {
    name: 'a reaper forgets an entry before it has settled it',
    patch: {
      file: 'sync/dist/hand-on.js',
      replace: 'any = true;',
      by: 'any = true;\n        words[at] = 0;',
    },
    scene: 'mutexReaped',
    kills: 1,
  },
  {
    name: 'a thread sleeps for a mutex while its own task may be the one that is woken for it',
    patch: NO_ASIDE,
    scene: 'mutexBothWays',
  },
  {
    name: 'a thread sleeps while its task may be woken for what another one needs',
    patch: NO_ASIDE,
    scene: 'mutexNested',
  },
  {
    name: 'a condition is awaited with the number of signals that is read after the mutex was let go',
    patch: {
      file: 'sync/dist/condition.js',
      replace: 'const waiting = waitOn(thread, at, signals, timeout);\n            own.unlock();',
      by: 'own.unlock();\n            const waiting = waitOn(thread, at, Atomics.load(thread.words, at), timeout);',
    },
    scene: 'conditionAsync',
  },
  {
    name: 'a task takes a mutex after having waited and does not say that others may sleep still',
    patch: {
      file: 'sync/dist/mutex.js',
      replace: 'isMine === undefined; slept = WAITERS',
      by: 'isMine === undefined; slept = 0',
    },
    scene: 'mutexAsync',
  },
  {
    name: 'a thread whose task awaits a semaphore is on no list',
    patch: {
      file: 'sync/dist/semaphore.js',
      replace: 'thread.enter(own.key);',
      by: '',
    },
    scene: 'semaphoreAsyncTimes',
    kills: 1,
  },
  {
    name: 'a thread that a stack overflow throws out of a mutex keeps the wake that it was given',
    patch: {
      file: 'sync/dist/mutex.js',
      replace: `if (isMine === undefined)
                    Atomics.notify(thread.words, at, 1);
                thread.leave(key);
            }
        }
        return isMine;
    }
    /** The rest`,
      by: `thread.leave(key);
            }
        }
        return isMine;
    }
    /** The rest`,
    },
    scene: 'mutexOverflows',
    throws: 1,
  },
  {
    name: 'a guard is made after its lock was taken, and a stack overflow strikes in between',
    patch: {
      file: 'sync/dist/mutex.js',
      replace: 'const guard = this.guard();\n        this.lock();',
      by: 'this.lock();\n        const guard = this.guard();',
    },
    scene: 'mutexOverflows',
    throws: 1,
  },
  {
    name: 'a writer that a stack overflow throws out while it waits for readers stays the owner',
    patch: {
      file: 'sync/dist/rwlock.js',
      replace: `if (owns)
                    release(words, at, 0, ALL);
                thread.leave(key + LOCK);
            }
        }
    }
    /** As \`timedWriteLock\``,
      by: `thread.leave(key + LOCK);
            }
        }
    }
    /** As \`timedWriteLock\``,
    },
    scene: 'rwlockOverflows',
    throws: 1,
  },
]

testMutants('the locks', loadScenes, mutants, 50_000)
