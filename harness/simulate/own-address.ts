import type { RuleStep } from './rules/index.ts'

const shape = /^-A PREROUTING -d (?<address>\S+?)(?:\/32)? ! -i (?<bridge>\S+) -j DROP$/

/**
 * What a rule in raw PREROUTING closes, if it has the form of Docker's own since 28: a container's address, to all that
 * does not come in by the container's bridge. Source: Docker's release notes, 28.0 and 28.2.
 */
export function closedAddress({
  table,
  rule,
}: Pick<RuleStep, 'table' | 'rule'>): { address: string; bridge: string } | undefined {
  const { address, bridge } = (table === 'ip raw' && shape.exec(rule)?.groups) || {}
  return address !== undefined && bridge !== undefined ? { address, bridge } : undefined
}
