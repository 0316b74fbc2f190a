type Json = Record<string, unknown>

const header = /^\d+: ([^:@\s]+)(?:@(\S+))?: <([^>]*)> (.*)$/

/** The text of `ip -d link` as `ip -j -d link` prints it. Throws where a link is not understood. */
export function linksAsJson(text: string): string {
  const links: Json[] = []
  let link: Json | undefined
  for (const line of text.split('\n').filter((each) => each.trim() !== '')) {
    if (/^\d+: /.test(line)) {
      link = readHeader(line)
      links.push(link)
    } else if (!link) throw new TypeError(`not a link: ${line.slice(0, 80)}`)
    else readDetails(line.trim(), link)
  }
  return JSON.stringify(links)
}

function readHeader(line: string): Json {
  const [, ifname, other, flags, rest = ''] = line.match(header) ?? []
  if (!ifname) throw new TypeError(`not a link: ${line.slice(0, 80)}`)
  const [, peer] = other?.match(/^if(\d+)$/) ?? []
  const [master, qdisc] = [wordAfter('master', rest), wordAfter('qdisc', rest)]
  return {
    ifindex: Number.parseInt(line, 10),
    ifname,
    flags: flags!.split(',').filter(Boolean),
    mtu: Number(wordAfter('mtu', rest) ?? 0),
    ...(master !== undefined && { master }),
    ...(qdisc !== undefined && { qdisc }),
    ...(peer !== undefined && { link_index: Number(peer) }),
    ...(peer === undefined && other !== undefined && other !== 'NONE' && { link: other }),
    ...(/(^| )xdp(generic|offload|multi)?( |$)/.test(rest) && { xdp: {} }),
    linkinfo: {},
  }
}

// Lines below a link that name no kind of it.
const other = /^(\d|(RX|TX|altname|alias|vf|prog\/xdp|inet6?|valid_lft)\b)/

function readDetails(line: string, link: Json): void {
  const info = link.linkinfo as Json
  const [, type, address] = line.match(/^link\/(\S+) ?(\S+)?/) ?? []
  if (type) {
    link.link_type = type
    if (address !== undefined && /^[0-9a-f]{2}(:[0-9a-f]{2})+$|^[\d.]+$/i.test(address)) link.address = address
    const namespace = wordAfter('link-netnsid', line)
    if (namespace !== undefined) link.link_netnsid = Number(namespace)
    return
  }
  if (/^prog\/xdp/.test(line)) link.xdp = {}
  if (other.test(line)) return
  const [word = ''] = line.split(' ')
  const [, slave] = word.match(/^(\w+)_slave$/) ?? []
  if (slave) {
    info.info_slave_kind = slave
    info.info_slave_data = slave === 'bridge' ? portOf(line) : {}
  } else if (info.info_kind === undefined) {
    info.info_kind = word
    info.info_data = dataOf(word, line)
  }
}

function portOf(line: string): Json {
  const [, state = ''] = line.match(/\bstate (\S+)/) ?? []
  const names = ['hairpin', 'isolated', 'learning', 'flood', 'bcast_flood', 'locked']
  return {
    state,
    ...Object.fromEntries(
      names.flatMap((name) => {
        const value = wordAfter(name, line)
        return value === undefined ? [] : [[name, value === 'on']]
      }),
    ),
  }
}

function dataOf(kind: string, line: string): Json {
  const names = kind === 'bridge' ? ['vlan_filtering', 'stp_state', 'nf_call_iptables', 'nf_call_ip6tables'] : ['id']
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = wordAfter(name, line)
      return value === undefined || !/^\d+$/.test(value) ? [] : [[name, Number(value)]]
    }),
  )
}

const wordAfter = (name: string, line: string): string | undefined =>
  line.match(new RegExp(`(?:^| )${name} (\\S+)`))?.[1]
