"""The style sheet of a drawn ladder: every class begins with `lab-`, every rule with `.lab-ladder`."""

from __future__ import annotations

CSS = """
.lab-ladder { color-scheme: light dark; background: var(--lab-paper); }
.lab-ladder text { font: 12px var(--lab-mono); fill: var(--lab-ink); white-space: pre; }
.lab-ladder .lab-paper { fill: var(--lab-paper); }
.lab-ladder .lab-zone { fill: var(--lab-fill); opacity: 0.55; }
.lab-ladder .lab-zone.lab-private { fill: var(--lab-private-fill); }
.lab-ladder .lab-zone.lab-public { fill: var(--lab-public-fill); }
.lab-ladder .lab-card { fill: var(--lab-paper); stroke: var(--lab-ink); stroke-width: 1.25; }
.lab-ladder .lab-nat.lab-card { stroke: var(--lab-nat); stroke-width: 2; }
.lab-ladder .lab-name { font: 700 14px var(--lab-sans); }
.lab-ladder .lab-badge { font: 700 11px var(--lab-sans); fill: var(--lab-nat); letter-spacing: 0.06em; }
.lab-ladder .lab-cable { stroke: var(--lab-ink); stroke-width: 1.5; }
.lab-ladder .lab-dim { fill: var(--lab-dim); font-size: 11px; }
.lab-ladder .lab-line { stroke: var(--lab-line); stroke-width: 1.25; }
.lab-ladder .lab-pause { stroke: var(--lab-line); stroke-width: 1.5; stroke-dasharray: 1.5 5; }
.lab-ladder .lab-half { stroke: var(--lab-line); stroke-width: 0.75; fill: var(--lab-fill); }
.lab-ladder .lab-half.lab-private { fill: var(--lab-private-fill); stroke: var(--lab-private); }
.lab-ladder .lab-half.lab-public { fill: var(--lab-public-fill); stroke: var(--lab-public); }
.lab-ladder text.lab-private { fill: var(--lab-private); }
.lab-ladder text.lab-public { fill: var(--lab-public); }
.lab-ladder .lab-wall { stroke: var(--lab-nat); stroke-width: 2.5; }
.lab-ladder .lab-knot { fill: var(--lab-nat); stroke: var(--lab-paper); stroke-width: 1.5; }
.lab-ladder .lab-arrow { fill: none; stroke: var(--lab-ink); stroke-width: 1.75; }
.lab-ladder .lab-head { fill: var(--lab-ink); }
.lab-ladder .lab-refusal .lab-arrow { stroke: var(--lab-bad); }
.lab-ladder .lab-refusal .lab-head { fill: var(--lab-bad); }
.lab-ladder .lab-lost .lab-arrow, .lab-ladder .lab-cross { fill: none; stroke: var(--lab-lost); stroke-width: 2.25; }
.lab-ladder .lab-lost .lab-arrow { stroke-width: 1.75; stroke-dasharray: 6 4; }
.lab-ladder .lab-lost .lab-head { fill: var(--lab-lost); }
.lab-ladder text.lab-lost { fill: var(--lab-lost); font-weight: 700; }
.lab-ladder .lab-aside .lab-arrow { stroke: var(--lab-line); stroke-width: 1.25; stroke-dasharray: 2 3; }
.lab-ladder .lab-aside .lab-head { fill: var(--lab-line); }
.lab-ladder .lab-ear { fill: none; stroke: var(--lab-line); stroke-width: 1.25; stroke-dasharray: 2 3; }
.lab-ladder .lab-via { fill: var(--lab-paper); stroke: var(--lab-ink); stroke-width: 1; }
.lab-ladder .lab-passing { font-size: 10px; fill: var(--lab-dim); }
.lab-ladder .lab-stop { fill: var(--lab-paper); stroke: var(--lab-lost); stroke-width: 1.5; }
.lab-ladder .lab-label { font-weight: 700; }
.lab-ladder .lab-small { font-size: 11px; font-weight: 700; }
.lab-ladder .lab-halo { stroke: var(--lab-paper); stroke-width: 4; stroke-linejoin: round; paint-order: stroke; }
.lab-ladder .lab-said { fill: var(--lab-paper); stroke: var(--lab-line); }
.lab-ladder .lab-mouth { fill: var(--lab-accent); }
.lab-ladder .lab-typed { fill: var(--lab-accent); font-weight: 700; text-decoration: underline; }
.lab-ladder .lab-change { fill: var(--lab-nat-fill); stroke: var(--lab-nat); }
.lab-ladder .lab-changed { stroke: var(--lab-nat); stroke-width: 1.5; stroke-dasharray: 7 5; }
.lab-ladder text.lab-changing { fill: var(--lab-nat); font-weight: 700; }
.lab-ladder .lab-gate { fill: var(--lab-nat); }
.lab-ladder .lab-through { font-size: 15px; font-weight: 700; fill: var(--lab-paper); }
.lab-ladder .lab-between { fill: var(--lab-nat); font-weight: 700; }
"""
