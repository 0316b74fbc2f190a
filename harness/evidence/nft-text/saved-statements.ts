type Json = Record<string, unknown>

/** A statement of nft in the words of iptables-save; undefined where iptables has no such target. */
export function statementWords(word: string, value: Json | null, family: 'ip' | 'ip6'): string[] | undefined {
  if (word === 'accept' || word === 'drop' || word === 'return') return ['-j', word.toUpperCase()]
  if (word === 'jump') return ['-j', String(value?.target)]
  if (word === 'goto') return ['-g', String(value?.target)]
  if (word === 'masquerade') return ['-j', 'MASQUERADE', ...ports('--to-ports', value)]
  if (word === 'redirect') return ['-j', 'REDIRECT', ...ports('--to-ports', value)]
  if (word === 'dnat' || word === 'snat') return translationWords(word, value ?? {}, family)
  if (word === 'reject') return rejectWords(value, family)
  if (word === 'log')
    return ['-j', 'LOG', ...(value?.prefix === undefined ? [] : ['--log-prefix', `"${value.prefix}"`])]
  if (word === 'notrack') return ['-j', 'CT', '--notrack']
  if (word === 'limit' && value && value.inv !== true && value.rate_unit === undefined)
    return ['-m', 'limit', '--limit', `${value.rate}/${units[String(value.per)] ?? value.per}`, ...burst(value.burst)]
  if (word === 'mangle') return markWords(value)
  if (word === 'queue') return queueWords(value ?? {})
  if (word === 'xt' && value) return extensionWords(value)
  return undefined
}

const units: Readonly<Record<string, string>> = { second: 'sec', minute: 'min' }
const burst = (value: unknown): string[] =>
  typeof value === 'number' && value !== 5 ? ['--limit-burst', `${value}`] : []

/** What nft only names. */
const extensionWords = ({ type, name }: Json): string[] | undefined => {
  if (type === 'match') return ['-m', String(name), '--not-listed']
  return name === 'MASQUERADE' || name === 'LOG' || name === 'CHECKSUM' ? ['-j', name] : undefined
}

function translationWords(word: 'dnat' | 'snat', { addr, port }: Json, family: 'ip' | 'ip6'): string[] | undefined {
  const range = (addr as { range?: string[] } | undefined)?.range
  if (addr !== undefined && !range && typeof addr !== 'string') return undefined
  const end = portText(port)?.replace(':', '-')
  const address = range ? range.join('-') : ((addr as string | undefined) ?? '')
  const shown = family === 'ip6' && end !== undefined && address ? `[${address}]` : address
  const option = word === 'dnat' ? '--to-destination' : '--to-source'
  return ['-j', word.toUpperCase(), option, `${shown}${end === undefined ? '' : `:${end}`}`]
}

function rejectWords(value: Json | null, family: 'ip' | 'ip6'): string[] {
  if (value?.type === 'tcp reset') return ['-j', 'REJECT', '--reject-with', 'tcp-reset']
  const kind = family === 'ip6' ? 'icmp6' : 'icmp'
  return ['-j', 'REJECT', '--reject-with', `${kind}-${value?.expr ?? 'port-unreachable'}`]
}

function markWords(value: Json | null): string[] | undefined {
  const { key, value: set } = (value ?? {}) as { key?: Json; value?: unknown }
  if (key && 'tcp option' in key)
    return ['-j', 'TCPMSS', ...(typeof set === 'number' ? ['--set-mss', `${set}`] : ['--clamp-mss-to-pmtu'])]
  const meta = (key?.meta as Json | undefined)?.key
  return meta === 'mark' && typeof set === 'number'
    ? ['-j', 'MARK', '--set-xmark', `${hex(set)}/0xffffffff`]
    : undefined
}

function queueWords({ num = 0, flags = [] }: Json): string[] | undefined {
  const numbers = portText(num)
  if (numbers === undefined) return undefined
  const has = (flag: string): boolean => [flags].flat().includes(flag)
  return [
    '-j',
    'NFQUEUE',
    numbers.includes(':') ? '--queue-balance' : '--queue-num',
    numbers,
    ...(has('bypass') ? ['--queue-bypass'] : []),
    ...(has('fanout') ? ['--queue-cpu-fanout'] : []),
  ]
}

const ports = (option: string, value: Json | null): string[] => {
  const port = portText(value?.port)?.replace(':', '-')
  return port === undefined ? [] : [option, port]
}

/** A number or a range of numbers, such as of ports: `80`, `80:90`. */
export function portText(value: unknown): string | undefined {
  const range = (value as { range?: number[] } | null)?.range
  return range ? range.join(':') : typeof value === 'number' ? String(value) : undefined
}

export const hex = (number: number): string => `0x${number.toString(16)}`
