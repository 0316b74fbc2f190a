import { clean } from '../../lib/text.ts'

// Where Linux ends a process, or itself, for a fault of its own (arch/x86: oops, die; BUG()). Not its lockups: those a slow
// processor has, and gets over.
const words = /BUG: (?:kernel NULL|unable to handle).*|kernel BUG at .*|Oops: .*|general protection fault.*\[#\d.*/

/**
 * What a host's kernel said first of a failure of its own, on a console; undefined where it said nothing of the kind. An
 * emulated processor slips so once in some hundred boots.
 */
export const kernelFailure = (console: string): string | undefined => words.exec(clean(console))?.[0]
