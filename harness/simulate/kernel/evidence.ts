import { buildCollector } from '../../evidence/collector.ts'
import { asBundle, quickCollector } from './quick-collector.ts'
import type { RealHost } from './real-host.ts'

const sections = [
  ...[
    'links',
    'addresses',
    'routes',
    'routing-rules',
    'sysctls',
    'neighbours',
    'fdb',
    'listeners',
    'container-namespaces',
  ],
  ...['rules-nft', 'rules-legacy', 'rules-native', 'rules-text', 'ipsets', 'ipsec'],
]
const sections6 = ['routes6', 'routing-rules6', 'rules6-nft', 'rules6-legacy']
const namespaces = ['c1', 'c2', 'c3'].map((name) => `    echo "${name} $${name}_pid bridge"`).join('\n')
const scripts = new Map<string, string>()

/** A host’s bundle: the sections that packets depend on, or with the collector itself all of them. */
export async function evidenceOf(host: RealHost, ipv6: boolean, whole: boolean): Promise<string> {
  const key = whole ? 'whole' : ipv6 ? '6' : '4'
  const script = scripts.get(key) ?? build(ipv6, whole)
  scripts.set(key, script)
  const printed = await host.collect(script)
  return whole ? printed : asBundle(printed)
}

const build = (ipv6: boolean, whole: boolean): string =>
  whole ? buildCollector({ namespaces }) : quickCollector(ipv6 ? [...sections, ...sections6] : sections, namespaces)
