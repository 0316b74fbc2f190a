import { readFileSync } from 'node:fs'
import { examine } from '../diagnosis/examine.ts'
import { readFacts } from '../evidence/facts.ts'
import { editSection } from '../evidence/reseal.ts'
import { simulate } from '../simulate/index.ts'
import { grownHost } from './grown-host.ts'
import type { Candidate } from './table.ts'

const recorded = new URL('../causes/rules-flushed/evidence/well/debian12-healthy.bundle', import.meta.url)

/** Times the diagnosis of a bundle: of a recorded host, and of the same host with many more rules or networks. */
export function diagnoses(): Candidate[] {
  const bundle = readFileSync(recorded, 'utf8')
  return [
    candidate('diagnosis of a host', () => bundle),
    ...[2_000, 20_000].map((rules) => candidate(`diagnosis with ${rules} more rules`, () => withRules(bundle, rules))),
    ...[15, 30, 60, 120].map((count) =>
      candidate(`diagnosis with ${count} more networks and ${2 * count} more containers`, () =>
        grownHost(bundle, count),
      ),
    ),
  ]
}

function candidate(name: string, make: () => string): Candidate {
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

/** A bundle with `count` rules in the legacy backend that match nothing. */
const withRules = (bundle: string, count: number): string =>
  editSection(bundle, 'rules-legacy', () =>
    ['*filter', ':FORWARD ACCEPT [0:0]', ...Array.from({ length: count }, (_, at) => rule(at)), 'COMMIT'].join('\n'),
  )

const rule = (at: number): string =>
  `[0:0] -A FORWARD -s 10.${(at >> 16) & 255}.${(at >> 8) & 255}.${at & 255}/32 -p tcp -m tcp --dport ${at % 60_000} -j DROP`
