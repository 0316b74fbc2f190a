import { glob } from '../lib/glob.ts'
import type { ClaimRecord } from './detector-record.ts'
import type { Check, Claim } from './load-claims.ts'
import type { CellRecord } from './record.ts'

/** One check of a claim in one cell: whether the cell supports the claim's verdict; undefined where it cannot show. */
interface Observation {
  holds: boolean | undefined
  message: string
}

/**
 * Every claim with its verdict by this run. A verdict holds when every check was observed as it expects. If one was not,
 * `confirmed` becomes `refuted`; any other verdict becomes `untested`.
 */
export const judgeClaims = (claims: readonly Claim[], cells: readonly CellRecord[]): ClaimRecord[] =>
  claims.map((claim) => {
    const { id, source, note } = claim
    const observations = claim.check.flatMap((check) => observationsOf(check, cells))
    const seen = observations.map(({ holds }) => holds)
    let verdict: ClaimRecord['verdict'] = 'untested'
    if (seen.every((holds) => holds)) verdict = claim.verdict
    else if (seen.includes(false) && claim.verdict === 'confirmed') verdict = 'refuted'
    const evidence = observations.map(({ message }) => message)
    // A note explains only the verdict it was written for.
    return { id, claim: claim.claim, source, verdict, evidence, ...(note && verdict === claim.verdict && { note }) }
  })

/** The claims that name a cell of this run that was not skipped. */
export const claimsOf = (claims: readonly Claim[], cells: readonly CellRecord[]): Claim[] =>
  claims.filter(({ check }) =>
    check.some(({ cell }) => cells.some((each) => each.verdict !== 'skipped' && names(cell, each))),
  )

/** The observation of a check in each cell it names. Cells that the lab itself broke are left out. */
function observationsOf(check: Check, cells: readonly CellRecord[]): Observation[] {
  const about = cells.filter((cell) => names(check.cell, cell) && /passed|failed|flaky|known/.test(cell.verdict))
  if (about.length === 0) return [{ holds: undefined, message: `${check.cell} did not run` }]
  return about.map((cell) => observe(check, cell))
}

function observe(check: Check, cell: CellRecord): Observation {
  const observation = (what: string, wanted: string, seen: string | undefined): Observation => ({
    holds: seen === undefined ? undefined : seen === wanted,
    message: `${cell.name}, ${what}: ${seen ?? 'not observed'}${seen === undefined || seen === wanted ? '' : `, not ${wanted}`}`,
  })
  if ('fix' in check) {
    const fix = cell.fixes.find(({ name }) => name === check.fix)
    if (check.rung)
      return observation(`${check.fix}, then ${check.rung}`, check.observed, sure(fix?.ladder[check.rung]))
    return observation(check.fix, check.observed, sure(fix?.observed))
  }
  const { stage } = check
  if ('probe' in check) {
    const probe = cell.probes.find((each) => each.stage === stage && each.name === check.probe)
    return observation(`${stage}, ${check.probe}`, check.observed, sure(probe?.observed))
  }
  if ('named' in check) {
    const named = cell.diagnoses.find((each) => each.stage === stage)?.named
    return observation(`${stage}, named`, causes(check.named), named && causes(named))
  }
  if ('journal' in check) {
    const lines = cell.stages.find(({ name }) => name === stage)?.journal
    const line = lines?.find(({ expected }) => expected === check.journal)
    return observation(
      `${stage}, journal`,
      check.journal,
      line && (line.seen === undefined ? 'no such line' : check.journal),
    )
  }
  const diff = cell.rulesets.find((each) => each.stage === stage)
  return observation(`${stage}, “${check.rule}”`, check.is, diff && change(diff, check.rule, check.is))
}

// A crashed probe tool proves nothing about the network.
const sure = (outcome: string | undefined): string | undefined => (outcome === 'error' ? undefined : outcome)

const causes = (named: readonly string[]): string => [...named].sort().join(', ') || 'nothing'

function change(diff: { removed: string[]; added: string[] }, rule: string, wanted: string): string {
  const removed = diff.removed.some((line) => line.includes(rule))
  const added = diff.added.some((line) => line.includes(rule))
  if (wanted === 'added') return added ? 'added' : 'not there'
  return removed ? 'removed' : 'kept'
}

/**
 * Whether a pattern of cells means a cell. A pair has the names of its causes in its own, and is meant only where the
 * pattern holds the name of its scenario. A cell of a sweep is never meant.
 */
export const names = (
  pattern: string,
  { name, scenario, varied }: Pick<CellRecord, 'name' | 'scenario' | 'varied'>,
): boolean => !varied && glob(pattern).test(name) && (scenario !== 'two-at-once' || pattern.includes(scenario))
