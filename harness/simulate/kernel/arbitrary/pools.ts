import fc from 'fast-check'
import { addresses, ports } from '../host-spec.ts'

/** An entry of a list, simple ones first: a shrunk host has the first ones. */
export const oneOf = (...words: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...words)

export type Weighted<T> = readonly [weight: number, arbitrary: fc.Arbitrary<T>]

/** One of several, with these weights. */
export const mixed = <T>(...parts: readonly Weighted<T>[]): fc.Arbitrary<T> =>
  fc.oneof(...parts.map(([weight, arbitrary]) => ({ weight, arbitrary })))

/** Text from parts that are chosen one by one. */
export const text = (
  strings: TemplateStringsArray,
  ...parts: readonly fc.Arbitrary<string | number>[]
): fc.Arbitrary<string> =>
  fc
    .tuple(...parts)
    .map((values) => strings.reduce((whole, each, index) => `${whole}${values[index - 1] ?? ''}${each}`))

export const device = oneOf('docker0', 'wan0', 'br-a')
export const port = oneOf('v1', 'v2', 'v3', 'wan0')
export const bridge = oneOf('docker0', 'br-a')
export const anyDevice = mixed<string>([8, device], [2, port], [1, fc.constant('lo')])

/** An address that flows use. */
export const address = mixed<string>(
  [6, oneOf(addresses.c1, addresses.outside, addresses.host)],
  [3, oneOf(addresses.docker0, addresses.c2, addresses.c3, addresses.gateway, addresses.brA)],
  [1, oneOf('127.0.0.1', '192.0.2.77', '198.51.100.7')],
)

/** Prefixes that flows' addresses are in, or just beside. */
export const prefix = mixed<string>(
  [4, address],
  [4, oneOf('172.17.0.0/16', '172.18.0.0/16', '203.0.113.0/24', '192.0.2.0/24')],
  [
    2,
    oneOf(
      '172.16.0.0/12',
      '203.0.113.8/29',
      '172.17.0.0/30',
      '172.17.0.2/31',
      '203.0.113.0/28',
      '192.0.2.0/31',
      '0.0.0.0/1',
      '128.0.0.0/1',
    ),
  ],
  [1, oneOf('10.0.0.0/8', '198.51.100.0/24', '203.0.113.0/29', '203.0.113.12/30')],
)

export const service = mixed<string>(
  [5, oneOf(String(ports.service), String(ports.web), String(ports.first))],
  [1, oneOf(String(ports.second), '22', '8079')],
)
export const protocol = oneOf('tcp', 'udp', 'icmp')
export const mark = oneOf('0x1', '0x2', '0x100', '0x4000')
