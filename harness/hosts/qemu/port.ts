import { LabError } from '../../lib/errors.ts'
import { until } from '../../lib/retry.ts'
import type { Link } from '../guest/link.ts'
import { runnerProgram } from '../guest/runner.ts'
import type { Agent } from './agent.ts'
import { runnerPort } from './arguments.ts'
import { open } from './lines.ts'
import type { Qmp } from './qmp.ts'

interface Options {
  qmp: Qmp
  agent: Agent
  /** The unix socket that is the port's end here. */
  socket: string
  /** It goes on from a kept state, in whose memory the process may be. */
  resident: boolean
  /** Multiplies every deadline. */
  slow: number
}

/**
 * Joins the process on a guest that runs scripts, over a port of its own: the one that is in the guest's memory, or one that the
 * agent starts.
 */
export async function joinRunner({ qmp, agent, socket, resident, slow }: Options): Promise<Link> {
  const isHeld = async (): Promise<true | undefined> => {
    if (qmp.isClosed) throw new LabError('interrupted', 'QEMU has ended')
    const ports = (await qmp.call('query-chardev')) as { label: string; 'frontend-open': boolean }[]
    return ports.find(({ label }) => label === 'runner')?.['frontend-open'] || undefined
  }
  // Listened for from before it is known to be held.
  const left = qmp.heard('VSERPORT_CHANGE', ({ id, open }) => id === runnerPort && open === false)
  const held = (what: string, deadlineMs: number) => until(what, isHeld, { deadlineMs, everyMs: 5 })
  // A machine tells of its ports' holders a moment after it goes on.
  const found = resident ? await held('the process on the guest', 500 * slow).catch(() => undefined) : await isHeld()
  if (!found) {
    const program = ['perl', '-e', runnerProgram, `/dev/virtio-ports/${runnerPort}`]
    await agent.call('guest-exec', { path: '/usr/bin/setsid', arg: program }, 30_000 * slow)
    await held('the guest to take its port', 20_000 * slow)
  }
  const connection = await open(socket)
  const cut = new Promise((resolve) => connection.on('close', resolve).on('error', resolve))
  return {
    input: connection,
    output: connection,
    gone: Promise.race([left.then(() => 'the guest let go of it'), cut.then(() => 'QEMU let go of it')]),
    close: () => connection.destroy(),
  }
}
