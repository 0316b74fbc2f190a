import { baseChanges } from './base-host.ts'
import { dockerRules } from './docker-rules.ts'
import type { Change, HostSpec } from './host-spec.ts'

/**
 * The sh script that makes a host out of empty namespaces, whose paths it takes from $host, $c1, $c2, $c3 and $outside.
 * A command that the kernel refuses is passed over: what counts is the host that comes of it.
 */
export function scriptOf({ base, changes }: HostSpec): string {
  const all = [...baseChanges(base), ...dockerRules(base), ...changes]
  const inside = all.flatMap((change) => change.inside ?? [])
  const namespaces = [...new Set(inside.map(({ namespace }) => namespace))]
  return [
    '#!/bin/sh',
    'export host c1 c2 c3 outside',
    within(
      'outside',
      settings(inside.filter(({ namespace }) => namespace === 'outside').flatMap(({ sysctl }) => pairs(sysctl))),
    ),
    ...(['c1', 'c2', 'c3'] as const).map((name) =>
      within(
        name,
        settings(inside.filter(({ namespace }) => namespace === name).flatMap(({ sysctl }) => pairs(sysctl))),
      ),
    ),
    within('host', [
      ...settings(all.flatMap(({ before }) => pairs(before))),
      ...batch(
        'ip -force -batch -',
        first(all, ({ ip }) => ip),
      ),
    ]),
    ...namespaces.map((name) => {
      const own = inside.filter(({ namespace }) => namespace === name)
      const lines = own.flatMap(({ ip }) => ip)
      return within(name, [...batch('ip -force -batch -', lines), ...nft(own.flatMap(({ nft }) => (nft ? [nft] : [])))])
    }),
    within('host', [
      ...batch('ip -force -batch -', later(all)),
      ...settings(all.flatMap(({ sysctl }) => pairs(sysctl))),
      ...batch(
        'bridge -force -batch -',
        all.flatMap(({ bridge }) => bridge ?? []),
      ),
      ...batch(
        'ipset restore -exist',
        all.flatMap(({ ipset }) => ipset ?? []),
      ),
      ...nft(all.flatMap(({ nft }) => (nft ? [nft] : []))),
      ...tables(all),
    ]),
    '',
  ].join('\n')
}

// The base's links first: the odd things are done to them when both of their ends are up.
const first = (all: Change[], of: (change: Change) => string[] | undefined): string[] =>
  all.filter(isBase).flatMap((change) => of(change) ?? [])
const later = (all: Change[]): string[] => all.filter((change) => !isBase(change)).flatMap(({ ip }) => ip ?? [])
const isBase = ({ kind }: Change): boolean => /^(bridges|container |uplink|outside|settings)/.test(kind)

const pairs = (own: Record<string, string> | undefined): [string, string][] => Object.entries(own ?? {})

const within = (name: string, lines: string[]): string =>
  lines.length === 0 ? '' : [`nsenter --net="$${name}" sh -s <<'WITHIN'`, ...lines, 'WITHIN'].join('\n')

const settings = (all: [string, string][]): string[] =>
  all.map(([path, value]) => `echo ${value} >/proc/sys/net/${path}`)

const batch = (command: string, lines: string[]): string[] =>
  lines.length === 0 ? [] : [`${command} <<BATCH`, ...lines, 'BATCH']

// One file is quicker; where a line of it is refused, so is all of it, and each line is tried by itself.
function nft(each: string[][]): string[] {
  if (each.length === 0) return []
  return [
    "nft -f - 2>/dev/null <<'RULES' || {",
    ...each.flat(),
    'RULES',
    ...each.flat().map((line) => `nft '${line}'`),
    '}',
  ]
}

function tables(all: Change[]): string[] {
  const wanted = all.flatMap(({ iptables }) => iptables ?? [])
  const restores = [
    ...new Set(wanted.map(({ backend, family }) => `ip${family === 6 ? '6' : ''}tables-${backend}-restore`)),
  ]
  return restores.flatMap((restore) => {
    const own = wanted.filter(
      ({ backend, family }) => restore === `ip${family === 6 ? '6' : ''}tables-${backend}-restore`,
    )
    const texts = own.map(({ table, chains, rules }) => [
      `*${table}`,
      ...chains.map((chain) => `:${chain}`),
      ...rules,
      'COMMIT',
    ])
    const command = `${restore} --noflush -w 10`
    return [
      `${command} 2>/dev/null <<'RULES' || {`,
      ...texts.flat(),
      'RULES',
      ...texts.flatMap((lines) => [`${command} <<'RULES'`, ...lines, 'RULES']),
      '}',
    ]
  })
}
