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
  /** The unix socket of the port on this machine. */
  socket: string
  /** The machine was resumed, so the process may already be in its memory. */
  resident: boolean
  /** Multiplies every deadline. */
  slow: number
}

/**
 * Connects to the process that runs scripts on a guest: the one in the guest's memory, or one that the agent starts.
 */
export async function joinRunner({ qmp, agent, socket, resident, slow }: Options): Promise<Link> {
  const isHeld = async (): Promise<true | undefined> => {
    if (qmp.isClosed) throw new LabError('interrupted', 'QEMU has ended')
    const ports = (await qmp.call('query-chardev')) as { label: string; 'frontend-open': boolean }[]
    return ports.find(({ label }) => label === 'runner')?.['frontend-open'] || undefined
  }
  // Listens before the port is known to be open, so that no event is missed.
  const left = qmp.heard('VSERPORT_CHANGE', ({ id, open }) => id === runnerPort && open === false)
  const held = (what: string, deadlineMs: number) => until(what, isHeld, { deadlineMs, everyMs: 5 })
  // A resumed machine reports its open ports only after a moment.
  const found = resident ? await held('the process on the guest', 500 * slow).catch(() => undefined) : await isHeld()
  if (!found) {
    const program = ['perl', '-e', runnerProgram, `/dev/virtio-ports/${runnerPort}`]
    await agent.call('guest-exec', { path: '/usr/bin/setsid', arg: program }, 30_000 * slow)
    await held('the guest to open its port', 20_000 * slow)
  }
  const connection = await open(socket)
  const cut = new Promise((resolve) => connection.on('close', resolve).on('error', resolve))
  return {
    input: connection,
    output: connection,
    gone: Promise.race([left.then(() => 'the guest closed the port'), cut.then(() => 'QEMU closed the connection')]),
    close: () => connection.destroy(),
  }
}
