/** Style of the page, for light and dark, screens of every width, and paper. */
export const pageStyle = `
:root { --page: #ffffff; --text: #1c2430; --muted: #566171; --rule: #dde2ea; --panel: #f5f7fa; --good-ink: #005a94; --good-paper: #e3f1fc;
  --bad-ink: #a63608; --bad-paper: #fdebe2; --unknown-ink: #4b5563; --unknown-paper: #eceff3; color-scheme: light dark; }
@media (prefers-color-scheme: dark) {
  :root { --page: #11161d; --text: #e6eaf0; --muted: #a3adbb; --rule: #2d3643; --panel: #19202a; --good-ink: #7cc7fa; --good-paper: #10304a;
    --bad-ink: #ff9f6e; --bad-paper: #45200f; --unknown-ink: #c3cad4; --unknown-paper: #2a323d; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; overflow-wrap: anywhere; }
header, main { padding: 1.5rem clamp(1rem, 3vw, 2.5rem); max-width: 1640px; margin: 0 auto; }
header { margin: 1rem auto 0; border-left: 8px solid; }
header.good { border-color: var(--good-ink); background: var(--good-paper); }
header.bad { border-color: var(--bad-ink); background: var(--bad-paper); }
header.unknown { border-color: var(--unknown-ink); background: var(--unknown-paper); }
header.good h1 { color: var(--good-ink); }
header.bad h1 { color: var(--bad-ink); }
header p { margin: 0.2rem 0; }
.eyebrow { color: var(--muted); font-size: 0.85rem; letter-spacing: 0.02em; }
h1 { margin: 0; font-size: clamp(1.8rem, 5vw, 2.6rem); line-height: 1.2; }
h2 { margin: 1.6rem 0 0.7rem; font-size: 1.25rem; }
h3 { margin: 0 0 0.4rem; font-size: 1rem; }
.soft { color: var(--muted); font-weight: 400; }
.note { padding: 0.6rem 0.9rem; background: var(--unknown-paper); border-left: 4px solid var(--unknown-ink); }
.badge { display: inline-block; padding: 0.05rem 0.6rem; border-radius: 1rem; font-size: 0.85rem; font-weight: 600; white-space: nowrap; }
.badge.good { color: var(--good-ink); background: var(--good-paper); }
.badge.bad { color: var(--bad-ink); background: var(--bad-paper); }
.badge.unknown { color: var(--unknown-ink); background: var(--unknown-paper); }
.word { font-weight: 600; }
.word.good { color: var(--good-ink); }
.word.bad { color: var(--bad-ink); }
.word.unknown { color: var(--unknown-ink); }
.scroll { overflow-x: auto; margin: 0.8rem 0; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
caption { text-align: left; font-weight: 600; padding: 0.3rem 0; }
th, td { text-align: left; vertical-align: top; padding: 0.4rem 0.7rem; border-bottom: 1px solid var(--rule); }
thead th { color: var(--muted); font-weight: 500; white-space: nowrap; border-bottom-width: 2px; }
tbody th { font-weight: 500; }
td, tbody th { white-space: nowrap; }
.hops td, .hops tbody th { white-space: normal; min-width: 5rem; }
th.number, td.number { text-align: right; }
figure { margin: 0.8rem 0; }
figure svg { display: block; max-width: none; }
body:has(#size-width:checked) .topology svg { max-width: 100%; height: auto; }
body:has(#size-double:checked) .topology svg { zoom: 2; }
:focus-visible { outline: 3px solid var(--good-ink); outline-offset: 2px; }
h4 { margin: 0 0 0.4rem; font-size: 1rem; }
.first { margin-top: 0.8rem; }
.first h2 { margin: 0 0 0.3rem; font-size: 1rem; }
.first .finding { background: var(--page); }
.filters { display: flex; flex-wrap: wrap; align-items: center; gap: 1rem; }
.filters > label { display: flex; align-items: center; gap: 0.4rem; max-width: 100%; }
.filters select { font: inherit; color: inherit; background: var(--panel); border: 1px solid var(--rule); border-radius: 6px; min-width: 0; }
fieldset { border: 1px solid var(--rule); border-radius: 6px; display: flex; flex-wrap: wrap; gap: 0.2rem 1rem; }
.matrix td { text-align: center; }
.matrix th, .matrix td { padding: 0.4rem 0.3rem; }
.matrix a { white-space: normal; }
.matrix thead th, .matrix tbody th { white-space: normal; min-width: 5.5rem; }
code { font-family: ui-monospace, "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.numbers, .hops { margin-top: 0.6rem; }
.leg { margin: 0.8rem 0; }
.leg ol { list-style: none; margin: 0; padding: 0; display: flex; align-items: stretch; }
.leg.reply ol { flex-direction: row-reverse; }
.station { flex: 2 1 0; min-width: 0; border: 2px solid var(--rule); border-radius: 8px; padding: 0.4rem 0.7rem; background: var(--panel); display: flex; flex-direction: column; font-size: 0.87rem; }
.station.good { border-color: var(--good-ink); }
.station.bad { border-color: var(--bad-ink); border-width: 3px; }
.station.unknown, .station.off { border-style: dashed; color: var(--muted); background: none; }
.what { color: var(--muted); font-size: 0.8rem; }
.edge { flex: 1 1 0; min-width: 5rem; display: flex; flex-direction: column; justify-content: center; align-items: center; text-align: center; font-size: 0.87rem; padding: 0 0.3rem; }
.arrow { align-self: stretch; height: 0; border-top: 3px solid var(--good-ink); margin: 0.3rem 0; position: relative; }
.arrow::after { content: ""; position: absolute; top: -8px; right: -2px; border: 6px solid transparent; border-left-color: var(--good-ink); border-right-width: 0; }
.reply .arrow::after { right: auto; left: -2px; border-left-width: 0; border-right-width: 6px; border-left-color: transparent; border-right-color: var(--good-ink); }
.edge.bad .arrow { border-top-color: var(--bad-ink); }
.edge.bad .arrow::after { border-left-color: var(--bad-ink); border-right-color: var(--bad-ink); }
.edge.unknown .arrow { border-top: 3px dashed var(--muted); }
.edge.unknown .arrow::after { border-left-color: var(--muted); border-right-color: var(--muted); }
.stop, .bad-ink { color: var(--bad-ink); font-weight: 700; }
.round { margin: 0.4rem 0 0; border: 2px dashed var(--bad-ink); border-radius: 8px; padding: 0.3rem 0.7rem; }
.nature h3 { color: var(--muted); font-weight: 600; }
.nature > summary h3 { display: inline-block; }
.finding.risk, .finding.unknown, .finding.symptom { border-left-color: var(--unknown-ink); }
.finding ul { margin: 0; padding-left: 1.1rem; }
details.pair { border: 1px solid var(--rule); border-radius: 8px; padding: 0.8rem 1rem; margin: 0.8rem 0; }
summary { cursor: pointer; }
.meaning { color: var(--muted); margin-top: 0.4rem; }
.meaning p { margin: 0.3rem 0 0; }
.pair-name { font-weight: 600; }
.finding { background: var(--panel); border-left: 4px solid var(--bad-ink); padding: 0.8rem 1rem; margin: 0.7rem 0; border-radius: 4px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.2rem 1rem; margin: 0; }
dt { color: var(--muted); }
dd { margin: 0; }
.remedy { font-weight: 600; }
a { color: var(--good-ink); }
@media (max-width: 900px) {
  .leg ol, .leg.reply ol { flex-direction: column; }
  .edge { min-width: 0; padding: 0.3rem 0 0.3rem 2.6rem; align-items: flex-start; min-height: 2.6rem; position: relative; }
  .arrow { position: absolute; left: 1.2rem; top: 0; bottom: 0; height: auto; margin: 0; border-top: 0; border-left: 3px solid var(--good-ink); }
  .arrow::after, .reply .arrow::after { top: auto; bottom: -2px; left: -8px; right: auto; border: 6px solid transparent; border-top-color: var(--good-ink); border-bottom-width: 0; }
  .edge.bad .arrow { border-left-color: var(--bad-ink); }
  .edge.bad .arrow::after { border-color: var(--bad-ink) transparent transparent; }
  .edge.unknown .arrow { border-top: 0; border-left: 3px dashed var(--muted); }
  .edge.unknown .arrow::after { border-color: var(--muted) transparent transparent; }
}
@media (max-width: 600px) { dl { grid-template-columns: 1fr; } dd { margin-bottom: 0.4rem; } }
@page { size: A4; margin: 12mm; }
@media print {
  body { font-size: 12px; }
  details::details-content { content-visibility: visible; display: block; block-size: auto; }
  .scroll { overflow: visible; }
  table { table-layout: auto; font-size: 11px; }
  .matrix { font-size: 9px; }
  th, td, td, tbody th, thead th { white-space: normal; overflow-wrap: anywhere; min-width: 0; padding: 0.2rem 0.3rem; }
  figure svg { max-width: 100%; height: auto; }
  .filters { display: none; }
  .matrix thead th, .matrix tbody th { min-width: 0; }
  .matrix a, .badge { white-space: normal; padding: 0 0.2rem; font-size: inherit; }
  .pair, .finding, .leg { break-inside: avoid-page; }
}
`.trim();
