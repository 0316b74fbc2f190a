import type { Facts, NetworkFact } from '../evidence/facts.ts'

/** What dockerd is set to, by its configuration file and its command line. */
export interface Intent {
  /** Whether dockerd makes iptables rules at all. */
  programsIptables: boolean
  /** Whether dockerd masquerades its default bridge the next time that it makes it. */
  masquerades: boolean
  /** Whether published ports have a proxy of Docker's behind them. */
  proxies: boolean
  /** Where ports are published that name no address: `0.0.0.0` unless set otherwise. */
  publishesAt: string
  /** Name servers for containers, where dockerd was given any. */
  dns: string[]
  /** Where each of these stands, for people: `"iptables": false in /etc/docker/daemon.json`. */
  settings: Readonly<Record<string, string>>
}

/** Reads what dockerd is set to. A flag on the command line and a key of the file are the same setting. */
export function readIntent({ docker }: Facts): Intent {
  const settings: Record<string, string> = {}
  const value = (name: string): string | undefined => {
    const found = fromCommand(docker.command, name) ?? fromFile(docker, name)
    if (found) settings[name] = found.where
    return found?.value
  }
  const isOff = (name: string): boolean => /^(0|f|false)$/i.test(value(name) ?? '')
  return {
    programsIptables: !isOff('iptables'),
    masquerades: !isOff('ip-masq'),
    proxies: !isOff('userland-proxy'),
    publishesAt: value('ip') ?? '0.0.0.0',
    dns: (value('dns') ?? '').split(',').filter(Boolean),
    settings,
  }
}

interface Setting {
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

/** Whether a network is one that dockerd masquerades. Its own option is what dockerd was set to when it made it. */
export const isMasqueraded = ({ internal, options }: NetworkFact, { programsIptables }: Intent): boolean =>
  programsIptables &&
  !internal &&
  options[option('enable_ip_masquerade')] !== 'false' &&
  (options[option('gateway_mode_ipv4')] ?? 'nat') !== 'routed'

/** Docker's network `bridge`. */
export const isDefaultBridge = ({ options }: NetworkFact): boolean => options[option('default_bridge')] === 'true'

/** Whether containers of one network are to reach each other. */
export const allowsPeers = ({ options }: NetworkFact): boolean => options[option('enable_icc')] !== 'false'

/** Whether dockerd keeps other networks out of a network. Routed and unprotected ones are open by their own wish. */
export const isIsolated = ({ options }: NetworkFact, { programsIptables }: Intent): boolean =>
  programsIptables && !['routed', 'nat-unprotected'].includes(options[option('gateway_mode_ipv4')] ?? 'nat')
