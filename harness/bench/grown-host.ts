import { editSection } from '../evidence/reseal.ts'

// What belongs only to the network probe-a of the recorded host.
const own =
  /probe-a|probe-user|probe-peer|172\.30\.1\.|02:42:ac:1e:01:|vethcc39895|vetha69fdc4|02:42:7d:bc:1e:b3|\b8081\b/
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

/** The bundle of the recorded healthy Debian 12 host with more networks like probe-a, with two containers on each. */
export function grownHost(bundle: string, networks: number): string {
  const edits = [
    ...byElement.map((name) => [name, (text: string) => elements(text, networks)] as const),
    ...byLine.map((name) => [name, (text: string) => grown(text.split('\n'), networks).join('\n')] as const),
    ['container-namespaces', (text: string) => grown(text.split(/\n(?=@ container )/), networks).join('\n')] as const,
  ]
  return edits.reduce((now, [name, edit]) => editSection(now, name, edit), bundle)
}

/** The parts. After each part about probe-a follow its copies for the other networks. */
const grown = (parts: readonly string[], networks: number): string[] =>
  parts.flatMap((part) =>
    own.test(part) ? [part, ...Array.from({ length: networks }, (_, at) => copy(part, at + 1))] : [part],
  )

function elements(text: string, networks: number): string {
  const json = JSON.parse(text) as unknown[] | { nftables: unknown[] }
  const copied = (list: readonly unknown[]): unknown[] =>
    grown(
      list.map((each) => JSON.stringify(each)),
      networks,
    ).map((each) => JSON.parse(each) as unknown)
  return JSON.stringify(Array.isArray(json) ? copied(json) : { nftables: copied(json.nftables) })
}

/** A part about probe-a, changed to be about another network: other names, addresses, numbers and ports. */
const copy = (part: string, at: number): string =>
  part
    .replaceAll('probe-', `net${at}-`)
    .replaceAll('172.30.1.', `10.${100 + (at >> 8)}.${at & 255}.`)
    .replaceAll(/02:42:(?:ac|7d):(1e:01|bc:1e)/g, `02:${hex(at >> 8)}:${hex(at & 255)}:$1`)
    .replaceAll(/(96:88:b8|8a:c6:f4)(:\w\w):(7b:04|65:ff)/g, `${hex(2 + 4 * (at >> 8))}:${hex(at & 255)}$2:00:$3`)
    .replaceAll(/veth(cc|a6)[0-9a-f]+/g, `veth$1x${at}`)
    .replaceAll(/\b8081\b/g, String(20_000 + at))
    .replaceAll(
      /("(?:ifindex|link_index|handle|pid)": ?|# handle |@ container \S+ |\/proc\/)(\d+)/g,
      (_, word, number) => `${word}${Number(number) + 1000 * at}`,
    )
    .replaceAll(/\b(18cf11e6|747cdd48|afe2e44b)/g, (id) => (Number.parseInt(id, 16) ^ at).toString(16).padStart(8, '0'))

const hex = (value: number): string => value.toString(16).padStart(2, '0')
