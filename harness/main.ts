import { type Commands, runProgram } from './commands/dispatch.ts'
import { toolCommands } from './commands/tool.ts'

/** All commands: those of the tool and those of the lab. */
const commands: Commands = {
  ...toolCommands,
  // Only a clone can build the probe image for a host without one.
  diagnose: async () => {
    const [{ diagnoseWith }, { probeArchive }] = await Promise.all([
      import('./commands/diagnose.ts'),
      import('./commands/probe-archive.ts'),
    ])
    return { default: (args, signal) => diagnoseWith(args, signal, { probeArchive }) }
  },
  run: () => import('./commands/run.ts'),
  sweep: () => import('./commands/sweep.ts'),
  bisect: () => import('./commands/bisect.ts'),
  matrix: () => import('./commands/matrix.ts'),
  list: () => import('./commands/list.ts'),
  shell: () => import('./commands/shell.ts'),
  report: () => import('./commands/report.ts'),
  box: () => import('./commands/box.ts'),
  down: () => import('./commands/down.ts'),
  doctor: () => import('./commands/doctor.ts'),
  bench: () => import('./commands/bench.ts'),
  schema: () => import('./commands/schema.ts'),
  evidence: () => import('./commands/evidence.ts'),
  field: () => import('./commands/field.ts'),
}

await runProgram(process.argv.slice(2), commands)
