import type { Host } from './host.ts'

/** By how many ms a host's clock is certainly wrong: the part that the round trip cannot explain. */
export async function clockSkew(host: Host): Promise<number> {
  const before = Date.now()
  const { stdout } = await host.exec('date +%s%3N')
  return Math.max(0, before - Number(stdout), Number(stdout) - Date.now())
}
