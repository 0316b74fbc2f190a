import fc from 'fast-check'
import { addresses } from '../host-spec.ts'
import { anyDevice, device, mark, mixed, oneOf, port, prefix, protocol, service, text } from './pools.ts'

const several = (one: fc.Arbitrary<string>, most = 3): fc.Arbitrary<string> =>
  fc.uniqueArray(one, { minLength: 1, maxLength: most }).map((all) => `{ ${all.join(', ')} }`)
const not = mixed<string>([3, fc.constant('')], [1, fc.constant('!= ')])
const addressSet = several(
  oneOf(addresses.c1, addresses.c2, addresses.c3, addresses.outside, addresses.host, addresses.gateway),
)
const prefixSet = several(
  oneOf('172.17.0.0/16', '172.18.0.0/16', '203.0.113.0/24', '192.0.2.0/25', '10.0.0.0/8', '172.19.0.1-172.19.0.9'),
  3,
)
const deviceSet = several(oneOf('"docker0"', '"wan0"', '"br-a"', '"lo"'))
const quoted = (name: fc.Arbitrary<string>): fc.Arbitrary<string> => text`"${name}"`

/** The input or output device by name, where a hook knows it. */
const devices = (keys: string[]): fc.Arbitrary<string>[] =>
  keys.length === 0
    ? []
    : [
        text`${oneOf(...keys)} ${not}${quoted(anyDevice)}`,
        text`${oneOf(...keys)} ${not}${deviceSet}`,
        text`${oneOf(...keys)} ${oneOf('"docker*"', '"br-*"', '"v*"', '!= "br-*"', '{ "docker*", "br-*" }')}`,
        text`${oneOf(...keys.map((key) => key.replace('name', '')))} ${not}${device}`,
      ]

const knownDevices: Record<string, string[]> = {
  prerouting: ['iifname'],
  input: ['iifname'],
  forward: ['iifname', 'oifname'],
  output: ['oifname'],
  postrouting: ['oifname'],
  ingress: [],
}

const addressesOf4 = [
  text`ip ${oneOf('saddr', 'daddr')} ${not}${prefix}`,
  text`ip ${oneOf('saddr', 'daddr')} ${not}${addressSet}`,
  text`ip ${oneOf('saddr', 'daddr')} ${not}${prefixSet}`,
  text`ip ${oneOf('saddr', 'daddr')} ${not}${oneOf('172.17.0.2-172.17.0.9', '203.0.113.1-203.0.113.10', '203.0.113.11-203.0.113.99', '172.16.0.0-172.17.0.2')}`,
  text`ip saddr . ip daddr { ${prefix} . ${prefix} }`,
  text`ip daddr . ${oneOf('tcp', 'udp')} dport ${not}{ ${oneOf(addresses.c1, addresses.outside, addresses.host)} . ${service} }`,
  text`ip saddr & 255.255.0.0 ${not}${oneOf('172.17.0.0', '172.18.0.0', '203.0.0.0')}`,
]
const transport = [
  text`${oneOf('tcp', 'udp')} dport ${not}${service}`,
  text`tcp dport ${oneOf('{ 80, 9000 }', '{ 8080-9000 }', '80-89', '!= 1-79', '{ 22, 443, 9001-65535 }', '!= { 80, 22 }', '> 1024', '< 81', '>= 9000', '<= 79')}`,
  text`tcp sport ${oneOf('1024-65535', '80', '9000', '!= 80', '{ 80, 8080 }')}`,
  text`th dport ${not}${service}`,
  text`ip protocol ${not}${protocol}`,
  text`meta l4proto ${not}${protocol}`,
  text`meta l4proto { ${protocol}, udp }`,
  text`icmp type ${oneOf('echo-request', 'echo-reply', '{ echo-request, echo-reply }', '!= echo-request', 'destination-unreachable')}`,
  text`tcp flags ${oneOf('syn', '& (syn|ack) == syn', '& (fin|syn|rst|ack) == syn', '& (syn|ack) == syn|ack', 'syn / syn,ack', '!= syn')}`,
]
const tracked = [
  text`ct state ${not}${oneOf('new', 'established', 'established,related', 'related', 'invalid', '{ new, established }')}`,
  text`ct state ${oneOf('established,related,new', 'untracked', 'invalid,new')}`,
  text`ct status ${not}${oneOf('dnat', 'snat', 'confirmed', 'assured', 'seen-reply')}`,
  text`ct direction ${oneOf('original', 'reply')}`,
  text`ct original ip daddr ${not}${address4()}`,
  text`meta l4proto tcp ct original proto-dst ${not}${service}`,
]
const marks = [
  text`meta mark ${not}${mark}`,
  text`meta mark & ${mark} ${oneOf('==', '!=')} ${mark}`,
  text`ct mark ${not}${mark}`,
]
const rest = [
  text`meta length ${oneOf('> 100', '< 100', '>= 1500', '1-99', '!= 60-84')}`,
  text`meta pkttype ${not}${oneOf('host', 'unicast', 'broadcast', 'multicast')}`,
  text`ip ttl ${oneOf('64', '63', '< 64', '> 63')}`,
  text`ip version 4`,
  text`ip length ${oneOf('> 100', '< 85')}`,
]

