import { type Connection, egressOf } from '../../evidence/connection.ts'
import type { Facts, NetworkFact } from '../../evidence/facts.ts'
import { translationOf } from '../../simulate/translation.ts'
import type { Diagnosis } from '../fault.ts'
import { remedies } from '../remedies.ts'
import { fixes } from './fixes.ts'

const option = 'com.docker.network.bridge.enable_ip_masquerade'
const isDefault = ({ options }: NetworkFact): boolean => options['com.docker.network.bridge.default_bridge'] === 'true'

/**
 * Docker was told not to masquerade: by daemon.json, by the running command line, or by the network's own option, which
 * outlives a corrected file. An emptied nat table leaves packets in the same state, but Docker was told no such thing.
 */
export function diagnose(facts: Facts): Diagnosis | undefined {
  const settings = settingsOf(facts)
  // iptables=false gives no network its rules, whatever the network's option says: then the admin's own are the ones meant.
  const ruleless = settings.some(({ line }) => line.includes('iptables'))
  const told = facts.docker.networks.filter(
    (network) => !network.internal && (ruleless ? !masked(network, facts) : network.options[option] === 'false'),
  )
  const named = told.flatMap((network) => judge(network, facts) ?? [])
  if (named.length > 0) return running(named, settings)
  // Already written, and it takes effect when dockerd next starts without a container.
  const ahead = facts.docker.networks.some((network) => isDefault(network) && network.options[option] === 'true')
  const down = facts.docker.server === '' && facts.units['docker.service']?.load === 'loaded'
  if (settings.length === 0 || !(ahead || down)) return undefined
  const summary = down
    ? `Docker is told not to masquerade (${settings[0]!.line}), and is not running: when it starts, the default bridge will not be masqueraded.`
    : `Docker is told not to masquerade (${settings[0]!.line}), and the default bridge still does: it will stop when docker next starts with no container running.`
  return {
    cause: 'masquerade-off',
    state: 'latent',
    confidence: 'certain',
    summary,
    evidence: settings,
    ...remedies(fixes),
  }
}

interface Judgement {
  network: NetworkFact
  /** Connections whose reply is due to a container's own address, and never came. */
  lost: Connection[]
  /** What masquerades in Docker's place. */
  mask: string | undefined
}

/** What one network without Docker's masquerade does; nothing where that is a design that works. */
function judge(network: NetworkFact, facts: Facts): Judgement | undefined {
  const bare = egressOf(network, facts).filter(({ source, replyTo }) => source === replyTo)
  // Someone out there knows the way back: a routed network.
  if (bare.some(({ answered }) => answered)) return undefined
  // One that its maker wanted so is a fault only where it is seen to fail.
  const wanted = !isDefault(network) && network.options[option] === 'false'
  return wanted && bare.length === 0 ? undefined : { network, lost: bare, mask: masked(network, facts) }
}

function running(named: Judgement[], settings: Diagnosis['evidence']): Diagnosis {
  const failing = named.filter(({ mask }) => !mask)
  const subnets = (failing.length > 0 ? failing : named).map(({ network }) => `${network.name} (${network.subnet})`)
  const why =
    settings.length > 0 ? settings[0]!.line : 'the setting is gone from its files, and the running network keeps it'
  return {
    cause: 'masquerade-off',
    state: failing.length > 0 ? 'active' : 'latent',
    confidence: 'certain',
    summary:
      failing.length > 0
        ? `Docker does not masquerade ${subnets.join(', ')}: what leaves has a container's own address, and no answer finds the way back. ${why}.`
        : `Docker does not masquerade ${subnets.join(', ')} (${why}); something else does so in its place, until the next reboot or flush.`,
    evidence: [
      ...settings,
      ...named.map(({ network }) => ({
        from: `docker network inspect ${network.name}`,
        line: network.options[option] ? `${option}: ${network.options[option]}` : `${option} is not said`,
      })),
      ...failing.map(({ network }) => ({
        from: 'iptables-save -t nat',
        line: `no rule masquerades ${network.subnet}`,
      })),
      ...failing.flatMap(({ lost }) => lost.slice(0, 2).map(({ line }) => ({ from: 'conntrack -L', line }))),
      ...named.flatMap(({ mask }) => (mask ? [{ from: 'in its place', line: mask }] : [])),
    ],
    ...remedies(fixes),
  }
}

/** Where Docker is told so. */
function settingsOf({ docker }: Facts): Diagnosis['evidence'] {
  const names = ['ip-masq', 'iptables']
  return [
    ...names
      .filter((name) => docker.config[name] === false)
      .map((name) => ({ from: '/etc/docker/daemon.json', line: `"${name}": false` })),
    ...docker.command
      // As Go's flags read a no.
      .filter((argument) => names.some((name) => new RegExp(`^--${name}=(0|f|F|false|False|FALSE)$`).test(argument)))
      .map((argument) => ({ from: 'the running dockerd’s command line', line: argument })),
  ]
}

/** What translates whatever leaves a network; Docker's own rule for hairpins (one container to itself) does not. */
function masked(network: NetworkFact, facts: Facts): string | undefined {
  const rule = translationOf(network, facts)
  return rule && (rule.rule.startsWith('-A ') ? rule.rule : `${rule.table} ${rule.chain}: ${rule.rule}`)
}
