import { readFileSync } from 'node:fs'
import { type Packet, packetOf } from '../packet.ts'
import type { Context, Operation } from './compiled.ts'
import { type Truth, unknown } from './truth.ts'
import type { HostView } from './types.ts'

// The host that the kernel's answers were recorded on: a container 10.9.0.2 behind the bridge br0, the outside 10.8.0.2
// behind up0; the host has the first address of each.
const own = ['10.9.0.1', '10.8.0.1', '127.0.0.1']
const deviceTo = (address: string): string =>
  address.startsWith('10.9.') ? 'br0' : address.startsWith('10.8.') ? 'up0' : 'lo'

/** That host's view of itself. */
export const host: HostView = {
  isLocal: (address, device) => own.includes(address) && (device === undefined || device === deviceTo(address)),
  addressType: (address) => (own.includes(address) ? 'local' : 'unicast'),
  routeDevice: ({ destination }) => (own.includes(destination) ? 'lo' : deviceTo(destination)),
  addressOf: (device) => ({ br0: '10.9.0.1', up0: '10.8.0.1', lo: '127.0.0.1' })[device],
  conntrackCount: 5,
  primaryMark: 0,
}

export const links = new Map([
  ['br0', { kind: 'bridge' }],
  ['up0', { kind: 'veth' }],
  ['lo', { kind: '' }],
])

const container = { source: '10.9.0.2', sourcePort: 40000, input: 'br0' }
const outside = { source: '10.8.0.2', sourcePort: 40000, input: 'up0' }
const answer = { state: 'established', direction: 'reply', flags: 'syn-ack', destinationPort: 40000 } as const
const udp = { protocol: 'udp', length: 28, destinationPort: 80 } as const
const called = { originalSource: '10.8.0.2', originalDestination: '10.8.0.1', originalDestinationPort: 8080 }

/** The packets that were sent, as the rules saw them at their hook. `early`: before conntrack. */
export const packets: Record<string, { packet: Packet; hook: Context['hook']; early?: boolean; late?: boolean }> = {
  'forward-syn': {
    packet: packetOf({ ...container, destination: '10.8.0.2', destinationPort: 80, output: 'up0' }),
    hook: 'forward',
  },
  'forward-answer': {
    packet: packetOf({
      ...answer,
      source: '10.8.0.2',
      sourcePort: 80,
      destination: '10.9.0.2',
      input: 'up0',
      output: 'br0',
      originalSource: '10.9.0.2',
      originalDestination: '10.8.0.2',
      originalDestinationPort: 80,
    }),
    hook: 'forward',
  },
  'raw-syn': {
    packet: packetOf({ ...container, destination: '10.8.0.2', destinationPort: 80 }),
    hook: 'prerouting',
    early: true,
  },
  'input-udp': {
    packet: packetOf({ ...container, ...udp, dontFragment: true, destination: '10.9.0.1' }),
    hook: 'input',
  },
  'output-udp': {
    packet: packetOf({
      ...udp,
      source: '10.8.0.1',
      destination: '10.8.0.2',
      dontFragment: true,
      output: 'up0',
      local: true,
    }),
    hook: 'output',
  },
  'loop-syn': {
    packet: packetOf({
      source: '127.0.0.1',
      destination: '127.0.0.1',
      destinationPort: 80,
      input: 'lo',
      tracked: true,
    }),
    hook: 'prerouting',
  },
  ping: {
    packet: packetOf({
      ...container,
      protocol: 'icmp',
      destination: '10.8.0.2',
      sourcePort: 0,
      dontFragment: true,
      output: 'up0',
    }),
    hook: 'forward',
  },
  published: {
    packet: packetOf({
      ...outside,
      ...called,
      destination: '10.9.0.2',
      destinationPort: 80,
      output: 'br0',
      dnat: true,
    }),
    hook: 'forward',
  },
  'published-answer': {
    packet: packetOf({
      ...answer,
      ...called,
      source: '10.9.0.2',
      sourcePort: 80,
      destination: '10.8.0.2',
      input: 'br0',
      output: 'up0',
      dnat: true,
    }),
    hook: 'forward',
  },
  masqueraded: {
    packet: packetOf({
      ...container,
      source: '10.8.0.1',
      originalSource: '10.9.0.2',
      destination: '10.8.0.2',
      destinationPort: 80,
      output: 'up0',
      snat: true,
    }),
    hook: 'postrouting',
    late: true,
  },
}

/** The kernel's answers in a file: each rule's text, the rest of its line, and one answer a packet. */
export function kernelTruth(file: string): {
  rules: { text: string; rest: string; answers: string }[]
  tail: string[]
} {
  const lines = readFileSync(new URL(file, import.meta.url), 'utf8')
    .trim()
    .split('\n')
  const rules = lines.flatMap((line) => {
    const [answers = '', text = '', rest = ''] = line.split('\t')
    return /^[01-]{10}$/.test(answers) ? [{ text, rest, answers }] : []
  })
  const last = lines.findLastIndex((line) => line.startsWith('#'))
  return { rules, tail: lines.slice(last + 1) }
}

/** Whether a rule's conditions hold for a packet. */
export function met(operations: readonly Operation[], context: Context): Truth {
  let truth: Truth = true
  for (const operation of operations) {
    if (operation.does === 'test') {
      const each = operation.test(context)
      if (each === false) return false
      if (each !== true) truth = each
    } else if (operation.does === 'choose') {
      const chosen = operation.choose(context)
      if (!Array.isArray(chosen)) return chosen.why
      if (chosen.length === 0) return false
    } else if (operation.does !== 'change') return unknown('other', operation.does, 'it ends')
  }
  return truth
}
