/** @hakmem/mid: blocks above 1 KiB and below 64 KiB on an arena. */

export { MID_MAX, Mid } from './mid.ts'
