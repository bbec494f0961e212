/// The report's Mustache template. `{{…}}` is escaped; only charts and the style sheet, which the program makes itself, come
/// in as they are (`{{{…}}}`).
enum HTMLReportTemplate {
  static let text = """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>{{title}}</title>
    <style>{{{style}}}</style>
    </head>
    <body>
    <a class="skip" href="#verdicts">Skip to the verdicts</a>
    <header>
    <h1>{{title}}</h1>
    <p class="lede">{{lede}}</p>
    {{#warnings}}<p class="warning" role="note">{{.}}</p>
    {{/warnings}}
    <p class="legend" aria-hidden="true"><span class="key arm0">{{first}}</span> <span class="key arm1">{{second}}</span></p>
    </header>
    <nav aria-label="Contents"><ul>
    <li><a href="#verdicts">Verdicts</a></li>
    {{#workloads}}<li><a href="#{{id}}">{{name}}</a></li>
    {{/workloads}}
    {{#sections}}<li><a href="#{{id}}">{{title}}</a></li>
    {{/sections}}
    <li><a href="#method">Method and limits</a></li>
    <li><a href="#environment">Machine and servers</a></li>
    </ul></nav>
    <main>
    <section id="verdicts">
    <h2>Verdicts</h2>
    <div class="table" role="region" aria-label="Verdicts" tabindex="0">
    <table>
    <thead><tr><th scope="col">Workload</th><th scope="col">Verdict</th><th scope="col">CPU per operation</th><th scope="col" class="number">p (Holm)</th><th scope="col" class="number">Blocks</th></tr></thead>
    <tbody>
    {{#workloads}}<tr><th scope="row"><a href="#{{id}}">{{name}}</a></th><td class="{{verdictClass}}">{{verdict}}</td><td>{{cpu}}</td><td class="number">{{pValue}}</td><td class="number">{{blocks}}</td></tr>
    {{/workloads}}
    {{#bulkLoad}}<tr><th scope="row">bulk-load</th><td class="none">{{.}} (a range, no verdict)</td><td></td><td></td><td></td></tr>
    {{/bulkLoad}}
    </tbody>
    </table>
    </div>
    <figure>{{{ratioChart}}}<figcaption>Throughput of {{first}} divided by that of {{second}}, with its 95% interval (before a look: the range over blocks). The band is ±{{margin}}: inside of it a difference doesn't matter.</figcaption></figure>
    </section>
    {{#workloads}}
    <section id="{{id}}" class="workload">
    <h2>{{name}}</h2>
    {{#description}}<p>{{.}}</p>{{/description}}
    <p class="{{verdictClass}}"><strong>{{verdict}}</strong>; CPU per operation {{cpu}}</p>
    {{#order}}<p>By the order of the arms in a block: {{.}}.</p>{{/order}}
    <div class="table" role="region" aria-label="Figures of {{name}}" tabindex="0">
    <table>
    <thead><tr><th scope="col"></th>{{#columns}}<th scope="col" class="number">{{.}}</th>{{/columns}}</tr></thead>
    <tbody>
    {{#rows}}<tr><th scope="row">{{label}}</th>{{#cells}}<td class="number">{{.}}</td>{{/cells}}</tr>
    {{/rows}}
    </tbody>
    </table>
    </div>
    <div class="charts">
    <figure>{{{latencyChart}}}<figcaption>Response time by percentile, all blocks together.</figcaption></figure>
    <figure>{{{throughputChart}}}<figcaption>Throughput of each block, over the time of the run.</figcaption></figure>
    </div>
    {{#loads}}
    <h3>{{title}}</h3>
    <div class="table" role="region" aria-label="{{label}}" tabindex="0">
    <table>
    <thead><tr><th scope="col"></th>{{#columns}}<th scope="col" class="number">{{.}}</th>{{/columns}}</tr></thead>
    <tbody>
    {{#rows}}<tr><th scope="row">{{label}}</th>{{#cells}}<td class="number">{{.}}</td>{{/cells}}</tr>
    {{/rows}}
    </tbody>
    </table>
    </div>
    <figure>{{{chart}}}<figcaption>{{caption}}</figcaption></figure>
    {{/loads}}
    {{#details}}
    <h3>{{title}}</h3>
    {{#paragraphs}}<p>{{.}}</p>
    {{/paragraphs}}
    {{#listings}}<p class="caption">{{caption}}</p>
    <pre tabindex="0">{{text}}</pre>
    {{/listings}}
    {{/details}}
    </section>
    {{/workloads}}
    {{#sections}}
    <section id="{{id}}">
    <h2>{{title}}</h2>
    {{#paragraphs}}<p>{{.}}</p>
    {{/paragraphs}}
    <div class="table" role="region" aria-label="{{title}}" tabindex="0">
    <table>
    <thead><tr>{{#columns}}<th scope="col">{{.}}</th>{{/columns}}</tr></thead>
    <tbody>
    {{#rows}}<tr><th scope="row">{{label}}</th>{{#cells}}<td>{{.}}</td>{{/cells}}</tr>
    {{/rows}}
    </tbody>
    </table>
    </div>
    </section>
    {{/sections}}
    <section id="method">
    <h2>Method and limits</h2>
    <ul>
    {{#notes}}<li>{{.}}</li>
    {{/notes}}
    </ul>
    <h3>What this run can't tell</h3>
    <ul>
    {{#limits}}<li>{{.}}</li>
    {{/limits}}
    </ul>
    </section>
    <section id="environment">
    <h2>Machine and servers</h2>
    <ul>
    {{#machine}}<li>{{.}}</li>
    {{/machine}}
    </ul>
    <div class="table" role="region" aria-label="Settings read back from the servers" tabindex="0">
    <table>
    <caption>Settings, read back from the servers</caption>
    <thead><tr><th scope="col">Setting</th><th scope="col">{{first}}</th><th scope="col">{{second}}</th></tr></thead>
    <tbody>
    {{#settings}}<tr><th scope="row">{{label}}</th>{{#cells}}<td>{{.}}</td>{{/cells}}</tr>
    {{/settings}}
    </tbody>
    </table>
    </div>
    <h3>Reproduce it</h3>
    <pre tabindex="0">{{command}}</pre>
    </section>
    </main>
    <footer><p>Made by dbbench from results.jsonl, fingerprint {{fingerprint}}. <code>dbbench report --recompute</code> makes it again.</p></footer>
    </body>
    </html>

    """
}
