type Json = Record<string, unknown>

const types = ['unicast', 'local', 'broadcast', 'multicast', 'anycast', 'throw', 'unreachable', 'prohibit', 'blackhole']
// Source: iproute2, ip/iproute.c, print_route.
const withWord = ['dev', 'table', 'proto', 'scope', 'src', 'from', 'tos', 'nhid', 'realm', 'realms', 'error', 'pref']
const times = ['expires', 'metrics', 'age', 'users', 'used']
const metrics = [
  'advmss',
  'window',
  'rtt',
  'rttvar',
  'rto_min',
  'ssthresh',
  'cwnd',
  'reordering',
  'hoplimit',
  'initcwnd',
]
const moreMetrics = ['initrwnd', 'quickack', 'congctl', 'features', 'fastopen_no_cookie', 'ttl-propagate']
const flags = ['onlink', 'linkdown', 'dead', 'pervasive', 'offload', 'offload_failed', 'trap', 'notify', 'rt_offload']
const moreFlags = ['rt_trap', 'rt_offload_failed', 'unresolved', 'cache']

/** The text of `ip route show table all` of one family as `-j` prints it. Throws where a word is not known. */
export const routesAsJson = (text: string): string => JSON.stringify(routeLines(text).map(readRoute))

/**
 * The lines of one family in a listing of both. `six`: the listing of IPv6 alone; without it the families are known by
 * their addresses only.
 */
export function routesOfFamily(text: string, family: 4 | 6, six = ''): string {
  const known = new Set(routeLines(six))
  const isSix = (line: string): boolean => known.has(line) || sixth.test(line.replace(/\bvia inet6 \S+/, ''))
  return routeLines(text)
    .filter((line) => isSix(line) === (family === 6))
    .join('\n')
}

const sixth = /^(?:\w+ )?[0-9a-f]*:[0-9a-f:]|\bvia [0-9a-f]*:[0-9a-f:]| pref (low|medium|high)| table unspec /

// The next hops of a route stand on lines of their own.
function routeLines(text: string): string[] {
  const lines: string[] = []
  for (const line of text.split('\n').filter((each) => each.trim() !== ''))
    if (/^\s+\S/.test(line) && lines.length > 0) lines.push(`${lines.pop()} ${line.trim()}`)
    else lines.push(line.trim())
  return lines.map((line) => line.trim())
}

function readRoute(line: string): Json {
  const [first = '', ...others] = line.split(/ (?=nexthop )/)
  const words = first.split(/\s+/)
  const type = types.includes(words[0]!) ? words.shift()! : 'unicast'
  const route: Json = { type, dst: words.shift(), flags: [] as string[] }
  readWords(words, route, line)
  if (others.length > 0)
    route.nexthops = others.map((other) => {
      const own: Json = { flags: [] as string[] }
      readWords(other.split(/\s+/).slice(1), own, line)
      return own
    })
  return route
}

const names: Readonly<Record<string, string>> = { proto: 'protocol', src: 'prefsrc' }

function readWords(words: string[], route: Json, line: string): void {
  while (words.length > 0) {
    const word = words.shift()!
    if (word === 'via') readGateway(words, route)
    else if (word === 'metric' || word === 'weight') route[word] = Number(words.shift())
    else if (word === 'mtu')
      route.metrics = [{ mtu: Number(words[0] === 'lock' ? words.splice(0, 2)[1] : words.shift()) }]
    else if (withWord.includes(word)) route[names[word] ?? word] = words.shift()
    else if (word === 'advmss')
      route.metrics = [
        ...((route.metrics as Json[] | undefined) ?? []),
        { advmss: Number(words[0] === 'lock' ? words.splice(0, 2)[1] : words.shift()) },
      ]
    else if (times.includes(word) || metrics.includes(word) || moreMetrics.includes(word)) {
      if (words[0] === 'lock') words.shift()
      words.shift()
    } else if (flags.includes(word) || moreFlags.includes(word)) (route.flags as string[]).push(word)
    else if (word === 'encap') {
      route.encap = words.join(' ')
      // Its own words have no fixed number.
      const next = words.findIndex((each) => each === 'via' || each === 'dev')
      words.splice(0, next < 0 ? words.length : next)
    } else throw new TypeError(`not a route: ${line.slice(0, 120)}`)
  }
}

function readGateway(words: string[], route: Json): void {
  const family = words[0] === 'inet' || words[0] === 'inet6' ? words.shift() : undefined
  if (family) route.via = { family, host: words.shift() }
  else route.gateway = words.shift()
}
