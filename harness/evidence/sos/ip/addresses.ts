interface Row {
  ifname: string
  addr_info: Record<string, unknown>[]
}

/** The text of `ip address` or `ip -o addr` as `ip -j address` prints it. Throws where no link is in it. */
export function addressesAsJson(text: string): string {
  const rows = new Map<string, Row>()
  let current: Row | undefined
  for (const line of text.split('\n')) {
    // With -o, an address follows its link on the same line.
    const [, name, rest] = line.match(/^\d+: ([^:@\s]+)(?:@[^:\s]+)?:? +(.*)$/) ?? []
    if (name) {
      current = rows.get(name) ?? { ifname: name, addr_info: [] }
      rows.set(name, current)
    }
    const shown = (rest ?? line).trim()
    if (!/^inet6? /.test(shown)) continue
    if (!current) throw new TypeError(`an address before the first link: ${line.slice(0, 80)}`)
    current.addr_info.push(addressOf(shown))
  }
  if (rows.size === 0) throw new TypeError('it lists no link')
  return JSON.stringify([...rows.values()])
}

// `inet 10.0.0.1 peer 10.0.0.2/32 scope global tun0`
function addressOf(line: string): Record<string, unknown> {
  const [, family, first, peer, scope] = line.match(/^(inet6?) (\S+)(?: peer (\S+))?.*? scope (\S+)/) ?? []
  const [local, length] = (first ?? '').split('/')
  const [address, peerLength] = (peer ?? '').split('/')
  const prefixlen = Number(peerLength ?? length ?? (family === 'inet' ? 32 : 128))
  if (!family || !local || !Number.isInteger(prefixlen)) throw new TypeError(`not an address: ${line.slice(0, 80)}`)
  return {
    family,
    local,
    ...(peer !== undefined && { address }),
    prefixlen,
    scope,
    ...(/ tentative\b/.test(line) && { tentative: true }),
    ...(/ dadfailed\b/.test(line) && { dadfailed: true }),
  }
}
