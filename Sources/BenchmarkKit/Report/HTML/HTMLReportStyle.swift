/// The report's style sheet. The two arms differ in colour (blue and vermilion of Okabe and Ito's palette, which people with
/// any colour vision tell apart), in dash and in the shape of their marks.
enum HTMLReportStyle {
  static let text = """
    :root { --text: #1b1f24; --muted: #57606a; --ground: #ffffff; --panel: #f5f7f9; --line: #d0d7de; --arm0: #0072b2; --arm1: #c24e00; --good: #0a6640; --warn: #8a4600; --band: #57606a22; }
    @media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --muted: #9da7b3; --ground: #0d1117; --panel: #161b22; --line: #30363d; --arm0: #56b4e9; --arm1: #ff9d4d; --good: #4cc38a; --warn: #f0b060; --band: #9da7b333; } }
    * { box-sizing: border-box; }
    html { font: 16px/1.5 system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif; color: var(--text); background: var(--ground); -webkit-text-size-adjust: 100%; }
    body { max-width: 70rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
    h1 { font-size: 1.7rem; line-height: 1.2; margin: 1rem 0 .5rem; } h2 { font-size: 1.3rem; margin: 2.5rem 0 .5rem; } h3 { font-size: 1.05rem; margin: 1.5rem 0 .5rem; }
    a { color: inherit; text-underline-offset: .2em; } a:focus-visible, [tabindex]:focus-visible { outline: 3px solid var(--arm0); outline-offset: 2px; }
    .skip { position: absolute; left: -99rem; } .skip:focus { left: 1rem; top: 1rem; background: var(--ground); padding: .5rem; }
    .lede { font-size: 1.1rem; } .warning { border-left: .3rem solid var(--warn); background: var(--panel); padding: .5rem 1rem; }
    .legend { display: flex; gap: 1.5rem; flex-wrap: wrap; } .key::before { content: ""; display: inline-block; width: 1.6rem; height: 0; border-top: .25rem solid; margin-right: .5rem; vertical-align: middle; }
    .key.arm0::before { border-color: var(--arm0); } .key.arm1::before { border-color: var(--arm1); border-top-style: dashed; }
    nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding: 0; font-size: .9rem; }
    .table { overflow-x: auto; max-width: 100%; } table { border-collapse: collapse; width: 100%; font-size: .92rem; } caption { text-align: left; font-weight: 600; padding: .4rem 0; }
    th, td { text-align: left; vertical-align: top; padding: .4rem .7rem; border-bottom: 1px solid var(--line); overflow-wrap: normal; } thead th { color: var(--muted); font-weight: 600; } tbody th { font-weight: 600; }
    .number { text-align: right; font-variant-numeric: tabular-nums; } td.number { white-space: nowrap; }
    .decided { color: var(--good); } .open, .none { color: var(--muted); }
    figure { margin: 1rem 0; } figcaption, .caption { color: var(--muted); font-size: .88rem; } figure svg { width: 100%; height: auto; max-width: 44rem; display: block; }
    .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 0 1.5rem; }
    pre { background: var(--panel); border: 1px solid var(--line); padding: .75rem; overflow-x: auto; font-size: .82rem; line-height: 1.4; white-space: pre; overflow-wrap: normal; }
    code { font-size: .9em; } footer { color: var(--muted); font-size: .88rem; margin-top: 3rem; border-top: 1px solid var(--line); }
    svg text { fill: var(--text); paint-order: stroke; stroke: var(--ground); stroke-width: 4px; stroke-linejoin: round; font: 12px system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif; } svg .tick { fill: var(--muted); font-size: 11px; }
    svg .grid { stroke: var(--line); stroke-width: 1; } svg .axis { stroke: var(--muted); stroke-width: 1; } svg .band { fill: var(--band); }
    svg .arm0 { stroke: var(--arm0); fill: none; stroke-width: 2; } svg .arm1 { stroke: var(--arm1); fill: none; stroke-width: 2; stroke-dasharray: 6 3; }
    svg .mark0 { fill: var(--arm0); stroke: none; } svg .mark1 { fill: var(--arm1); stroke: none; } svg .interval { stroke: var(--text); stroke-width: 2; } svg .estimate { fill: var(--text); }
    @media (max-width: 40rem) { td.number { white-space: normal; } th, td { padding: .35rem .4rem; } }
    @media print { :root { --text: #000; --muted: #444; --ground: #fff; --panel: #fff; --line: #bbb; --arm0: #0072b2; --arm1: #c24e00; --good: #000; --band: #0002; } body { max-width: none; padding: 0; } nav, .skip { display: none; } .table, pre { overflow: visible; } pre { white-space: pre-wrap; } section, figure, tr { break-inside: avoid-page; } .workload { break-inside: auto; } h2, h3 { break-after: avoid; } }
    """
}
