import type { Listener } from '../../evidence/facts.ts'
import type { Drop } from '../flow.ts'
import { mayDie, type Next, type State } from './state.ts'

/** The namespace that a program listens in: `pid` is a process of the container, and undefined on the host. */
interface Where {
  name: string
  pid?: number
  location: Drop['location']
}

/**
 * A connection to a program that has not accepted earlier ones. The kernel connects until the queue is full; then it drops
 * the packet. A program that hangs accepts none. Source: linux/net/ipv4/tcp_ipv4.c, tcp_v4_syn_recv_sock.
 */
export function queued(
  state: State,
  listener: Listener | undefined,
  { name, pid, location }: Where,
  next: Next,
): State[] {
  if (listener?.waiting === undefined) return next(state)
  const { waiting, address, port, protocol } = listener
  const at = `${address}:${port}/${protocol}`
  const connections = waiting === 1 ? 'connection waits' : 'connections wait'
  const show = `${pid === undefined ? '' : `nsenter -t ${pid} -n `}ss -lnt`
  const doubt = {
    message: `In ${name} ${waiting} ${connections} at ${at} that the program has not accepted: whether it hangs is not known.`,
    // The kernel answers the first packet for a program that hangs.
    kind: 'limit',
    key: `queue of ${at} in ${name}`,
    settle: `${show}; sleep 5; ${show}   # Recv-Q stays where the program hangs`,
  } as const
  const message = `the program that listens at ${at} in ${name} may hang`
  return mayDie(state, { location, end: 'dropped', message }, doubt, next)
}
