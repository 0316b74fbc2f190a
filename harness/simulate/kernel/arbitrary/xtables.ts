import fc from 'fast-check'
import { addresses, type Backend, type Change } from '../host-spec.ts'
import { address, anyDevice, mark, mixed, oneOf, prefix, service, text } from './pools.ts'

const chainsOf: Record<string, string[]> = {
  filter: ['FORWARD', 'FORWARD', 'INPUT', 'OUTPUT', 'DOCKER-USER'],
  nat: ['POSTROUTING', 'PREROUTING', 'OUTPUT', 'INPUT'],
  mangle: ['FORWARD', 'PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  raw: ['PREROUTING', 'OUTPUT'],
  security: ['FORWARD', 'INPUT', 'OUTPUT'],
}
const not = mixed<string>([3, fc.constant('')], [1, fc.constant('! ')])

const devices = (chain: string): fc.Arbitrary<string>[] => {
  const inward = ['PREROUTING', 'INPUT', 'FORWARD', 'DOCKER-USER'].includes(chain)
  const outward = ['OUTPUT', 'POSTROUTING', 'FORWARD', 'DOCKER-USER'].includes(chain)
  const name = mixed<string>([4, anyDevice], [1, oneOf('docker+', 'br-+', 'v+', 'w+')])
  return [...(inward ? [text`${not}-i ${name}`] : []), ...(outward ? [text`${not}-o ${name}`] : [])]
}

const transport = [
  text`${not}-p ${oneOf('tcp', 'udp', 'icmp')}`,
  text`-p ${oneOf('tcp', 'udp')} ${not}--dport ${service}`,
  text`-p tcp ${not}--dport ${oneOf('80:89', '1:79', '8080:9000', ':81', '9000:')}`,
  text`-p tcp ${not}--sport ${oneOf('80', '9000', '1024:65535')}`,
  text`-p tcp -m multiport ${not}--dports ${oneOf('80,9000', '22,8080:8090', '443,80', '1:100')}`,
  text`-p tcp -m multiport ${oneOf('--sports', '--ports')} ${oneOf('80,9000', '22,443', '1024:65535')}`,
  text`-p tcp ${not}--syn`,
  text`-p tcp --tcp-flags ${oneOf('SYN,ACK SYN', 'SYN,ACK SYN,ACK', 'ALL SYN', 'FIN,SYN,RST,ACK SYN')}`,
  text`-p icmp ${not}--icmp-type ${oneOf('echo-request', 'echo-reply', '8', '3/4')}`,
]
const tracked = [
  text`-m conntrack ${not}--ctstate ${oneOf('NEW', 'RELATED,ESTABLISHED', 'RELATED', 'INVALID', 'NEW,ESTABLISHED', 'DNAT', 'SNAT', 'UNTRACKED')}`,
  text`-m state --state ${oneOf('NEW', 'ESTABLISHED', 'INVALID')}`,
  text`-m conntrack ${not}--ctorigdst ${address}`,
  text`-m conntrack --ctproto tcp ${not}--ctorigdstport ${service}`,
  text`-m conntrack --ctdir ${oneOf('ORIGINAL', 'REPLY')}`,
  text`-m conntrack ${not}--ctstatus ${oneOf('SEEN_REPLY', 'CONFIRMED', 'ASSURED', 'NONE')}`,
]
const rest = (chain: string): fc.Arbitrary<string>[] => [
  text`-m addrtype ${not}--dst-type ${oneOf('LOCAL', 'UNICAST', 'BROADCAST')}`,
  text`-m addrtype ${not}--src-type ${oneOf('LOCAL', 'UNICAST')}`,
  ...(['PREROUTING', 'INPUT', 'FORWARD'].includes(chain)
    ? [
        text`-m addrtype --dst-type LOCAL --limit-iface-in`,
        text`-m rpfilter ${oneOf('--invert', '--loose', '--validmark')}`.filter(() => chain === 'PREROUTING'),
      ].slice(0, chain === 'PREROUTING' ? 2 : 1)
    : []),
  text`-m mark ${not}--mark ${mark}`,
  text`-m mark --mark ${mark}/${mark}`,
  text`-m connmark --mark ${mark}`,
  text`-m iprange ${not}${oneOf('--src-range', '--dst-range')} ${oneOf('172.17.0.2-172.17.0.9', '203.0.113.1-203.0.113.10', '192.0.2.3-192.0.2.9')}`,
  text`-m set ${not}--match-set somewhere ${oneOf('src', 'dst')}`,
  text`-m length --length ${oneOf('60:84', '100:', '1500')}`,
  text`-m pkttype ${not}--pkt-type ${oneOf('unicast', 'broadcast')}`,
  text`-m ttl ${oneOf('--ttl-eq 64', '--ttl-eq 63', '--ttl-lt 64', '--ttl-gt 63')}`,
  text`-m comment --comment odd`,
  text`-m limit --limit 100/second`,
  ...(['FORWARD', 'INPUT', 'PREROUTING', 'DOCKER-USER'].includes(chain)
    ? [text`-m physdev ${not}--physdev-in ${oneOf('v1', 'v2', 'v3')}`]
    : []),
  ...(['FORWARD', 'DOCKER-USER'].includes(chain) ? [text`-m physdev ${not}--physdev-is-bridged`] : []),
  ...(chain === 'OUTPUT' ? [text`-m owner ${not}--uid-owner ${oneOf('0', '1000')}`] : []),
]

const conditionsOf = (chain: string): fc.Arbitrary<string> =>
  mixed<string>(
    [5, fc.oneof(...devices(chain))],
    [6, fc.oneof(text`${not}-s ${prefix}`, text`${not}-d ${prefix}`)],
    [4, fc.oneof(...transport)],
    [3, fc.oneof(...tracked)],
    [3, fc.oneof(...rest(chain))],
  )

function targetsOf(table: string, chain: string): fc.Arbitrary<string> {
  const target = oneOf(addresses.c1, addresses.c3, addresses.outside, addresses.host, '198.51.100.7')
  if (table === 'nat') {
    const own = ['PREROUTING', 'OUTPUT'].includes(chain)
      ? mixed<string>(
          [2, text`-j DNAT --to-destination ${target}`],
          [2, text`-p tcp -j DNAT --to-destination ${target}:${service}`],
          [1, text`-p tcp -j REDIRECT --to-ports ${service}`],
          [1, fc.constant('-j NETMAP --to 203.0.113.0/24')],
        )
      : mixed<string>(
          [chain === 'POSTROUTING' ? 4 : 0, fc.constant('-j MASQUERADE')],
          [2, text`-j SNAT --to-source ${oneOf(addresses.host, addresses.docker0, '198.51.100.7')}`],
        )
    return mixed<string>([6, own], [2, oneOf('-j ACCEPT', '-j RETURN')], [1, oneOf('-j ODD', '-g ODD')])
  }
  return mixed<string>(
    [6, fc.constant('-j DROP')],
    [3, oneOf('-j ACCEPT', '-j RETURN')],
    [3, oneOf('-j ODD', '-g ODD')],
    [
      table === 'filter' ? 2 : 0,
      oneOf('-j REJECT', '-p tcp -j REJECT --reject-with tcp-reset', '-j REJECT --reject-with icmp-host-prohibited'),
    ],
    [
      table === 'mangle' ? 5 : 0,
      mixed<string>(
        [2, text`-j MARK --set-mark ${mark}`],
        [1, text`-j MARK --set-xmark ${mark}/${mark}`],
        [1, oneOf('-j CONNMARK --save-mark', '-j CONNMARK --restore-mark')],
      ),
    ],
    [table === 'raw' ? 2 : 0, fc.constant('-j CT --notrack')],
    [table === 'raw' ? 2 : 0, oneOf('-j CT --zone 5', '-j CT --zone-orig 5', '-j CT --zone-reply 5')],
    [
      table === 'mangle' ? 2 : 0,
      oneOf('-j TTL --ttl-set 1', '-j TTL --ttl-set 2', '-j TTL --ttl-dec 1', '-j TTL --ttl-inc 1'),
    ],
    [1, oneOf('-j LOG', '')],
  )
}

// iptables accepts one protocol a rule; with a second one the whole rule would be lost.
const assembled = (verb: string, chain: string, conditions: string[], target: string): string => {
  const seen = new Set<string>()
  const kept = conditions.filter((each) => {
    const key = each.match(/-(?:p|s|d|i|o|m \w+)\b/)?.[0] ?? each
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
  const ownProtocol = target.startsWith('-p ')
  const usable = ownProtocol ? kept.filter((each) => !each.includes('-p ')) : kept
  return [verb, chain, ...usable, target].filter(Boolean).join(' ')
}

/** Rules of one iptables table in either backend, with a user-defined chain, and sometimes a policy. */
export const oddXtables: fc.Arbitrary<Change> = fc
  .tuple(
    oneOf('nft', 'legacy') as fc.Arbitrary<Backend>,
    oneOf('filter', 'filter', 'filter', 'nat', 'mangle', 'raw', 'security'),
  )
  .chain(([backend, table]) => {
    const chains = chainsOf[table]!
    const one = (verb: string, forChain?: string): fc.Arbitrary<string> =>
      oneOf(...chains).chain((chain) => {
        const allowed = forChain ? chains.find((each) => each === 'FORWARD' || each === 'PREROUTING')! : chain
        return fc
          .tuple(
            fc.array(conditionsOf(allowed), { minLength: forChain ? 0 : 1, maxLength: 3 }),
            targetsOf(table, allowed),
          )
          .map(([conditions, target]) =>
            assembled(
              verb,
              forChain ?? chain,
              forChain ? conditions.filter((each) => !/-[io] |physdev|rpfilter|owner/.test(each)) : conditions,
              forChain && (table === 'nat' || /ODD/.test(target)) ? '-j RETURN' : target,
            ),
          )
      })
    return fc.tuple(
      fc.constant({ backend, table }),
      fc.array(one('-A', 'ODD'), { maxLength: 3 }),
      fc.array(mixed<string>([1, one('-I')], [1, one('-A')]), { minLength: 1, maxLength: 4 }),
      mixed<string>(
        [9, fc.constant('')],
        [
          1,
          oneOf(
            ...(table === 'nat'
              ? ['']
              : chains.filter((each) => !each.startsWith('DOCKER')).map((each) => `${each} DROP`)),
          ),
        ],
      ),
    )
  })
  .map(([{ backend, table }, side, rules, policy]) => ({
    kind: `iptables-${backend} ${table}`,
    ipset: rules.concat(side).some((line) => line.includes('match-set'))
      ? ['create somewhere hash:net', 'add somewhere 203.0.113.0/24', `add somewhere ${addresses.c1}`]
      : [],
    iptables: {
      backend,
      family: 4,
      table,
      chains: [
        'ODD -',
        ...(rules.some((line) => line.includes('DOCKER-USER')) ? ['DOCKER-USER -'] : []),
        ...(policy ? [policy] : []),
      ],
      rules: [...side, ...rules],
    },
  }))
