import { show } from './show.js'

/** Objects by their keys and the types of what these hold, each kind once: for output of which nearly all differs from run to run. */
export function shapes (objects: object[]): string {
  return `${[...new Set(objects.map((object) => show(shape(object))))].join('\n')}\n`
}

function shape (value: unknown, key = ''): unknown {
  if (key === 'event') return value
  if (Array.isArray(value)) return [...new Set(value.map((item) => shape(item)))]
  // its keys are labels of machines
  if (key === 'from') return { '<label>': '<number>' }
  if (typeof value !== 'object' || value === null) return `<${typeof value}>`
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, shape(item, name)]))
}
