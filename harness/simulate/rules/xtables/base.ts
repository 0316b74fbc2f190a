import { addressNumber, type Interval, prefixInterval } from '../addresses.ts'
import type { Context, Operation, Test } from '../compiled.ts'
import { inputOf, outputOf, protocolNumber } from '../packet-view.ts'
import type { Options } from './options.ts'
import { protocolOf } from './protocol.ts'

/** The conditions that any rule may have: interfaces, addresses, protocol, fragments. Cheap ones come first. */
export function baseTests(options: Options): Operation[] {
  const interfaces = [...ofInterface(options, '-i', 'input'), ...ofInterface(options, '-o', 'output')]
  const others = [
    ...options.test('-p', protocolTest),
    ...options.test('-s', (list) => addressTest(list, 'source')),
    ...options.test('-d', (list) => addressTest(list, 'destination')),
    // No simulated packet is a later fragment.
    ...options.test('-f', () => () => false),
    ...options.rest(),
  ]
  return [...interfaces, ...others.map((test): Operation => ({ does: 'test', test }))]
}

function ofInterface(options: Options, flag: '-i' | '-o', side: 'input' | 'output'): Operation[] {
  let only: string | undefined
  const tests = options.test(flag, (name, negated) => {
    if (!negated && !name.endsWith('+')) only = name
    return interfaceTest(name, side === 'input' ? inputOf : outputOf)
  })
  return tests.map((test) => ({ does: 'test', test, interface: side, ...(only !== undefined && { only }) }))
}

/** `eth0`, or `docker+` for all names with that prefix. */
export function interfaceTest(name: string, read: (context: Context) => string): Test {
  if (!name.endsWith('+')) return (context) => read(context) === name
  const beginning = name.slice(0, -1)
  return (context) => read(context).startsWith(beginning)
}

function protocolTest(text: string): Test | undefined {
  if (text === 'all' || text === '0') return () => true
  const wanted = protocolOf(text)
  return wanted === undefined ? undefined : ({ packet }) => protocolNumber(packet) === wanted
}

function addressTest(list: string, side: 'source' | 'destination'): Test | undefined {
  const tests = list.split(',').map((each) => oneAddress(each, side))
  if (tests.includes(undefined)) return undefined
  return tests.length === 1 ? tests[0] : (context) => tests.some((test) => test!(context) === true)
}

function oneAddress(text: string, side: 'source' | 'destination'): Test | undefined {
  const [address = '', mask] = text.split('/')
  const base = addressNumber(address)
  if (base === undefined) return undefined
  const bits = mask === undefined || /^\d+$/.test(mask) ? undefined : addressNumber(mask)
  if (bits !== undefined) {
    // A mask of any bits, as `1.2.0.4/255.255.0.255`.
    return ({ packet }) => {
      const own = addressNumber(packet[side])
      return (
        own !== undefined &&
        typeof own === typeof base &&
        (BigInt(own) & BigInt(bits)) === (BigInt(base) & BigInt(bits))
      )
    }
  }
  const length = mask === undefined ? (typeof base === 'number' ? 32 : 128) : Number(mask)
  const interval = prefixInterval(address, length)
  return interval && ((context) => within(context.packet[side], interval))
}

/** Whether an address lies in an interval of its own family. */
export function within(address: string, { low, high }: Interval): boolean {
  const own = addressNumber(address)
  return own !== undefined && typeof own === typeof low && own >= low && own <= high
}
