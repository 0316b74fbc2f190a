import { execFile } from 'node:child_process'
import type { Agent, Ending, Holders } from './agent.ts'
import { flowsOf } from './flows.ts'
import { type HostSpec, type KernelFlow, namespaceNames } from './host-spec.ts'
import { scriptOf } from './script.ts'
import { serversOf } from './servers.ts'

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
  private readonly holders: Holders

  private constructor(agent: Agent, holders: Holders, spec: HostSpec) {
    this.agent = agent
    this.holders = holders
    this.flows = flowsOf(spec)
  }

  static async make(agent: Agent, spec: HostSpec): Promise<RealHost> {
    const made = new RealHost(agent, await agent.make(), spec)
    made.complaints = (await made.run(scriptOf(spec))).complaints
    for (const server of serversOf(spec.base)) agent.serve(server)
    return made
  }

  /** How real packets of these flows end. */
  send(flows: readonly KernelFlow[], milliseconds: number): Promise<Ending[]> {
    return this.agent.send(flows, milliseconds)
  }

  /** What a collector says that is run on the host. */
  async collect(collector: string): Promise<string> {
    const command = `nsenter --net="$host" sh -s`
    return (await this.run(command, collector)).said
  }

  private run(script: string, input = ''): Promise<{ said: string; complaints: string }> {
    const paths = Object.fromEntries(namespaceNames.map((name) => [name, `/proc/${this.holders[name]}/ns/net`]))
    const pids = Object.fromEntries(namespaceNames.map((name) => [`${name}_pid`, String(this.holders[name])]))
    const options = { env: { ...process.env, ...paths, ...pids, LC_ALL: 'C' }, maxBuffer: 64 * 1024 * 1024 }
    return new Promise((done) => {
      const child = execFile('sh', ['-c', script], options, (_error, said, complaints) => done({ said, complaints }))
      // A script that reads nothing may have ended by now.
      child.stdin!.on('error', () => {})
      child.stdin!.end(input)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.agent.drop()
  }
}
