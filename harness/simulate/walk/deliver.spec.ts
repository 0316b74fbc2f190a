import { expect } from 'chai'
import type { Listener } from '../../evidence/facts.ts'
import { takes } from './deliver.ts'

const at = (address: string): Listener[] => [
  { protocol: 'tcp', family: address.includes(':') ? 6 : 4, address, port: 80, program: 'web', pid: 1 },
]

describe('a listening program', () => {
  const rows: [listens: string, sent: string, taken: boolean][] = [
    ['0.0.0.0', '172.17.0.1', true],
    ['0.0.0.0', '::1', false],
    ['0.0.0.0', 'fd00::1', false],
    ['::', 'fd00::1', true],
    ['::', '172.17.0.1', true],
    ['127.0.0.1', '127.0.0.1', true],
    ['127.0.0.1', '172.17.0.1', false],
    ['::1', '127.0.0.1', false],
  ]
  for (const [listens, sent, taken] of rows)
    it(`at ${listens} ${taken ? 'takes' : 'does not take'} what is sent to ${sent}`, () => {
      expect(takes(at(listens), sent, 80, 'tcp')).to.equal(taken)
      expect(takes(at(listens), sent, 81, 'tcp')).to.equal(false)
    })
})
