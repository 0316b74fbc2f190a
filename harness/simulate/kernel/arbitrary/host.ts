import fc from 'fast-check'
import type { BaseHost, Change, HostSpec } from '../host-spec.ts'
import { oddAddresses, oddLinks, oddNeighbours } from './links.ts'
import { oddNft } from './nft.ts'
import { mixed, oneOf } from './pools.ts'
import { ipsecPolicies, oddRoutes, oddRules } from './routing.ts'
import { oddSettings } from './settings.ts'
import { oddXtables } from './xtables.ts'

const base: fc.Arbitrary<BaseHost> = fc.record({
  rules: mixed<string>(
    [4, fc.constant('nft')],
    [3, fc.constant('legacy')],
    [3, fc.constant('native')],
    [1, fc.constant('none')],
  ) as fc.Arbitrary<BaseHost['rules']>,
  forwardPolicy: oneOf('DROP', 'ACCEPT') as fc.Arbitrary<'DROP' | 'ACCEPT'>,
  masquerade: mixed<boolean>([9, fc.constant(true)], [1, fc.constant(false)]),
  proxy: fc.boolean(),
  rpFilter: fc.constantFrom(2 as const, 1 as const, 0 as const),
  bridged: mixed<boolean>([3, fc.constant(true)], [1, fc.constant(false)]),
  ipv6: mixed<boolean>([9, fc.constant(false)], [1, fc.constant(true)]),
})

const change: fc.Arbitrary<Change> = mixed<Change>(
  [10, oddNft],
  [8, oddXtables],
  [4, oddRoutes],
  [1, ipsecPolicies],
  [6, oddRules],
  [4, oddSettings],
  [3, oddLinks],
  [2, oddAddresses],
  [1, oddNeighbours],
)

/** A plausible container host with up to five odd changes. */
export const hostSpec: fc.Arbitrary<HostSpec> = fc.record({
  base,
  changes: fc.array(change, { maxLength: 5, size: 'max' }),
  collect: oneOf('before', 'after') as fc.Arbitrary<HostSpec['collect']>,
})
