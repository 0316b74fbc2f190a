import type { Detector, Fault } from './fault.ts'
import { firewalldZone } from './firewalld-zone/index.ts'
import { ipMasqFalse } from './ip-masq-false/index.ts'
import { iptablesCheck } from './iptables-1.8.11/index.ts'
import { lookAlike } from './look-alikes/index.ts'
import { orphanedBridge } from './orphaned-bridge/index.ts'
import { restartIptables } from './restart-iptables/index.ts'
import { staleKernel } from './stale-kernel/index.ts'

/** Every fault the lab can reproduce. A new one is a folder and a line here. */
// biome-ignore lint/suspicious/noExplicitAny: each fault checks its own parameters by its own schema.
export const faults: Readonly<Record<string, Fault<any>>> = Object.fromEntries(
  [staleKernel, restartIptables, ipMasqFalse, firewalldZone, iptablesCheck, orphanedBridge, lookAlike].map((fault) => [
    fault.kind,
    fault,
  ]),
)

/** Every detector, by the cause it names. All run on every host. */
export const detectors: Readonly<Record<string, Detector>> = Object.assign(
  {},
  ...Object.values(faults).map((fault) => fault.detectors),
)
