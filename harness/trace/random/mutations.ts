import { isDead, type Trace } from '../trace.ts'
import type { Twist } from './hold.ts'

/** Errors that may be planted in a tracer: each gives a wrong place now and then, and has to be found. */
export const twists: Readonly<Record<string, Twist>> = {
  // Whatever dies is said to have got no answer from outside.
  outside: (trace) =>
    isDead(trace) ? { ...without(trace), end: 'no-answer', at: { way: 'out', location: 'outside' } } : trace,
  // The policy of FORWARD is always to blame.
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
  // A rule of the other backend is taken for this one's.
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
  // What a link or a neighbour does is taken for a route's doing.
  routing: (trace) =>
    trace.end === 'no-link' || trace.end === 'no-neighbour'
      ? { ...trace, end: 'forwarding-off', at: { way: 'out', location: 'routing' } }
      : trace,
  // Lost on its way home, it is said to have arrived.
  arrived: (trace) => (trace.at?.way === 'back' ? { ...without(trace), end: 'answered' } : trace),
}

function without({ terminatingRule: _terminatingRule, at: _at, ...rest }: Trace): Trace {
  return rest
}
