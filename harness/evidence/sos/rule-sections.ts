import { asNftJson } from '../nft-text/as-json.ts'
import { asSavedTables } from '../nft-text/as-saved.ts'
import { readRulesetText, type TextRuleset } from '../nft-text/ruleset.ts'
import { isLoaded } from './modules.ts'
import { Lacking, type SosReport } from './report.ts'
import type { SosSection } from './section.ts'

// Up to 4.4 sos listed no handles. The plugins networking, firewall_tables and firewalld have each run it.
const nft = ['nft_-a_list_ruleset', 'nft_list_ruleset']
// Any listing of iptables: in it iptables-nft warns of tables of the other backend.
const listings = ['iptables_-vnxL', 'iptables_-t_*']
const modules = [/^proc\/modules$/]
// /proc/net is a link to the folder of the process that read it.
const names = [/^proc\/(\d+\/)?net\/((ip|ip6|arp)_tables_names|dev)$/]

/** The sections about firewall rules. */
export const ruleSections: readonly SosSection[] = [
  { name: 'rules-native', commands: nft, files: modules, read: (report) => fromNft(report, asNftJson) },
  { name: 'rules-nft', read: (report) => fromNft(report, (ruleset) => asSavedTables(ruleset, 'ip')) },
  { name: 'rules6-nft', read: (report) => fromNft(report, (ruleset) => asSavedTables(ruleset, 'ip6')) },
  {
    name: 'rules-text',
    read: (report) => {
      if (hasNoNft(report)) return ''
      return report.command(...nft).replace(/ counter packets \d+ bytes \d+/g, ' counter')
    },
  },
  { name: 'rules-legacy', commands: listings, files: names, read: (report) => legacy(report, 'ip') },
  { name: 'rules6-legacy', read: (report) => legacy(report, 'ip6') },
  {
    name: 'layer2-rules',
    commands: ['lsmod'],
    read: (report) => {
      if (tablesOf(report, 'arp') !== '') throw new Lacking('sos does not list the rules of arptables-legacy')
      if (['filter', 'nat', 'broute'].some((table) => isLoaded(`ebtable_${table}`, report)))
        throw new Lacking('sos does not list those of ebtables')
      return ''
    },
  },
  {
    name: 'ipsets',
    read: (report) => {
      if (isLoaded('ip_set', report)) throw new Lacking('sos does not list the sets of ipset')
      return ''
    },
  },
]

const rulesets = new WeakMap<SosReport, TextRuleset>()

function fromNft(report: SosReport, print: (ruleset: TextRuleset) => string): string {
  if (hasNoNft(report)) return print({ chains: [], objects: [] })
  const known = rulesets.get(report) ?? readRulesetText(report.command(...nft))
  rulesets.set(report, known)
  return print(known)
}

/** Whether the kernel has not loaded nf_tables, so that it has no rules of nftables. */
function hasNoNft(report: SosReport): boolean {
  if (report.commandIfAny(...nft) !== undefined) return false
  // Where netfilter is a part of the kernel itself, the list of modules shows nothing.
  const list = report.cut ? undefined : report.fileIfAny('proc/modules')
  return list !== undefined && /^nf_conntrack\s/m.test(list) && !/^nf_tables\s/m.test(list)
}

/** The tables of a legacy backend. The file is missing where its module is not loaded. */
function tablesOf(report: SosReport, family: 'ip' | 'ip6' | 'arp'): string {
  const found = report.fileIfAny(`proc/net/${family}_tables_names`)
  if (found === undefined && (report.cut || report.fileIfAny('proc/net/dev') === undefined))
    throw report.missing(`/proc/net/${family}_tables_names`)
  return (found ?? '').trim()
}

function legacy(report: SosReport, family: 'ip' | 'ip6'): string {
  const tables = tablesOf(report, family)
  const warned = report
    .paths(/^sos_commands\/\w+\/iptables_/)
    .some((path) => /iptables-legacy tables present/.test(report.fileIfAny(path) ?? ''))
  if (tables === '' && !(warned && family === 'ip')) return ''
  throw new Lacking('the kernel has rules of iptables-legacy, and sos lists them only as text for people')
}
