import { dictionary } from '../../../lib/own.ts'

/** The default zone, empty where it is not known, and the interfaces of each active zone. */
export interface FirewalldFact {
  defaultZone: string
  zones: Record<string, string[]>
}

/**
 * Reads the default zone, then each active zone with its interfaces indented below it. Older bundles have only the name
 * of the default zone in the first line.
 */
export function readFirewalld(lines: readonly string[]): FirewalldFact {
  const [first = '', ...rest] = lines
  const labelled = first.match(/^default-zone (\S+)/)?.[1]
  const old = !labelled && first !== '' && !/^\s/.test(rest[0] ?? '')
  const defaultZone = labelled ?? (old ? first : '')
  const active = labelled || old ? rest : lines
  const zones = dictionary<string[]>()
  let zone = ''
  for (const line of active) {
    const [, interfaces] = line.match(/^ +interfaces: (.*)$/) ?? []
    if (interfaces !== undefined) zones[zone] = interfaces.trim().split(/ +/)
    else if (/^\S/.test(line)) zone = line.split(' ')[0]!
  }
  return { defaultZone, zones }
}
