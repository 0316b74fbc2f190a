import { planted } from '../../planted.ts'
import { addressNumber, addressText, prefixInterval } from '../addresses.ts'
import { type Context, end, type Operation, type Outcome, type Translate } from '../compiled.ts'
import { masquerade, netmap, redirect, scarce, type Target, toDestination, toSource } from '../translate.ts'
import { isUnknown, unknown } from '../truth.ts'
import { expressionOf } from './expression.ts'
import { absent, type Reading } from './reading.ts'
import type { Scope } from './scope.ts'

type Json = Record<string, unknown>

/** The effect of `dnat`, `snat`, `redirect` or `masquerade`; undefined where it cannot be read. */
export function natOperation(word: string, json: unknown, scope: Scope): Operation | undefined {
  const { addr, port, flags, family } = (json ?? {}) as Json
  if (word === 'masquerade') {
    if (planted.has('masquerade')) return end({ to: 'accept' })
    return translation(masquerade, undefined, port === undefined ? undefined : portsOf(port))
  }
  if (word === 'redirect') {
    const ports = port === undefined ? undefined : portsOf(port)
    return port !== undefined && !ports ? undefined : translation(redirect(ports))
  }
  const side = word === 'dnat' ? 'destination' : 'source'
  if (flags === 'netmap' || (Array.isArray(flags) && flags.includes('netmap')))
    return netmapOperation(addr, side, scope)
  const make = side === 'destination' ? toDestination : toSource
  const target = targetOf(addr, port)
  const only = family === undefined ? undefined : family === 'ip6' ? 6 : 4
  if (target) return translation(make(target), only, side === 'source' ? target.ports : undefined)
  return dynamic(addr, port, make, scope)
}

const translation = (translate: Translate, only?: 4 | 6, sourcePorts?: readonly [number, number]): Operation => {
  const outcome: Outcome = { to: 'translate', translate, ...scarce(sourcePorts) }
  if (only === undefined) return end(outcome)
  return { does: 'choose', choose: ({ packet }) => (packet.family === only ? [outcome] : []) }
}

function targetOf(addr: unknown, port: unknown): Target | undefined {
  const addresses = addr === undefined ? undefined : rangeOf(addr)
  const ports = port === undefined ? undefined : portsOf(port)
  if ((addr !== undefined && !addresses) || (port !== undefined && !ports)) return undefined
  return { ...(addresses && { addresses }), ...(ports && { ports }) }
}

function rangeOf(json: unknown): [string, string] | undefined {
  const { range, prefix } = (json ?? {}) as { range?: unknown; prefix?: { addr?: unknown; len?: unknown } }
  const interval = prefix && prefixInterval(String(prefix.addr), Number(prefix.len))
  if (interval) return [addressText(interval.low), addressText(interval.high)]
  const [low, high] = Array.isArray(range) ? range : [json, json]
  const whole = typeof low === 'string' && typeof high === 'string' && addressNumber(low) !== undefined
  return whole ? [low, high as string] : undefined
}

function portsOf(json: unknown): [number, number] | undefined {
  const { range } = (json ?? {}) as { range?: unknown }
  const [low, high] = Array.isArray(range) ? range : [json, json]
  return typeof low === 'number' && typeof high === 'number' ? [low, high] : undefined
}

/** The target comes from a map, or by chance. */
function dynamic(addr: unknown, port: unknown, make: (target: Target) => Translate, scope: Scope): Operation {
  const [address, ports] = [addr, port].map((json) =>
    json === undefined || typeof json === 'number' ? undefined : expressionOf(json, scope),
  )
  const choose = (context: Context) => {
    const whole = address?.read(context)
    const target = readTarget(whole, ports?.read(context) ?? (typeof port === 'number' ? port : undefined))
    if (target === 'absent') return []
    const why = unknown('other', `target ${scope.id}`, 'The address that this rule translates to is not known.')
    if (target === undefined) return [open(whole !== undefined && isUnknown(whole) ? whole : why)]
    return [{ to: 'translate', translate: make(target) } as Outcome]
  }
  return { does: 'choose', choose }
}

const open = (why: ReturnType<typeof unknown>): Outcome => ({ to: 'open', as: 'drop', goesOn: 'accept', why })

function readTarget(address: Reading | undefined, port: Reading | undefined): Target | undefined | 'absent' {
  const [first, second = port] = Array.isArray(address) ? address : [address]
  if (first === absent || second === absent) return 'absent'
  if (first !== undefined && typeof first !== 'string') return undefined
  if (second !== undefined && typeof second !== 'number') return undefined
  return {
    ...(first !== undefined && { addresses: [first, first] as const }),
    ...(second !== undefined && { ports: [second, second] as const }),
  }
}

/** `snat ip prefix to ip saddr map { 10.0.0.0/24 : 10.1.0.0/24 }`. */
function netmapOperation(addr: unknown, side: 'source' | 'destination', scope: Scope): Operation | undefined {
  const map = (addr as { map?: { key?: unknown; data?: unknown } } | null)?.map
  const data = (map?.data as { set?: unknown } | undefined)?.set
  if (!Array.isArray(data)) return undefined
  const entries = data.flatMap((entry) => {
    const [from, to] = Array.isArray(entry) ? entry.map(rangeOf) : []
    return from && to ? [{ from: from.map(addressNumber), to: to.map(addressNumber) }] : []
  })
  if (entries.length !== data.length) return undefined
  const key = expressionOf(map?.key, scope)
  return {
    does: 'choose',
    choose: (context) => {
      const value = key.read(context)
      const found = entries.find(({ from }) => (value as number) >= from[0]! && (value as number) <= from[1]!)
      if (!found || (typeof value !== 'number' && typeof value !== 'bigint')) return []
      return [{ to: 'translate', translate: netmap(found.to[0]!, found.to[1]!, side) }]
    },
  }
}
