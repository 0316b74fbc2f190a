import { randomBytes } from 'node:crypto'
import { within } from '../../lib/retry.ts'
import { open } from './lines.ts'

/**
 * What brings a guest to the present, in perl: for each line of standard input it sets the clock, makes what the kernel takes
 * for random its own, as machines that go on from one state would else draw the same numbers, and answers `ok` or why not.
 *
 * 227 is clock_settime on x86-64, 0 CLOCK_REALTIME, 0x5207 RNDRESEEDCRNG. Source: asm/unistd_64.h, linux/random.h.
 */
export const program = `$| = 1;
while (<STDIN>) {
  my ($seconds, $nanoseconds, $seed) = split;
  print eval {
    syscall(227, 0, pack("q2", $seconds, $nanoseconds)) == 0 or die "clock_settime: $!";
    open(RANDOM, "+<", "/dev/urandom") && syswrite(RANDOM, $seed) && ioctl(RANDOM, 0x5207, 0) or die "urandom: $!";
    "ok\\n";
  } || $@;
}`

/** A line for the above. */
export function present(): string {
  const now = Date.now()
  return `${Math.floor(now / 1000)} ${(now % 1000) * 1e6} ${randomBytes(32).toString('hex')}\n`
}

/**
 * Leaves the above in the guest's memory, on a console of its own: to start perl takes an emulated processor five times as
 * long as to go on with it. The terminal forgets its settings when it is closed, so both have it open at once.
 */
export const stay = `setsid sh -c 'stty raw -echo; exec perl -e "$0"' '${program}' <>/dev/hvc1 >&0 2>&0 &`

/** Has what was left in the guest bring it to the present; false where nothing there answers so. */
export async function awaken(console: string, deadlineMs: number): Promise<boolean> {
  const socket = await open(console)
  const answer = new Promise<string>((resolve) => {
    let said = ''
    socket.on('data', (chunk) => {
      said += chunk
      if (said.includes('\n')) resolve(said)
    })
    socket.on('error', () => resolve(''))
  })
  socket.write(present())
  const said = (await within(deadlineMs, answer)) && (await answer)
  socket.destroy()
  return said === 'ok\n'
}
