/** @hakmem/tiny: blocks up to 1 KiB on an arena. */

export { Tiny } from './tiny.ts'
