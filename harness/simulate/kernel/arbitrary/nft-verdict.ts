import fc from 'fast-check'
import { addresses } from '../host-spec.ts'
import { mark, mixed, oneOf, service, text } from './pools.ts'

/** The kind of a base chain. */
export interface Shape {
  family: string
  type: 'filter' | 'nat' | 'route'
  hook: string
}

const translations = ({ hook }: Shape): fc.Arbitrary<string> => {
  const target = oneOf(addresses.c1, addresses.c3, addresses.outside, addresses.host, '198.51.100.7')
  if (hook === 'prerouting' || hook === 'output')
    return mixed<string>(
      [3, text`dnat ip to ${target}`],
      [3, text`meta l4proto { tcp, udp } dnat ip to ${target}:${service}`],
      [2, text`meta l4proto tcp redirect to :${service}`],
      [1, fc.constant('redirect')],
    )
  return mixed<string>(
    [hook === 'postrouting' ? 5 : 0, fc.constant('masquerade')],
    [3, text`snat ip to ${oneOf(addresses.host, addresses.docker0, '198.51.100.7', '192.0.2.77')}`],
  )
}

const end = mixed<string>([5, fc.constant('drop')], [3, fc.constant('accept')])

/** What a rule of such a chain may do to a matching packet. */
export const verdictOf = (own: Shape): fc.Arbitrary<string> => {
  const ipFilter = own.type === 'filter' && (own.family === 'ip' || own.family === 'inet') && own.hook !== 'ingress'
  return mixed<string>(
    [own.type === 'nat' ? 2 : 8, end],
    [own.type === 'nat' ? 8 : 0, translations(own)],
    [
      ipFilter && ['input', 'forward', 'output'].includes(own.hook) ? 2 : 0,
      oneOf('reject', 'reject with tcp reset', 'reject with icmp host-prohibited').map((each) =>
        each.includes('tcp') ? `meta l4proto tcp ${each}` : each,
      ),
    ],
    [2, oneOf('jump side', 'goto side')],
    [1, fc.constant('return')],
    [1, oneOf('counter', 'counter drop', 'log prefix "x"', 'continue')],
    [own.family === 'arp' || own.family === 'netdev' ? 0 : 1, text`meta mark set ${mark}`],
    [ipFilter ? 1 : 0, oneOf('ct mark set meta mark', 'meta mark set ct mark', 'ct mark set 0x1')],
    [ipFilter && ['prerouting', 'output'].includes(own.hook) ? 1 : 0, fc.constant('notrack')],
    [
      ipFilter && ['prerouting', 'output'].includes(own.hook) ? 1 : 0,
      oneOf('ct zone set 5', 'ct original zone set 5', 'ct reply zone set 5'),
    ],
    [ipFilter ? 1 : 0, oneOf('ip ttl set 1', 'ip ttl set 2', 'ip ttl set 64')],
    [ipFilter ? 1 : 0, oneOf('limit rate 100/second accept', 'limit rate over 1000/second drop')],
  )
}

/** A rule with a verdict map. */
export const vmapOf = (own: Shape): fc.Arbitrary<string> => {
  const where = own.hook === 'output' || own.hook === 'postrouting' ? 'oifname' : 'iifname'
  const verdict = oneOf('drop', 'accept', 'jump side', 'goto side', 'return')
  const ip = own.family !== 'arp'
  const names =
    own.hook === 'ingress' || own.family === 'arp'
      ? []
      : [
          text`${fc.constant(where)} vmap { "docker0" : ${verdict}, "br-a" : ${verdict}, "wan0" : ${verdict} }`,
          text`${fc.constant(where)} vmap @verdicts`,
        ]
  const all = [
    ...names,
    ...(ip
      ? [
          text`ip ${oneOf('saddr', 'daddr')} vmap { 172.17.0.0/16 : ${verdict}, 172.18.0.2-172.18.0.9 : ${verdict}, 203.0.113.10 : ${verdict} }`,
          text`meta l4proto vmap { tcp : ${verdict}, udp : ${verdict}, icmp : ${verdict} }`,
          text`ip daddr . tcp dport vmap { ${oneOf(addresses.c1, addresses.outside)} . ${service} : ${verdict} }`,
          text`tcp dport vmap { 1-79 : ${verdict}, 80-8079 : ${verdict}, 8081-9000 : ${verdict} }`,
        ]
      : [text`arp operation vmap { request : ${verdict}, reply : ${verdict} }`]),
    ...(own.family === 'ip' || own.family === 'inet'
      ? [text`ct state vmap { new : ${verdict}, established : ${verdict}, invalid : drop }`]
      : []),
  ]
  return fc.oneof(...all)
}
