import type { Trace } from '../trace/trace.ts'
import type { Examination, Judgement } from './examine.ts'
import type { HostProbe } from './probe.ts'

/** A diagnosis for programs: what `diagnose --json` prints. */
export interface Diagnosis extends Judgement {
  /**
   * 2: `well` became `ruledOut` and `works`, `unnamed` became `unexplained`. 3: `unseen` became `notJudged`, `says`
   * `message`, `place` `location`, and of what was followed `killer` became `terminatingRule` and `hops` `rules`; of
   * probes `asks` became `check`.
   */
  version: 3
  /** Which host, as it was named. */
  host: string
  /** Real packets that were followed. */
  followed: Trace[]
  /** What a container that was started for a moment has got. */
  probes: HostProbe[]
  /** The host itself. Words are empty where it did not give them. */
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

/** A diagnosis for programs, without all that was read. */
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
