/** The report's style sheet: colours as custom properties, light and dark. */

export const style = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --text: #1c2330; --quiet: #5b6472; --grid: #e3e7ed; --edge: #dde2e9;
  --accent: #d6336c; --win: #74a9e8; --loss: #f0a35e; --win-text: #1b5fb4; --loss-text: #a84f00; --goal: #6b3fa0;
  --aim-mark: #1b7f3b; --floor-mark: #8a6100; --missed-mark: #b02a2a;
  --line-1: #2563c9; --line-2: #b7791f; --line-3: #1f8a70; --line-4: #7c4dbe; --line-5: #64748b;
  --line-6: #0e93b5; --line-7: #9c5b3c; --line-8: #6b8e23; --line-9: #c2570c; --line-10: #4b5563;
  --line-11: #7f1d1d; --line-12: #1e3a8a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12151b; --card: #1b2029; --text: #e4e8ee; --quiet: #9aa5b4; --grid: #2c3440; --edge: #2c3440;
    --accent: #ff6b9d; --win: #3f78bd; --loss: #b8702a; --win-text: #8abfff; --loss-text: #ffb366; --goal: #c9a6ff;
    --aim-mark: #5fd08a; --floor-mark: #e6bd5a; --missed-mark: #ff8a8a;
    --line-1: #6ea8ff; --line-2: #e8b04b; --line-3: #4fd1ae; --line-4: #b794f6; --line-5: #a3b1c6;
    --line-6: #56cfe8; --line-7: #d39a7c; --line-8: #a9c95d; --line-9: #ff9a52; --line-10: #c3cad5;
    --line-11: #fca5a5; --line-12: #c7d2fe;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif; overflow-wrap: break-word; }
main { max-width: 1240px; margin: 0 auto; padding: 32px 16px 64px; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 8px; }
h2 { font-size: 1.35rem; margin: 48px 0 4px; }
h3 { font-size: 1rem; margin: 0 0 8px; overflow-wrap: anywhere; }
h3 .quiet { font-weight: 400; font-size: 0.9rem; }
p { margin: 4px 0 12px; max-width: 72ch; }
.quiet, figcaption, dt { color: var(--quiet); }
code, pre { font: 0.875rem/1.5 ui-monospace, monospace; }
pre { background: var(--card); border: 1px solid var(--edge); border-radius: 8px; padding: 12px 16px; white-space: pre-wrap; overflow-wrap: anywhere; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(340px, 100%), 1fr)); gap: 16px; align-items: start; }
.card { margin: 0; background: var(--card); border: 1px solid var(--edge); border-radius: 12px; padding: 16px; min-width: 0; }
.card svg { display: block; width: 100%; max-width: 460px; height: auto; margin: 0 auto; overflow: visible; }
.figure { font-size: 2.5rem; font-weight: 700; line-height: 1.1; }
.win { color: var(--win-text); }
.loss { color: var(--loss-text); }
.warning { border-left: 4px solid var(--floor-mark); background: var(--card); padding: 10px 16px; border-radius: 0 8px 8px 0; margin: 16px 0; max-width: none; }
.warning { overflow-wrap: anywhere; }
.warning ul { margin: 0; padding-left: 1.2em; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; list-style: none; padding: 0; margin: 8px 0 16px; font-size: 0.9rem; }
.legend span { display: inline-block; width: 24px; margin-right: 6px; vertical-align: middle; border-top: 3px solid; }
.legend .dashed { border-top-style: dashed; }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--edge); border-radius: 12px; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
th, td { padding: 6px 12px; text-align: left; border-bottom: 1px solid var(--edge); vertical-align: top; }
tr:last-child td { border-bottom: 0; }
th { color: var(--quiet); font-weight: 500; white-space: nowrap; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.aim::before, .floor::before, .missed::before { font-weight: 700; margin-right: 6px; }
.aim { color: var(--aim-mark); } .aim::before { content: '\\2713'; }
.floor { color: var(--floor-mark); } .floor::before { content: '\\2013'; }
.missed { color: var(--missed-mark); } .missed::before { content: '\\2717'; }
td.aim, td.floor, td.missed, .figures td { white-space: nowrap; }
.figures table { font-size: 0.8rem; }
.figures th, .figures td { padding: 5px 7px; }
.figures th { white-space: normal; vertical-align: bottom; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 20px; margin: 0; font-size: 0.9rem; }
dd { margin: 0; overflow-wrap: anywhere; }
summary { cursor: pointer; margin: 12px 0; }
@media (max-width: 560px) {
  main { padding: 20px 12px 48px; }
  h1 { font-size: 1.5rem; }
  .card { padding: 12px 8px; }
  .card > h3, .card > p, .card > .figure, .card > figcaption { padding: 0 6px; }
  th, td { padding: 5px 6px; }
  table { font-size: 0.8rem; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: 8px; }
}
`