function address4(): fc.Arbitrary<string> {
  return oneOf(addresses.host, addresses.outside, addresses.c1, '127.0.0.1')
}

const fib = (hook: string): fc.Arbitrary<string>[] =>
  hook === 'ingress'
    ? []
    : [
        ...(hook === 'postrouting' || hook === 'output'
          ? []
          : [text`fib daddr type ${not}${oneOf('local', 'unicast', 'broadcast')}`]),
        text`fib ${oneOf('daddr', 'saddr')} type ${not}${oneOf('local', 'unicast')}`,
        ...(['prerouting', 'input', 'forward'].includes(hook)
          ? [text`fib saddr . iif oif ${oneOf('missing', 'exists')}`, text`fib saddr oif ${oneOf('missing', 'exists')}`]
          : []),
      ]

const any = (weight: number, all: fc.Arbitrary<string>[]): [number, fc.Arbitrary<string>][] =>
  all.length === 0 ? [] : [[weight, fc.oneof(...all)]]

/** One condition of a rule at a hook, in a family that sees IPv4. */
export function condition(family: string, hook: string): fc.Arbitrary<string> {
  const early = hook === 'ingress'
  return mixed<string>(
    ...any(6, devices(knownDevices[hook] ?? [])),
    ...any(7, addressesOf4),
    ...any(5, transport),
    ...any(early ? 0 : 4, early ? [] : tracked),
    ...any(2, marks.slice(0, early ? 2 : 3)),
    ...any(1, rest.slice(0, early ? 1 : rest.length)),
    ...any(2, fib(hook)),
    ...any(family === 'inet' ? 1 : 0, family === 'inet' ? [text`meta nfproto ${oneOf('ipv4', 'ipv6')}`] : []),
  )
}

/** The same in the bridge family, whose devices are ports. */
export function bridgeCondition(hook: string): fc.Arbitrary<string> {
  const keys =
    hook === 'forward'
      ? ['iifname', 'oifname']
      : hook === 'output' || hook === 'postrouting'
        ? ['oifname']
        : ['iifname']
  return mixed<string>(
    [4, text`${oneOf(...keys)} ${not}${quoted(port)}`],
    [3, text`ether type ${not}${oneOf('ip', 'arp', '0x88cc')}`],
    [4, fc.oneof(...addressesOf4.slice(0, 4))],
    [3, fc.oneof(...transport)],
    [1, text`meta pkttype ${oneOf('broadcast', 'host', 'multicast')}`],
    [1, text`meta protocol ${not}${oneOf('ip', 'arp', 'ip6')}`],
    [1, text`arp ${oneOf('saddr', 'daddr')} ip ${not}${prefix}`],
    [
      1,
      text`ether ${oneOf('saddr', 'daddr')} ${oneOf('02:00:00:00:00:99', '!= 02:00:00:00:00:99', 'ff:ff:ff:ff:ff:ff')}`,
    ],
  )
}

/** The same in the arp family. */
export const arpCondition: fc.Arbitrary<string> = mixed<string>(
  [3, text`arp ${oneOf('saddr', 'daddr')} ip ${not}${prefix}`],
  [1, text`arp htype ${oneOf('1', '6')}`],
  [1, text`arp plen ${oneOf('4', '16')}`],
  [2, text`${oneOf('iifname', 'oifname')} ${not}${quoted(device)}`],
)
