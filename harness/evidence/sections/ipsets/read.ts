import { dictionary } from '../../../lib/own.ts'

/** A set of the kernel's ipset. Rules of iptables match by it. */
export interface Ipset {
  type: string
  elements: string[]
}

/** The sets of `ipset save`, by name. Throws where a line has another form, or adds to an unknown set. */
export function readIpsets(text: string): Record<string, Ipset> {
  const sets: Record<string, Ipset> = dictionary()
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const [, verb, name = '', rest = ''] = line.match(/^(create|add) (\S+) (.*)$/) ?? []
    if (verb === 'create') sets[name] = { type: rest.split(' ')[0]!, elements: [] }
    else if (verb === 'add' && sets[name]) sets[name]!.elements.push(rest.trim())
    else throw new TypeError(`not a set: ${line.slice(0, 80)}`)
  }
  return sets
}
