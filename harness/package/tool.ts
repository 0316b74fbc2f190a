import './node18.ts'
import { runProgram } from '../commands/dispatch.ts'
import { toolCommands } from '../commands/tool.ts'
import { callAs } from '../lib/invocation.ts'
import { calledAs } from './called-as.ts'
import { cloneOnly } from './clone-only.ts'

callAs(calledAs(process.argv[1]!, process.env, process.cwd()))
void runProgram(process.argv.slice(2), toolCommands, cloneOnly)
