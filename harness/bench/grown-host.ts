import { readFacts } from '../evidence/facts.ts'
import { editSection } from '../evidence/reseal.ts'
import { LabError } from '../lib/errors.ts'

// What belongs only to the network probe-a of the recorded host, besides what the host chose itself.
const named = String.raw`probe-a|probe-user|probe-peer|172\.30\.1\.|02:42:ac:1e:01:|\b8081\b`
// Sections of which each element of the JSON, or each line, is about one thing.
const byElement = ['links', 'addresses', 'routes', 'neighbours', 'fdb', 'rules-native']
const byLine = [
  'sysctls',
  'traffic-control',
  'rules-nft',
  'rules-text',
  'listeners',
  'docker-networks',
  'docker-containers',
]

/** What a host chose for the network probe-a: its ports' names, hardware addresses, and the starts of Docker's ids. */
interface Own {
  pattern: RegExp
  ports: string[]
  macs: string[]
  ids: string[]
}

function ownOf(bundle: string): Own {
  const { links } = readFacts(bundle)
  const ports = links.filter(({ master }) => master === 'br-probe-a')
  const macs = [...ports, ...links.filter(({ name }) => name === 'br-probe-a')].map(({ mac }) => mac)
  const [, network = ''] = /"probe-a":\{"Aliases":.{0,1000}?"NetworkID":"([0-9a-f]{8})/.exec(bundle) ?? []
  const aliases = [...bundle.matchAll(/"probe-a":\{"Aliases":\["([0-9a-f]{8})/g)].map(([, id]) => id!)
  const names = ports.map(({ name }) => name)
  const ids = [...new Set([network, ...aliases])].filter(Boolean)
  if (names.length !== 2 || macs.length !== 3 || ids.length !== 3)
    throw new LabError('usage', 'the recorded host has no network probe-a with two containers')
  return { pattern: new RegExp(`${named}|${[...names, ...macs].join('|')}`), ports: names, macs, ids }
}

/** The bundle of the recorded healthy Debian 12 host with more networks like probe-a, with two containers on each. */
export function grownHost(bundle: string, networks: number): string {
  const own = ownOf(bundle)
  const edits = [
    ...byElement.map((name) => [name, (text: string) => elements(text, networks, own)] as const),
    ...byLine.map((name) => [name, (text: string) => grown(text.split('\n'), networks, own).join('\n')] as const),
    [
      'container-namespaces',
      (text: string) => grown(text.split(/\n(?=@ container )/), networks, own).join('\n'),
    ] as const,
  ]
  return edits.reduce((now, [name, edit]) => editSection(now, name, edit), bundle)
}

/** The parts. After each part about probe-a follow its copies for the other networks. */
const grown = (parts: readonly string[], networks: number, own: Own): string[] =>
  parts.flatMap((part) =>
    own.pattern.test(part) ? [part, ...Array.from({ length: networks }, (_, at) => copy(part, at + 1, own))] : [part],
  )

function elements(text: string, networks: number, own: Own): string {
  const json = JSON.parse(text) as unknown[] | { nftables: unknown[] }
  const copied = (list: readonly unknown[]): unknown[] =>
    grown(
      list.map((each) => JSON.stringify(each)),
      networks,
      own,
    ).map((each) => JSON.parse(each) as unknown)
  return JSON.stringify(Array.isArray(json) ? copied(json) : { nftables: copied(json.nftables) })
}

/** A part about probe-a, changed to be about another network: other names, addresses, numbers and ports. */
function copy(part: string, at: number, { ports, macs, ids }: Own): string {
  const chosen = [
    ...ports.map((name, index) => [name, `veth${index}x${at}`] as const),
    ...macs.map((mac, index) => [mac, `02:0${index + 1}:00:00:${hex(at >> 8)}:${hex(at & 255)}`] as const),
    ...ids.map((id) => [id, ((Number.parseInt(id, 16) ^ at) >>> 0).toString(16).padStart(8, '0')] as const),
  ]
  return chosen
    .reduce((text, [from, to]) => text.replaceAll(from, to), part)
    .replaceAll('probe-', `net${at}-`)
    .replaceAll('172.30.1.', `10.${100 + (at >> 8)}.${at & 255}.`)
    .replaceAll('02:42:ac:1e:01:', `02:${hex(at >> 8)}:${hex(at & 255)}:1e:01:`)
    .replaceAll(/\b8081\b/g, String(20_000 + at))
    .replaceAll(
      /("(?:ifindex|link_index|handle|pid)": ?|# handle |@ container \S+ |\/proc\/)(\d+)/g,
      (_, word, number) => `${word}${Number(number) + 1000 * at}`,
    )
}

const hex = (value: number): string => value.toString(16).padStart(2, '0')
