#!/usr/bin/env node
// Runs the commands from a clone. The sources are TypeScript, which tsx loads.
import { register } from 'tsx/esm/api'

register()
const [{ callAs }, { calledAs }] = await Promise.all([
  import('../harness/lib/invocation.ts'),
  import('../harness/package/called-as.ts'),
])
callAs(calledAs(process.argv[1], process.env, process.cwd()))
await import('../harness/main.ts')
