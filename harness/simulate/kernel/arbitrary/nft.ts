import fc from 'fast-check'
import { addresses, type Change } from '../host-spec.ts'
import { arpCondition, bridgeCondition, condition } from './nft-match.ts'
import { type Shape, verdictOf, vmapOf } from './nft-verdict.ts'
import { bridge, device, mixed, oneOf, port, prefix } from './pools.ts'

const filterHooks = ['forward', 'prerouting', 'input', 'postrouting', 'output']
const filter = (family: string, hooks: string[]): fc.Arbitrary<Shape> =>
  oneOf(...hooks).map((hook) => ({ family, type: 'filter', hook }))

const shape: fc.Arbitrary<Shape> = mixed<Shape>(
  [
    10,
    fc
      .tuple(oneOf('ip', 'inet'), oneOf('forward', 'forward', ...filterHooks))
      .map(([family, hook]) => ({ family, type: 'filter', hook })),
  ],
  [
    4,
    fc
      .tuple(oneOf('ip', 'inet'), oneOf('postrouting', 'prerouting', 'output', 'input'))
      .map(([family, hook]) => ({ family, type: 'nat', hook })),
  ],
  [1, oneOf('ip', 'inet').map((family) => ({ family, type: 'route', hook: 'output' }))],
  [3, filter('bridge', filterHooks)],
  [2, filter('netdev', ['ingress'])],
  [1, filter('inet', ['ingress'])],
  [1, filter('arp', ['input', 'output'])],
)

const priorityOf = ({ type }: Shape): fc.Arbitrary<string> =>
  type === 'nat'
    ? oneOf('-100', '100', '-99', '101', '0', '-150')
    : oneOf('0', '-1', '1', '-300', '-150', '-100', '-101', '50', '100', '101', '150', '-200', '-250', '300')
const head = (own: Shape): fc.Arbitrary<string> => {
  const at =
    own.hook === 'ingress'
      ? fc.tuple(oneOf('wan0', 'docker0', 'v1', 'v3', 'br-a')).map(([name]) => ` device "${name}"`)
      : fc.constant('')
  return fc
    .tuple(
      at,
      priorityOf(own),
      mixed<string>([9, fc.constant('accept')], [own.type === 'filter' ? 2 : 0, fc.constant('drop')]),
    )
    .map(
      ([where, priority, policy]) =>
        `{ type ${own.type} hook ${own.hook}${where} priority ${priority}; policy ${policy}; }`,
    )
}

const conditionOf = ({ family, hook }: Shape): fc.Arbitrary<string> =>
  family === 'bridge' ? bridgeCondition(hook) : family === 'arp' ? arpCondition : condition(family, hook)

/**
 * Conditions without a frame type beside addresses: nft takes it for what the addresses imply, and does not list it. A
 * rule for another type than theirs never matches, and no listing shows that. Source: nftables/src/payload.c,
 * payload_may_dependency_kill.
 */
const listed = (conditions: readonly string[]): readonly string[] =>
  conditions.some((each) => each.startsWith('ip '))
    ? conditions.filter((each) => !each.startsWith('ether type'))
    : conditions

// A rule without a condition would end every packet, so most rules have at least one.
const ruleOf = (own: Shape): fc.Arbitrary<string> =>
  mixed<string>(
    [
      8,
      fc
        .tuple(fc.array(conditionOf(own), { minLength: 1, maxLength: 3 }), verdictOf(own))
        .map(([conditions, verdict]) => [...listed(conditions), verdict].join(' ')),
    ],
    [own.type === 'filter' ? 2 : 0, vmapOf(own)],
    [1, verdictOf(own)],
    [
      own.family === 'ip' || own.family === 'inet' ? 2 : 0,
      fc
        .tuple(
          oneOf(
            'ip saddr @addresses',
            'ip daddr @addresses',
            'ip daddr != @addresses',
            'ip saddr @prefixes',
            'ip daddr @prefixes',
            'tcp dport @services',
          ),
          verdictOf(own),
        )
        .map((parts) => parts.join(' ')),
    ],
  )

const sets = (own: Shape): fc.Arbitrary<string[]> =>
  fc
    .tuple(
      fc.uniqueArray(oneOf(addresses.c1, addresses.outside, addresses.host, addresses.c3), {
        minLength: 1,
        maxLength: 3,
      }),
      fc.uniqueArray(oneOf('172.17.0.0/16', '203.0.113.0/24', '192.0.2.0/25', '172.18.0.2-172.18.0.8'), {
        minLength: 1,
        maxLength: 3,
      }),
      bridge,
      port,
      device,
      prefix,
    )
    .map(([several, prefixes, name]) => [
      `add set ${own.family} odd addresses { type ipv4_addr; }`,
      `add element ${own.family} odd addresses { ${several.join(', ')} }`,
      `add set ${own.family} odd prefixes { type ipv4_addr; flags interval; }`,
      `add element ${own.family} odd prefixes { ${prefixes.join(', ')} }`,
      `add set ${own.family} odd services { type inet_service; flags interval; }`,
      `add element ${own.family} odd services { 80, 9000-9010 }`,
      `add map ${own.family} odd verdicts { type ifname : verdict; }`,
      `add element ${own.family} odd verdicts { "${name}" : jump side, "lo" : drop }`,
    ])

/**
 * A table as an administrator might add it: a base chain at any hook, a second chain, and the sets and the map that its
 * rules use.
 */
export const oddNft: fc.Arbitrary<Change> = fc
  .tuple(shape, fc.nat(999))
  .chain(([own, number]) =>
    fc.tuple(
      fc.constant(own),
      fc.constant(number),
      head(own),
      fc.array(ruleOf(own), { minLength: 1, maxLength: 4 }),
      fc.array(
        ruleOf(own).filter((line) => !/side|verdicts/.test(line)),
        { maxLength: 2 },
      ),
      sets(own),
    ),
  )
  .map(([own, number, chain, rules, side, named]) => {
    const table = `t${number}`
    const used = rules.concat(side).join(' ')
    const wanted = named.filter((line) =>
      [...used.matchAll(/@(\w+)/g)].some(([, name]) => line.includes(`odd ${name} `)),
    )
    // The kernel does not run a dormant table.
    const flags = number % 25 === 0 ? ' { flags dormant; }' : ''
    const lines = [
      `add table ${own.family} odd${flags}`,
      `add chain ${own.family} odd side`,
      ...wanted,
      ...side.map((line) => `add rule ${own.family} odd side ${line}`),
      `add chain ${own.family} odd main ${chain}`,
      ...rules.map((line) => `add rule ${own.family} odd main ${line}`),
    ]
    return {
      kind: `nft ${own.family} ${own.type} ${own.hook}`,
      nft: lines.map((line) => line.replace(/ odd( |$)/, ` ${table}$1`)),
    }
  })
