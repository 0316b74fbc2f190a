import type { Trace } from '../trace/trace.ts'
import type { Examination, Judgement } from './examine.ts'
import type { HostProbe } from './probe.ts'

/** A diagnosis for programs: what `diagnose --json` prints. */
export interface Diagnosis extends Judgement {
  /**
   * 2: `well` became `ruledOut` and `works`, `unnamed` became `unexplained`. 3: `unseen` became `notJudged`, `says`
   * `message`, `place` `location`; in `followed`, `killer` became `terminatingRule` and `hops` `rules`; in `probes`, `asks`
   * became `check`.
   */
  version: 3
  /** The host, as the user named it. */
  host: string
  /** Real packets that were followed. */
  followed: Trace[]
  /** The results of a container that was started for a moment. */
  probes: HostProbe[]
  /** The host itself. A field is empty where the evidence lacks it. */
  facts: {
    kernel: string
    bootId: string
    os: string
    container: string
    uptimeS: number
    /** The version of dockerd. */
    docker: string
    iptables: string
  }
}

/** A diagnosis for programs, without the facts that it read. */
export function asJson(
  host: string,
  { facts, causes: _, ...seen }: Examination,
  followed: Trace[] = [],
  probes: HostProbe[] = [],
): Diagnosis {
  return {
    version: 3,
    host,
    ...seen,
    followed,
    probes,
    facts: { ...facts.system, docker: facts.docker.server, iptables: facts.iptables.version },
  }
}
