import fc from 'fast-check'
import { addresses, type Change, ports } from '../host-spec.ts'
import { anyDevice, device, mark, mixed, oneOf, prefix, text } from './pools.ts'

const end = oneOf('blackhole', 'unreachable', 'prohibit')
const table = oneOf('main', '100', '101')
const next = mixed<string>(
  [5, fc.constant(`via ${addresses.gateway} dev wan0`)],
  [2, oneOf('dev br-a', 'dev docker0', 'dev wan0')],
  [1, oneOf(`via ${addresses.c2} dev docker0`, `via ${addresses.c3} dev br-a`)],
)
const metric = mixed<string>([3, fc.constant('')], [1, oneOf('metric 50', 'metric 100', 'metric 5000')])

const change = (kind: string, ...ip: string[]): Change => ({ kind, ip })

/** Routes to the wrong device or to nowhere. */
export const oddRoutes: fc.Arbitrary<Change> = mixed<Change>(
  [3, text`route add ${end} ${prefix} table ${table}`.map((line) => change('end of a route', line))],
  [3, text`route add ${prefix} ${next} table ${table} ${metric}`.map((line) => change('one more route', line))],
  [1, text`route add throw ${prefix} table ${table}`.map((line) => change('throw', line))],
  [
    1,
    oneOf('default', '172.17.0.0/16', '172.18.0.0/16', '192.0.2.0/24').map((dst) =>
      change('no route', `route del ${dst}`),
    ),
  ],
  [
    1,
    text`route add default ${next} metric ${oneOf('0', '10', '200')}`.map((line) =>
      change('one more default route', line),
    ),
  ],
  [
    1,
    text`route replace default via ${oneOf(addresses.gateway, '192.0.2.77')} dev wan0`.map((line) =>
      change('other default route', line),
    ),
  ],
  [
    1,
    fc
      .tuple(prefix, oneOf('0.0.0.0/1', '128.0.0.0/1'))
      .map(([, half]) => change('half of everything', `route add ${half} dev br-a`)),
  ],
  [
    1,
    oneOf(addresses.host, addresses.docker0).map((own) =>
      change('no local route', `route del local ${own} table local`),
    ),
  ],
  [
    1,
    oneOf('203.0.113.10', '172.18.0.2').map((own) =>
      change('a local route', `route add local ${own} dev lo table local`),
    ),
  ],
)

const condition = mixed<string>(
  [4, text`from ${prefix}`],
  [3, text`to ${prefix}`],
  [2, text`iif ${anyDevice}`],
  [1, text`oif ${device}`],
  [2, text`fwmark ${mark}`],
  [1, text`fwmark ${mark}/${mark}`],
  [1, text`ipproto ${oneOf('tcp', 'udp', 'icmp')}`],
  [1, text`ipproto tcp dport ${oneOf(String(ports.service), String(ports.web), '79-81', '22')}`],
  [1, text`ipproto udp dport ${oneOf(String(ports.service), '22')}`],
  [1, text`ipproto tcp sport ${oneOf(String(ports.web), '1024-65535')}`],
  [1, text`tos ${oneOf('0x10', '0x08')}`],
)
const action = mixed<string>(
  [3, text`lookup ${oneOf('100', '101', 'main')}`],
  [2, end],
  [1, text`lookup main suppress_prefixlength ${oneOf('0', '16', '24')}`],
  [1, text`goto ${oneOf('32766', '150')}`],
  [1, fc.constant('nop')],
)
const priority = oneOf('100', '200', '32000', '50')

const rule = fc
  .tuple(
    mixed<string>([4, fc.constant('')], [1, fc.constant('not ')]),
    fc.uniqueArray(condition, { minLength: 0, maxLength: 2, selector: (each) => each.split(' ')[0] }),
    priority,
    action,
  )
  .map(([not, conditions, at, what]) => `rule add pref ${at} ${not}${conditions.join(' ') || 'from all'} ${what}`)

/** Routing rules, with the tables that they use. */
export const oddRules: fc.Arbitrary<Change> = fc
  .tuple(
    rule,
    fc.array(text`route add ${prefix} ${next} table ${oneOf('100', '101')}`, { maxLength: 2 }),
    fc.array(text`route add ${end} ${prefix} table ${oneOf('100', '101')}`, { maxLength: 1 }),
    fc.boolean(),
  )
  .map(([line, routes, ends, usual]) =>
    change(
      'routing rule',
      line,
      ...routes,
      ...ends,
      ...(usual ? [`route add default via ${addresses.gateway} dev wan0 table 100`] : []),
    ),
  )

const some = mixed<string>([1, fc.constant('0.0.0.0/0')], [2, prefix])

/** IPsec policies that block packets, or let them pass untransformed ahead of such. */
export const ipsecPolicies: fc.Arbitrary<Change> = fc
  .array(
    text`xfrm policy add src ${some} dst ${some} ${oneOf('', 'proto tcp', 'proto udp dport 9000', 'proto icmp')} dir ${oneOf('fwd', 'out', 'in')} action ${oneOf('block', 'block', 'allow')} priority ${oneOf('0', '10', '20')}`,
    { minLength: 1, maxLength: 3 },
  )
  .map((lines) => change('ipsec policy', ...lines))
