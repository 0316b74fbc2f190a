/** A service of the kernel's load balancer, by IPv4. */
export interface IpvsService {
  protocol: string
  address: string
  /** 0 for every port. */
  port: number
}

/** Reads lines `TCP  C0000202:0050 rr`. Leaves out servers' lines, and services by mark. Source: ip_vs_ctl.c, ip_vs_info_seq_show. */
export const readIpvs = (lines: readonly string[]): IpvsService[] =>
  lines.flatMap((line) => {
    const [, protocol, address, port] = /^(TCP|UDP|SCTP) +([0-9A-F]{8}):([0-9A-F]{4})\b/.exec(line) ?? []
    if (!protocol || !address || !port) return []
    const bytes = address.match(/../g)!.map((byte) => Number.parseInt(byte, 16))
    return [{ protocol: protocol.toLowerCase(), address: bytes.join('.'), port: Number.parseInt(port, 16) }]
  })
