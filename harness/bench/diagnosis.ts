import { readFileSync } from 'node:fs'
import { examine } from '../diagnosis/examine.ts'
import { readFacts } from '../evidence/facts.ts'
import { editSection } from '../evidence/reseal.ts'
import { simulate } from '../simulate/index.ts'
import { grownHost } from './grown-host.ts'
import type { Contestant } from './table.ts'

const recorded = new URL('../faults/restart-iptables/evidence/well/debian12-healthy.bundle', import.meta.url)

/** A diagnosis from a bundle: of a recorded host, and of the same with many rules or networks more. */
export function diagnoses(): Contestant[] {
  const bundle = readFileSync(recorded, 'utf8')
  return [
    contestant('diagnosis of a host', () => bundle),
    ...[2_000, 20_000].map((rules) => contestant(`diagnosis with ${rules} rules more`, () => withRules(bundle, rules))),
    ...[20, 40, 80].map((count) =>
      contestant(`diagnosis with ${count} networks and ${2 * count} containers more`, () => grownHost(bundle, count)),
    ),
  ]
}

function contestant(name: string, make: () => string): Contestant {
  let bundle = ''
  return {
    name,
    warmUp: async () => {
      bundle = make()
      examine(bundle)
    },
    async run() {
      const started = performance.now()
      const facts = readFacts(bundle)
      const read = performance.now()
      simulate(facts)
      const simulated = performance.now()
      examine(bundle)
      const times = { read: read - started, simulated: simulated - read, whole: performance.now() - simulated }
      return [{ name, times }]
    },
  }
}

/** A bundle whose legacy backend holds rules that match nothing. */
const withRules = (bundle: string, count: number): string =>
  editSection(bundle, 'rules-legacy', () =>
    ['*filter', ':FORWARD ACCEPT [0:0]', ...Array.from({ length: count }, (_, at) => rule(at)), 'COMMIT'].join('\n'),
  )

const rule = (at: number): string =>
  `[0:0] -A FORWARD -s 10.${(at >> 16) & 255}.${(at >> 8) & 255}.${at & 255}/32 -p tcp -m tcp --dport ${at % 60_000} -j DROP`
