import type { Agent, Ending } from './agent.ts'
import { flowsOf } from './flows.ts'
import type { HostSpec, KernelFlow } from './host-spec.ts'
import { serversOf } from './servers.ts'
import { stepsOf } from './steps.ts'

/** A real host's flows, how they ended, and its evidence. */
export interface Measured {
  flows: KernelFlow[]
  endings: Ending[]
  bundle: string
  /** The tools' error output when the host was made. */
  complaints: string
}

// Packets within one machine take well below a millisecond; these limits allow for a busy machine.
export const patience: Patience = { first: 300, second: 2500 }

/** Milliseconds to wait for answers: the first time, and when a flow is sent again. */
export interface Patience {
  first: number
  second: number
}

/** A host in its own namespaces, until it is disposed of. */
export class RealHost implements AsyncDisposable {
  readonly flows: KernelFlow[]
  complaints = ''

  private readonly agent: Agent

  private constructor(agent: Agent, spec: HostSpec) {
    this.agent = agent
    this.flows = flowsOf(spec)
  }

  static async make(agent: Agent, spec: HostSpec): Promise<RealHost> {
    await agent.make()
    const made = new RealHost(agent, spec)
    made.complaints = await agent.build(stepsOf(spec))
    for (const server of serversOf(spec.base)) agent.serve(server)
    return made
  }

  /** Sends real packets of these flows; gives how they end. */
  send(flows: readonly KernelFlow[], milliseconds: number): Promise<Ending[]> {
    return this.agent.send(flows, milliseconds)
  }

  /** Runs a collector on the host; gives its output. */
  async collect(collector: string): Promise<string> {
    return (await this.agent.run(collector, 'host')).output
  }

  /** Runs a script on the host while its servers answer; gives its output. */
  async attend(script: string): Promise<string> {
    return (await this.agent.run(script, 'host', true)).output
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.agent.drop()
  }
}
