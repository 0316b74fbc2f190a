/** A socket that accepts connections, or datagrams from any address. */
export interface Listener {
  protocol: 'tcp' | 'udp'
  family: 4 | 6
  /** `0.0.0.0` and `::` stand for any. `::` usually includes IPv4. */
  address: string
  port: number
  /** Empty where it is not known. */
  program: string
  /** 0 where it is not known. */
  pid: number
  /** Connections of TCP that the program has not accepted yet; undefined where there are none. */
  waiting?: number
}

/** The lines of `ss -Hlntup`. Throws where one has another form. */
export const readListeners = (text: string): Listener[] =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, protocol, queued, local = '', port] = line.match(/^(tcp|udp)\s+\S+\s+(\d+)\s+\d+\s+(\S+):(\d+)\s/) ?? []
      if (!port) throw new TypeError(`not a socket: ${line.slice(0, 80)}`)
      const bare = local.replace(/%[^\]]*/, '').replace(/^\[(.*)\]$/, '$1')
      const address = bare === '*' ? '::' : bare
      return {
        protocol: protocol as Listener['protocol'],
        family: address.includes(':') ? 6 : 4,
        address,
        port: Number(port),
        program: line.match(/users:\(\("([^"]*)"/)?.[1] ?? '',
        pid: Number(line.match(/users:\(\("[^"]*",pid=(\d+)/)?.[1] ?? 0),
        // Of UDP these are bytes. The length of the whole queue, Send-Q, is 0 where ss reads /proc.
        ...(protocol === 'tcp' && Number(queued) > 0 && { waiting: Number(queued) }),
      }
    })
