import { isDead, type Trace } from '../trace.ts'
import type { Mutation } from './compare-traces.ts'

/**
 * Errors that can be planted in the tracer: each sometimes gives a wrong location, and the comparison has to find it.
 */
export const mutations: Readonly<Record<string, Mutation>> = {
  // Reports every drop as no answer from outside.
  outside: (trace) =>
    isDead(trace) ? { ...without(trace), end: 'no-answer', at: { way: 'out', location: 'outside' } } : trace,
  // Always blames FORWARD's policy.
  forward: (trace) =>
    trace.terminatingRule
      ? {
          ...trace,
          terminatingRule: {
            ...trace.terminatingRule,
            table: 'ip filter',
            chain: 'FORWARD',
            rule: 'policy drop',
            backend: 'nft',
          },
        }
      : trace,
  // Confuses the two backends.
  backend: (trace) =>
    trace.terminatingRule
      ? {
          ...trace,
          terminatingRule: {
            ...trace.terminatingRule,
            backend: trace.terminatingRule.backend === 'nft' ? 'legacy' : 'nft',
          },
        }
      : trace,
  // Reports drops at a link or a neighbour as routing drops.
  routing: (trace) =>
    trace.end === 'no-link' || trace.end === 'no-neighbour'
      ? { ...trace, end: 'forwarding-off', at: { way: 'out', location: 'routing' } }
      : trace,
  // Reports an answer that was lost as arrived.
  arrived: (trace) => (trace.at?.way === 'back' ? { ...without(trace), end: 'answered' } : trace),
}

function without({ terminatingRule: _terminatingRule, at: _at, ...rest }: Trace): Trace {
  return rest
}
