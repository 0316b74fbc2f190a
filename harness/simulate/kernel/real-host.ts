import type { Agent, Ending } from './agent.ts'
import { flowsOf } from './flows.ts'
import type { HostSpec, KernelFlow } from './host-spec.ts'
import { serversOf } from './servers.ts'
import { stepsOf } from './steps.ts'

/** What was asked of a real host, and what it said of itself. */
export interface Measured {
  flows: KernelFlow[]
  endings: Ending[]
  bundle: string
  /** What the tools complained of while it was made. */
  complaints: string
}

// Packets in one machine take well below a millisecond; this is for a machine that is busy with other things.
export const patience: Patience = { first: 300, second: 2500 }

/** Milliseconds to wait for answers: the first time, and where a flow is sent again. */
export interface Patience {
  first: number
  second: number
}

/** A host in namespaces of its own, until disposed of. */
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

  /** How real packets of these flows end. */
  send(flows: readonly KernelFlow[], milliseconds: number): Promise<Ending[]> {
    return this.agent.send(flows, milliseconds)
  }

  /** What a collector says that is run on the host. */
  async collect(collector: string): Promise<string> {
    return (await this.agent.run(collector, 'host')).said
  }

  /** What a script says that is run on the host, whose servers answer meanwhile. */
  async attend(script: string): Promise<string> {
    return (await this.agent.run(script, 'host', true)).said
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.agent.drop()
  }
}
