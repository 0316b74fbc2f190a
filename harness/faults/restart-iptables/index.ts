import type { Fault } from '../fault.ts'
import { diagnose } from './diagnose.ts'
import { fixes } from './fixes.ts'
import { inject, type Params, params, trigger } from './inject.ts'

/** 001: a restart of iptables.service takes Docker's rules away. */
export const restartIptables: Fault<Params> = {
  kind: 'restart-iptables',
  params,
  inject,
  trigger,
  detectors: { 'rules-flushed': diagnose },
  fixes,
  well: {
    'rules-flushed': ({ docker, iptables, ruleset, nft }) =>
      docker.server !== '' &&
      iptables.listed &&
      [...ruleset.chains, ...nft.map(({ name }) => ({ chain: name }))].some(({ chain }) => chain === 'DOCKER')
        ? 'Docker’s chains stand, and the tables lead into them'
        : undefined,
  },
}
