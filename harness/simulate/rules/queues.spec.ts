import { expect } from 'chai'
import type { Facts } from '../../evidence/facts.ts'
import { ends, healthy, withChain } from '../walk/healthy-host.spec-data.ts'

const egress = 'probe-default on bridge to the outside, TCP'
const from = { match: { op: '==', left: { meta: { key: 'iifname' } }, right: 'docker0' } }
/** A host with these queues read; without any, which are read is not known. */
const withReaders = ({ packetQueues: _, ...facts }: Facts, packetQueues?: number[]): Facts =>
  packetQueues ? { ...facts, packetQueues } : facts
const native = (queue: object | null, packetQueues?: number[]): Facts =>
  withReaders(withChain({}, [from, { queue }]), packetQueues)
const saved = (words: string, packetQueues?: number[]): Facts => {
  const rule = `-A FORWARD -i docker0 -j NFQUEUE ${words}`
  const legacy = {
    chains: [{ table: 'filter', chain: 'FORWARD', policy: 'ACCEPT' }],
    rules: [{ table: 'filter', chain: 'FORWARD', text: rule }],
  }
  return withReaders({ ...healthy, xtables: { ...healthy.xtables, legacy } as Facts['xtables'] }, packetQueues)
}
const dies = 'dies out forward dropped'
const unclear = 'unclear out forward dropped'

describe('a rule that hands packets to a program', () => {
  for (const [what, facts, end] of [
    ['of nft, where the program runs', native({ num: 3 }, [3]), unclear],
    ['of nft, where none reads its queue', native({ num: 3 }, [4]), dies],
    ['of nft, for the queue 0', native({}, []), dies],
    ['of nft, that lets packets pass then', native({ num: 3, flags: ['bypass'] }, []), 'passes'],
    ['of nft, with one flag', native({ num: 3, flags: 'bypass' }, []), 'passes'],
    ['of nft, with several queues', native({ num: { range: [0, 3] }, flags: ['fanout'] }, [2]), unclear],
    ['of nft, with several queues that nobody reads', native({ num: { range: [0, 3] } }, [4]), dies],
    ['of nft, with a queue by the packet', native({ num: { jhash: {} } }, []), unclear],
    ['of nft, where the readers are not known', native({ num: 3 }), unclear],
    ['of iptables, where the program runs', saved('--queue-num 1', [1]), unclear],
    ['of iptables, where none reads its queue', saved('--queue-num 1', []), dies],
    ['of iptables, that lets packets pass then', saved('--queue-num 1 --queue-bypass', []), 'passes'],
    ['of iptables, with several queues', saved('--queue-balance 0:3', [2]), unclear],
    ['of iptables, with several queues that nobody reads', saved('--queue-balance 0:3', [7]), dies],
    ['of iptables, where the readers are not known', saved('--queue-num 1'), unclear],
  ] as const)
    it(`is one ${what}`, () => expect(ends(facts, egress)).to.deep.equal([end]))
})
