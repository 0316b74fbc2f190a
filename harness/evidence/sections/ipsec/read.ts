/** An IPsec policy of the kernel: what happens to packets of this source and destination. */
export interface IpsecPolicy {
  /** `10.0.0.0/8`. */
  source: string
  destination: string
  /** To the host itself, from it or from what it forwards, and through it. */
  direction: 'in' | 'out' | 'fwd'
  action: 'allow' | 'block'
  /** The lowest one that matches decides. */
  priority: number
  /** IPsec has to transform such packets, or to have done so. */
  transforms: boolean
  /** More conditions, such as `proto tcp dport 443` or a mark; empty for none. */
  more: string
  text: string
}

/** Reads the lines of `ip -o xfrm policy`. Leaves out policies of single sockets. Throws where a line is none. */
export function readIpsec(lines: readonly string[]): IpsecPolicy[] {
  return lines.flatMap((line) => {
    const [selector = '', rest = '', ...others] = line.split('\\').map((part) => part.trim().replaceAll(/\s+/g, ' '))
    if (/^socket |^dir socket /.test(rest) || /^socket /.test(selector)) return []
    const [, source, destination, more = ''] = /^src (\S+) dst (\S+)(?: (.*))?$/.exec(selector) ?? []
    const [, direction] = /^dir (in|out|fwd)\b/.exec(rest) ?? []
    if (!source || !destination || !direction) throw new Error(`no IPsec policy: ${line.slice(0, 80)}`)
    const conditions = [more, ...others.filter((part) => /^(mark|if_id)\b/.test(part))].filter(Boolean)
    return [
      {
        source,
        destination,
        direction: direction as IpsecPolicy['direction'],
        action: /\baction block\b/.test(rest) ? ('block' as const) : ('allow' as const),
        priority: Number(/\bpriority (\d+)/.exec(rest)?.[1] ?? 0),
        transforms: others.some((part) => part.startsWith('tmpl ')),
        more: conditions.join(' ').replace(/^uid \d+$/, ''),
        text: [selector, rest].join(' '),
      },
    ]
  })
}
