import { planted } from '../../planted.ts'
import { addressNumber, prefixInterval } from '../addresses.ts'
import type { Outcome } from '../compiled.ts'
import { masquerade, netmap, redirect, scarce, type Target, toDestination, toSource } from '../translate.ts'
import { intervalOf } from './options.ts'
import type { Option } from './words.ts'

const argument = (options: readonly Option[], name: string): string | undefined =>
  options.find((option) => option.name === name)?.args[0]

/** The effect of a target in the table nat; undefined where its options cannot be read. */
export function natOutcome(name: string, options: readonly Option[]): Outcome | undefined {
  if (name === 'MASQUERADE')
    return planted.has('masquerade')
      ? { to: 'accept' }
      : { to: 'translate', translate: masquerade, ...scarce(portsOf(argument(options, '--to-ports') ?? '')) }
  if (name === 'REDIRECT') {
    const text = argument(options, '--to-ports')
    const ports = text === undefined ? undefined : portsOf(text)
    return text !== undefined && !ports ? undefined : { to: 'translate', translate: redirect(ports) }
  }
  if (name === 'NETMAP') return network(argument(options, '--to') ?? '')
  const target = targetOf(argument(options, name === 'DNAT' ? '--to-destination' : '--to-source') ?? '')
  if (!target) return undefined
  return name === 'DNAT'
    ? { to: 'translate', translate: toDestination(target) }
    : { to: 'translate', translate: toSource(target), ...scarce(target.ports) }
}

const portsOf = (text: string): [number, number] | undefined => intervalOf(text.split('/')[0]!, 65535, '-')

/** `10.0.0.1-10.0.0.9:80-90`, `[2001:db8::1]:80`, `:80`. */
function targetOf(text: string): Target | undefined {
  const found = /^(?:\[([^\]]+)\]|([^:]*)|(.*:.*:.*))(?::([\d-]+)(?:\/\d+)?)?$/.exec(text)
  if (!found) return undefined
  const address = found[1] ?? found[2] ?? found[3] ?? ''
  const [low = '', high = low] = address.split('-')
  if (address !== '' && (addressNumber(low) === undefined || addressNumber(high) === undefined)) return undefined
  const ports = found[4] === undefined ? undefined : portsOf(found[4])
  return { ...(address !== '' && { addresses: [low, high] as const }), ...(ports && { ports }) }
}

function network(text: string): Outcome | undefined {
  const [address = '', length] = text.split('/')
  const width = address.includes(':') ? 128 : 32
  const interval = prefixInterval(address, length === undefined ? width : Number(length))
  if (!interval) return undefined
  return {
    to: 'translate',
    translate: (context) => {
      const source = context.hook === 'postrouting' || context.hook === 'input'
      return netmap(interval.low, interval.high, source ? 'source' : 'destination')(context)
    },
  }
}
