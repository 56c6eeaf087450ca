/**
 * Style of the drawings, for light and dark. Colours of verdicts are told apart with every kind of colour blindness (Okabe and
 * Ito's blue, vermilion and a grey), and lines differ in their dashes, too.
 */
export const diagramStyle = `
.diagram { --paper: #ffffff; --ink: #1c2430; --soft: #5b6675; --line: #8a94a3; --account: #f3f5f8; --vpc: #ffffff; --subnet: #f6f8fb;
  --box: #ffffff; --edge: #c9d0da; --gateway: #eef3ff; --good: #0067a8; --bad: #c2410c; --unknown: #6b7280;
  font: 12px system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; color-scheme: light dark; }
@media (prefers-color-scheme: dark) {
  .diagram { --paper: #11161d; --ink: #e6eaf0; --soft: #a3adbb; --line: #77828f; --account: #171d26; --vpc: #11161d; --subnet: #1a212b;
    --box: #232c38; --edge: #38424f; --gateway: #1d2b45; --good: #5cb8f5; --bad: #ff8a4c; --unknown: #aab2bd; }
}
.diagram .paper { fill: var(--paper); }
.diagram text { fill: var(--ink); }
.diagram .soft { fill: var(--soft); }
.diagram .name { font-weight: 600; }
.diagram rect { stroke: var(--edge); stroke-width: 1; fill: var(--box); }
.diagram .paper { stroke: none; }
.diagram .account { fill: var(--account); }
.diagram .vpc { fill: var(--vpc); stroke: var(--line); }
.diagram .subnet { fill: var(--subnet); stroke-dasharray: 3 3; }
.diagram .gwlb-endpoint, .diagram .gwlb-interface, .diagram .endpoint-service, .diagram .transit-gateway { fill: var(--gateway); }
.diagram .target, .diagram .instance { stroke: var(--line); }
.diagram path { fill: none; stroke: var(--line); stroke-width: 1.2; }
.diagram .head { fill: var(--line); stroke: none; }
.diagram .privatelink { stroke-dasharray: 6 4; }
.diagram .geneve { stroke-dasharray: 2 3; }
.diagram .blocked { stroke: var(--bad); }
.diagram .request, .diagram .reply { stroke-width: 3; }
.diagram .reply { stroke-dasharray: 8 4; }
.diagram path.good { stroke: var(--good); }
.diagram path.bad { stroke: var(--bad); }
.diagram path.unknown { stroke: var(--unknown); }
.diagram .head.good, .diagram text.good { fill: var(--good); }
.diagram .head.bad, .diagram text.bad { fill: var(--bad); }
.diagram .head.unknown, .diagram text.unknown { fill: var(--unknown); }
.diagram text.good, .diagram text.bad, .diagram text.unknown { font-weight: 700; }
.diagram rect.stop { stroke-width: 3; }
.diagram rect.stop.bad { stroke: var(--bad); }
.diagram rect.stop.unknown { stroke: var(--unknown); }
.diagram path.cross { stroke-width: 3; stroke-dasharray: none; }
.diagram .label-paper { fill: var(--paper); stroke: none; opacity: 0.82; }
`.trim();
