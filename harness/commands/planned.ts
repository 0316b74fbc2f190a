import type { RunPlan } from '../schedule/run-store.ts'
import { newRunId } from '../session.ts'
import type { SessionOptions } from '../session-options.ts'

/** What every plan of a run has that can be resumed: when it began, and the user's choice of hosts. */
export const planHead = (
  now: Date,
  { provider, jobs }: { provider: string | undefined; jobs: number | undefined },
): Pick<RunPlan, 'runId' | 'startedAt' | 'provider' | 'jobs'> => ({
  runId: newRunId(now),
  startedAt: now.toISOString(),
  ...(provider && { provider }),
  ...(jobs && { jobs }),
})

/** How a plan runs, in this process or in a later one. `jobs`: those of this process' own command line. */
export const planned = (
  plan: RunPlan,
  jobs: number | undefined,
): Pick<SessionOptions, 'command' | 'retries' | 'jobs' | 'provider'> => ({
  command: plan.command,
  retries: plan,
  ...((jobs ?? plan.jobs) && { jobs: jobs ?? plan.jobs! }),
  ...(plan.provider && { provider: plan.provider }),
})
