import { tableFromArrays, tableFromIPC, tableToIPC } from 'apache-arrow'

let sum = 0
for (let k = 0; k < 200; k++) {
  const rows = 50_000 + 7000 * (k % 9)
  const table = tableFromArrays({
    id: Int32Array.from({ length: rows }, (_, i) => i),
    value: Float64Array.from({ length: rows }, (_, i) => Math.sin(i)),
    name: Array.from({ length: (rows / 10) | 0 }, (_, i) => `name ${i % 1000}`),
  })
  const back = tableFromIPC(tableToIPC(table))
  for (const v of back.getChild('value')) sum += v
}
console.log(sum)
