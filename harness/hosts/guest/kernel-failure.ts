import { clean } from '../../lib/text.ts'

// Messages with which Linux ends a process or itself after a kernel bug (arch/x86: oops, die; BUG()), or a process for
// want of memory (mm/oom_kill.c). Lockups are left out: a slow processor has them and recovers.
const words =
  /BUG: (?:kernel NULL|unable to handle).*|kernel BUG at .*|Oops: .*|general protection fault.*\[#\d.*|Out of memory: Killed process.*/

/**
 * The first message on a console about a failure of the kernel itself; undefined where there is none. On an emulated
 * processor this happens once in a few hundred boots.
 */
export const kernelFailure = (console: string): string | undefined => words.exec(clean(console))?.[0]
