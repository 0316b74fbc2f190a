import { absent, type Detection, defineCause, type Evidence, present, unknown } from '../../cause/cause.ts'
import {
  entrances,
  isNativeTableGone,
  jumps,
  lostTables,
  programsIptables,
  type Table,
} from '../../cause/docker-rules.ts'
import type { FlowSymptom, Symptom } from '../../cause/symptom.ts'
import type { Facts } from '../../evidence/facts.ts'
import { isDefaultBridge, isMasqueraded, readIntent } from '../../simulate/intent.ts'
import { alias, flushersOf, flushingFile, startedAfterDocker, startOf } from './culprits.ts'
import { remedies, temptations } from './remedies.ts'

/**
 * dockerd runs and should have iptables rules, but a whole table jumps to none of its chains. Single missing rules are
 * another cause.
 */
export const rulesFlushed = defineCause({
  id: 'rules-flushed',
  title: 'Docker’s rules were flushed',
  needs: ['units', 'docker-config', 'rules-nft', 'rules-legacy', 'rules-native'],
  detect(facts) {
    if (!facts.docker.answers) return unknown('dockerd does not answer, so its networks are unknown')
    if (isNativeTableGone(facts)) return nativeGone(facts)
    if (!programsIptables(facts)) return absent('Docker needs no iptables rules here')
    if (!facts.iptables.listed) return unknown('the rules could not be listed')
    const lost = lostTables(facts)
    if (lost.length === 0) return absent('Docker’s chains are in place, and the base chains jump to them')
    const kept = (['filter', 'nat'] as const).filter((table) => !lost.includes(table))
    // iptables=false leaves dockerd without rules, and turns this option off. So does ip-masq=false.
    const off = facts.docker.networks.some((network) => isDefaultBridge(network) && isSetOff(network.options))
    if (kept.length === 0 && off && readIntent(facts).masquerades)
      return absent('dockerd seems to have started with iptables=false')

    const culprits = startedAfterDocker(facts)
    const flushing = flushingFile(facts)
    const who =
      culprits.length > 0
        ? `${culprits.map((unit) => alias(facts, unit)).join(', ')} started after docker.service and replaced them.`
        : 'No firewall service has started since docker.service: they were flushed or replaced by hand, or by a reload.'
    const rest = kept.length > 0 ? ` Docker’s rules in the ${kept[0]} table are intact.` : ''
    const words = `Docker’s rules are gone from the ${lost.join(' and ')} table${lost.length > 1 ? 's' : ''} while dockerd runs. ${who}${flushedBy(facts)}${rest}`
    return present({
      confidence: kept.length > 0 || culprits.length > 0 || flushing ? 'certain' : 'likely',
      active: words,
      latent: words,
      evidence: [
        ...lost.flatMap((table) => leftIn(facts, table)),
        ...kept.map((table) => ({ from: `iptables-save -t ${table}`, line: jumps(facts, table)[0]! })),
        ...culprits.map((unit) => ({ from: 'systemctl show', line: times(facts, unit) })),
        ...quoted(facts),
        ...journal(facts),
      ],
    })
  },
  explains(symptom: Symptom, facts) {
    if (symptom.kind === 'operation') return symptom.what === 'new-network'
    if (symptom.kind === 'container') return /No chain\/target\/match|does not exist/.test(symptom.error)
    return symptom.kind === 'flow' && takesAway(symptom, lostTables(facts), facts)
  },
  remedies,
  temptations,
})

/** With the nftables backend one table holds all of dockerd's rules, and `flush ruleset` removes it as any other. */
function nativeGone(facts: Facts): Detection {
  const words = `Docker’s table ip docker-bridges is gone while dockerd runs with its nftables backend.${flushedBy(facts)} dockerd makes it again only when it starts.`
  const evidence = [{ from: 'nft list tables', line: 'no table ip docker-bridges' }, ...quoted(facts)]
  return present({ confidence: 'certain', active: words, latent: words, evidence })
}

function flushedBy(facts: Facts): string {
  const files = flushersOf(facts).map(({ file }) => file)
  if (files.length === 0) return ''
  const list = files.join(', ')
  return files.length === 1
    ? ` ${list} flushes whole tables each time that it is loaded or run.`
    : ` ${list} flush whole tables each time that they are loaded or run.`
}

const quoted = (facts: Facts): Evidence[] => flushersOf(facts).map(({ file, line }) => ({ from: file, line }))

/** Whether the lost rules would have let a flow through, or kept it out. */
function takesAway({ flow, drop }: FlowSymptom, lost: readonly Table[], facts: Facts): boolean {
  if (flow.bridge === '' || flow.kind === 'forwarded') return false
  // The rules that isolated networks are gone.
  if (!drop) return lost.includes('filter')
  const network = facts.docker.networks.find(({ name }) => name === flow.network)
  if (drop.end === 'unmasqueraded')
    return lost.includes('nat') && network !== undefined && isMasqueraded(network, readIntent(facts))
  // Docker's rules come first in this chain, so they would have accepted the packet.
  if (drop.rule?.table === 'ip filter' && drop.rule.base === 'FORWARD') return lost.includes('filter')
  // Without DNAT a published port is a port of the host: its INPUT rules decide, and a proxy answers.
  return flow.kind === 'published' && lost.includes('nat') && ['input', 'local', 'container'].includes(drop.location)
}

const isSetOff = (options: Record<string, string>): boolean =>
  options['com.docker.network.bridge.enable_ip_masquerade'] === 'false'

const times = (facts: Facts, unit: string): string => {
  const seconds = (name: string): string => `${(startOf(facts, name) / 1e6).toFixed(1)} s`
  return `${unit} started ${seconds(unit)} after boot, docker.service ${seconds('docker.service')}`
}

/** What a table's base chains hold instead. */
function leftIn({ ruleset }: Facts, table: Table): Evidence[] {
  const from = `iptables-save -t ${table}`
  const left = ruleset.rules.filter((rule) => rule.table === table && rule.chain === entrances[table][0])
  const none = `${entrances[table][0]} jumps to none of Docker’s chains${left.length === 0 ? '; it is empty' : ''}`
  return [{ from, line: none }, ...left.slice(-2).map(({ text }) => ({ from, line: text }))]
}

const journal = ({ docker }: Facts): Evidence[] =>
  docker.journal
    .filter((line) => /No chain\/target\/match by that name|Chain '?DOCKER\S* does not exist/.test(line))
    .slice(-1)
    .map((line) => ({ from: 'journalctl -u docker', line }))
