/** @hakmem/mid: blocks above 1 KiB and below 64 KiB on an arena. */

export { Mid } from './mid.ts'
