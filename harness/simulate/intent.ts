import type { Facts, NetworkFact } from '../evidence/facts.ts'
import { addressIn } from '../lib/ip.ts'
import { compareVersions } from '../lib/text.ts'

/** What dockerd is configured to do, by its configuration file and its command line. */
export interface Intent {
  /** Whether dockerd makes any firewall rules. */
  programsIptables: boolean
  /** Whether it makes any for IPv6. */
  programsIp6tables: boolean
  /** What it makes them with. From Docker 29 on it can do without iptables. */
  backend: 'iptables' | 'nftables'
  /** Whether dockerd masquerades its default bridge the next time that it creates it. */
  masquerades: boolean
  /** Whether Docker's proxy serves published ports. */
  proxies: boolean
  /** The file of docker-proxy where it is set; empty otherwise. */
  proxyProgram: string
  /** The address for published ports that name none: `0.0.0.0` unless configured otherwise. */
  publishesAt: string
  /** The name servers that dockerd is configured to give to containers. */
  dns: string[]
  /** Where each setting is made, for people: `"iptables": false in /etc/docker/daemon.json`. */
  settings: Readonly<Record<string, string>>
}

/** Reads dockerd's configuration. A command-line flag and a key of the file are the same setting. */
export function readIntent({ docker }: Facts): Intent {
  const settings: Record<string, string> = {}
  const value = (name: string): string | undefined => {
    const found = fromCommand(docker.command, name) ?? fromFile(docker, name)
    if (found) settings[name] = found.where
    return found?.value
  }
  const isOff = (name: string): boolean => /^(0|f|false)$/i.test(value(name) ?? '')
  const isOn = (name: string): boolean => /^(1|t|true)$/i.test(value(name) ?? '')
  return {
    programsIptables: !isOff('iptables'),
    programsIp6tables: hasIp6tablesOn(docker) ? !isOff('ip6tables') : isOn('ip6tables') && isOn('experimental'),
    backend: value('firewall-backend') === 'nftables' ? 'nftables' : 'iptables',
    masquerades: !isOff('ip-masq'),
    proxies: !isOff('userland-proxy'),
    proxyProgram: value('userland-proxy-path') ?? '',
    publishesAt: value('ip') ?? '0.0.0.0',
    dns: (value('dns') ?? '').split(',').filter(Boolean),
    settings,
  }
}

/** Whether dockerd is to make its rules with iptables. */
export function makesRulesByIptables(facts: Facts): boolean {
  const { programsIptables, backend } = readIntent(facts)
  return programsIptables && backend === 'iptables'
}

/** From Docker 27 on `ip6tables` is on by default. Before it is an experiment. Source: Docker's release notes, 27.0. */
export const hasIp6tablesOn = ({ server }: Facts['docker']): boolean =>
  server !== '' && compareVersions(server, '27') >= 0

/** A setting, and where it is made, for people. */
export interface Setting {
  value: string
  where: string
}

function fromCommand(command: readonly string[], name: string): Setting | undefined {
  for (const [index, word] of command.entries()) {
    if (word === `--${name}`) {
      const next = command[index + 1]
      const value = next === undefined || next.startsWith('-') ? 'true' : next
      return { value, where: `--${name} ${value} on dockerd’s command line` }
    }
    if (word.startsWith(`--${name}=`))
      return { value: word.slice(name.length + 3), where: `${word} on dockerd’s command line` }
  }
  return undefined
}

function fromFile({ config, configFile }: Facts['docker'], name: string): Setting | undefined {
  const value = config[name]
  if (value === undefined) return undefined
  const text = Array.isArray(value) ? value.join(',') : String(value)
  return { value: text, where: `"${name}": ${JSON.stringify(value)} in ${configFile || '/etc/docker/daemon.json'}` }
}

const option = (name: string) => `com.docker.network.bridge.${name}`

/**
 * Whether dockerd masquerades a network. The network's own option holds what was configured when dockerd created it.
 */
export const isMasqueraded = ({ internal, options }: NetworkFact, { programsIptables }: Intent): boolean =>
  programsIptables &&
  !internal &&
  options[option('enable_ip_masquerade')] !== 'false' &&
  (options[option('gateway_mode_ipv4')] ?? 'nat') !== 'routed'

/** Where a network's ports are published that name no address: by an option of its own, or as dockerd is configured. */
export function publishingAddress({ name, options }: NetworkFact, { publishesAt, settings }: Intent): Setting {
  const key = option('host_binding_ipv4')
  const own = options[key]
  // The default network's option repeats dockerd's own setting.
  if (!own || own === '0.0.0.0' || own === publishesAt) return { value: publishesAt, where: settings.ip ?? '' }
  return { value: own, where: `${key}=${own} of the network ${name}` }
}

/**
 * The address that dockerd gave to a network's bridge. Old engines list none where the user chose a subnet alone: it is
 * the first then. Source: moby, libnetwork/ipam.
 */
export const gatewayOf = ({ gateway, subnet }: Pick<NetworkFact, 'gateway' | 'subnet'>): string =>
  gateway || (addressIn(subnet, 1) ?? '')

/** The backend that `iptables` stands for, which dockerd uses. */
export const currentBackend = ({ iptables }: Pick<Facts, 'iptables'>): 'nft' | 'legacy' =>
  iptables.version.includes('legacy') ? 'legacy' : 'nft'

/** Docker's network `bridge`. */
export const isDefaultBridge = ({ options }: NetworkFact): boolean => options[option('default_bridge')] === 'true'

/** Whether containers of one network should be able to connect to each other. */
export const allowsPeers = ({ options }: NetworkFact): boolean => options[option('enable_icc')] !== 'false'

/**
 * Whether dockerd isolates a network from others. Networks in the modes routed and nat-unprotected are open on purpose.
 */
export const isIsolated = (
  { options }: NetworkFact,
  { programsIptables, programsIp6tables }: Intent,
  family: 4 | 6 = 4,
): boolean =>
  (family === 6 ? programsIp6tables : programsIptables) &&
  !['routed', 'nat-unprotected'].includes(options[option(`gateway_mode_ipv${family}`)] ?? 'nat')
