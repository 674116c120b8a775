/** One page with bars that needs nothing from elsewhere, for light and dark. */
import { cells, isDfs, rateText } from './report.js'

const escape = (text) => String(text).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)

const STYLE = `
:root { color-scheme: light dark; --ground: #fff; --text: #1d232b; --faint: #667; --line: #d5dae1; --other: #b6c0cc; --own: #0b72c4; --good: #137a3d; --bad: #b3261e }
@media (prefers-color-scheme: dark) { :root { --ground: #14181d; --text: #e4e8ed; --faint: #96a0ac; --line: #313943; --other: #4a5663; --own: #4da3e8; --good: #5fc489; --bad: #f28b82 } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem 1rem 4rem; background: var(--ground); color: var(--text); font: 15px/1.45 system-ui, sans-serif }
h1 { font-size: 1.5rem; margin: 0 0 .2rem } h2 { font-size: 1.1rem; margin: 2.2rem 0 .2rem } h3 { font-size: .95rem; margin: 1.1rem 0 .3rem; font-weight: 600 }
p { margin: .2rem 0; color: var(--faint) }
.bar { display: grid; grid-template-columns: 13rem 1fr 7rem; gap: .6rem; align-items: center; margin: .15rem 0 }
.bar .track { height: 1rem } .bar .fill { display: block; height: 100%; min-width: 2px; border-radius: 2px; background: var(--other) }
.bar .rate { text-align: right; font-variant-numeric: tabular-nums }
.own { font-weight: 600 } .own .fill { background: var(--own) }
.scroll { overflow-x: auto } table { border-collapse: collapse; width: 100%; font-size: .85rem } th, td { text-align: left; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap } .pass { color: var(--good); font-weight: 600 } .fail { color: var(--bad); font-weight: 600 } .none { color: var(--faint) }
@media (max-width: 34rem) { .bar { grid-template-columns: 7.5rem 1fr 5.5rem; font-size: .85rem } }
`

/** The best comes first: the most a second, or the fewest milliseconds. */
const worth = ({ mbPerS, opsPerS, ms }) => mbPerS ?? opsPerS ?? -ms
const lengthOf = ({ mbPerS, opsPerS, ms }) => mbPerS ?? opsPerS ?? ms

function bars (rows) {
  const longest = Math.max(...rows.map(lengthOf))
  return rows.toSorted((a, b) => worth(b) - worth(a)).map((row) => `<div class="bar${isDfs(row.system) ? ' own' : ''}"><span>${escape(row.system)}</span>` +
    `<span class="track"><span class="fill" style="width:${(100 * lengthOf(row) / longest).toFixed(1)}%"></span></span><span class="rate">${escape(rateText(row))}</span></div>`).join('\n')
}

function chart (rows) {
  const { measure, ms } = rows[0]
  return `<h3>${escape(measure)}${ms === undefined ? '' : ', shorter is better'}</h3>\n${bars(rows)}`
}

function charts (rows, texts) {
  return [...Map.groupBy(rows, ({ workload }) => workload)].map(([workload, group]) =>
    `<h2>${escape(workload)}</h2>\n<p>${escape(texts[workload])}</p>\n${[...Map.groupBy(group, ({ measure }) => measure).values()].map(chart).join('\n')}`).join('\n')
}

function checks (judged) {
  const rows = judged.map(({ number, text, word, bar, figure, state, why }) => `<tr><td class="n">${number}</td><td>${escape(text)}</td><td class="n">${figure ?? ''}</td>` +
    `<td class="n">${bar === undefined ? '' : `${escape(word)} ${bar}`}</td><td class="${figure === undefined ? 'none' : state}">${escape(state)}${why === undefined ? '' : `: ${escape(why)}`}</td></tr>`)
  return `<h2>Bars</h2>\n<div class="scroll"><table>\n<tr><th class="n">line</th><th>what</th><th class="n">figure</th><th class="n">bar</th><th></th></tr>\n${rows.join('\n')}\n</table></div>`
}

function figures (rows) {
  const [head, ...lines] = cells(rows)
  const line = (tag) => (row) => `<tr>${row.map((cell, i) => `<${tag}${i >= 3 && i <= 8 ? ' class="n"' : ''}>${escape(cell)}</${tag}>`).join('')}</tr>`
  return `<h2>Figures</h2>\n<div class="scroll"><table>\n${[line('th')(head), ...lines.map(line('td'))].join('\n')}\n</table></div>`
}

/** @param about what was run, one sentence a string @param texts what each workload is */
export function page ({ rows, judged, absent, about, texts }) {
  const missing = [...absent].map(([system, reason]) => `<p>${escape(system)}: ${escape(reason)}.</p>`).join('\n')
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>dfs side by side</title><style>${STYLE}</style></head><body>
<h1>dfs side by side</h1>
${about.map((sentence) => `<p>${escape(sentence)}</p>`).join('\n')}
${charts(rows, texts)}
${checks(judged)}
${figures(rows)}
${absent.size === 0 ? '' : `<h2>Not measured</h2>\n${missing}`}
</body></html>
`
}
