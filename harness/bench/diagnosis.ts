import { readFileSync } from 'node:fs'
import { examine } from '../diagnosis/examine.ts'
import { readFacts } from '../evidence/facts.ts'
import { editSection } from '../evidence/reseal.ts'
import { simulate } from '../simulate/index.ts'
import type { Contestant } from './table.ts'

const recorded = new URL('../faults/restart-iptables/evidence/well/debian12-healthy.bundle', import.meta.url)

/** A diagnosis from a bundle: of a recorded host, and of the same with many rules more. */
export const diagnoses = (): Contestant[] => [0, 2_000, 20_000].map((rules) => contestant(rules))

function contestant(rules: number): Contestant {
  const name = rules === 0 ? 'diagnosis of a host' : `diagnosis with ${rules} rules more`
  const bundle = withRules(readFileSync(recorded, 'utf8'), rules)
  return {
    name,
    warmUp: async () => examine(bundle),
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
  count === 0
    ? bundle
    : editSection(bundle, 'rules-legacy', () =>
        ['*filter', ':FORWARD ACCEPT [0:0]', ...Array.from({ length: count }, (_, at) => rule(at)), 'COMMIT'].join(
          '\n',
        ),
      )

const rule = (at: number): string =>
  `[0:0] -A FORWARD -s 10.${(at >> 16) & 255}.${(at >> 8) & 255}.${at & 255}/32 -p tcp -m tcp --dport ${at % 60_000} -j DROP`
