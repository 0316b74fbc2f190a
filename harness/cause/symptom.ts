import type { Drop, Flow } from '../simulate/index.ts'

/** One thing that does not work as it should, for causes to explain. */
export type Symptom =
  | FlowSymptom
  /** dockerd does not run; `error` is its last error, empty where it left none. */
  | { kind: 'daemon'; error: string }
  /** dockerd runs, but a signal has stopped its process. */
  | { kind: 'hung'; pid: number }
  /** A container that should run and does not. */
  | { kind: 'container'; name: string; error: string }
  /** A container that is to be in another's network namespace and is in one that was left. */
  | { kind: 'apart'; name: string }
  /** Machines on another device, of which a Docker network has the addresses. */
  | { kind: 'hidden'; network: string; device: string; overlaps: boolean }
  /** New connections that the kernel has no room for. */
  | { kind: 'connections' }
  /** What the administrator blocks in DOCKER-USER is open. */
  | { kind: 'bypassed' }
  /** Clients of a published UDP port whose connection leads elsewhere than the rules. */
  | { kind: 'stale'; port: number }
  /** An operation of dockerd's that would fail now. */
  | { kind: 'operation'; what: 'new-network' | 'address-pool' }

export interface FlowSymptom {
  kind: 'flow'
  flow: Flow
  /** Where it dies; undefined where it passes and should not. */
  drop?: Drop
  /** Whether another drop comes first. Without that one, the flow would die of this one. */
  masked: boolean
}
