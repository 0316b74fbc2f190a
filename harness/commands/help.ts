interface Help {
  /** What follows `npm run`, without options. */
  call: string
  what: string
  /** By the option, with the value it takes. */
  options?: Readonly<Record<string, string>>
}

const cellOptions = {
  '--provider <name>': 'who makes the host: container, qemu or vagrant; else the cheapest that can',
  '--until <stage>': 'the last stage to run, such as healthy or broken',
  '--detector <adapter or command>': 'one more detector, asked and scored beside our own; may be given again',
  '--cold': 'every host boots for itself, and every fix is tried on a host that was broken for it',
  '--json': 'the record on standard output',
}
const reachOptions = {
  '--ssh <user@host>': 'another machine than this one; it needs nothing but sh',
  '--ssh-config <file>': 'an OpenSSH configuration for that',
}

/** What each command is for, by its name in main.ts. */
export const helps: Readonly<Record<string, Help>> = {
  run: {
    call: 'scenario <cell>',
    what: 'Provisions a host, injects the fault, probes, diagnoses it blind, tries every fix, and writes a report.',
    options: { ...cellOptions, '--keep <never|failed|always>': 'leave the host alive at the end, to be looked at' },
  },
  matrix: {
    call: 'matrix',
    what: 'Many cells side by side, longest first, and one report. Without --select, all of them.',
    options: {
      '--select <glob|host|scenario|tag|!tag>': 'which cells; may be given again',
      ...cellOptions,
      '--jobs <n>': 'how many cells at once, as far as they have room; else by memory and cores',
      '--shard <i/n>': 'the i-th of n parts, split by how long cells took before',
      '--pairs <n>': 'no more than n of the cells with two faults; which ones turns with the day',
      '--seed <n>': 'which ones, with --pairs: those of the day with this number',
      '--repeat <n>': 'each cell n times',
      '--last-failed': 'the cells alone that did not pass in the last run',
      '--retry-failed': 'a failed cell once more; passing then is flaky',
      '--retry-broken <n>': 'how often a cell that the lab itself broke is tried again; else once',
      '--resume [run-id]': 'go on with a run that was cut short, the last one unless told',
    },
  },
  diagnose: {
    call: 'diagnose [target of --trace]',
    what: 'What is wrong with a Docker host, what to do, and what not to. Changes nothing. Exit 0 healthy, 1 sick, 2 unknown.',
    options: {
      ...reachOptions,
      '--bundle <file>': 'the evidence that another machine printed, instead of a host',
      '--trace': 'follow real packets through the host as well: of every flow at once, or of one to a target',
      '--probe': 'start a container for a moment, to ask as it does',
      '--json': 'the diagnosis on standard output',
    },
  },
  fix: {
    call: 'fix [cause]',
    what: 'The steps that repair a host of a cause, as they are for that host.',
    options: {
      ...reachOptions,
      '--bundle <file>': 'the evidence that another machine printed: its steps, to be run there',
      '--use <remedy>': 'which remedy; else all are shown, and the first is applied',
      '--apply': 'run the steps, after a yes, and diagnose the host again: exit 0 where the cause is gone',
      '--yes': 'do not ask',
    },
  },
  list: {
    call: 'list',
    what: 'All cells, and who runs them here; of those that nobody can, what would make them run.',
    options: {
      '--select <glob|host|scenario|tag|!tag>': 'which cells; may be given again',
      '--provider <name>': 'those that this provider is the cheapest for, of all that could serve them somewhere',
      '--json': 'for programs',
      '--shard-minutes <n>': 'with --json: jobs of about n minutes, as a CI matrix',
    },
  },
  shell: {
    call: 'shell <cell>',
    what: 'A root shell on the host, as a stage left it; the host ends with the shell.',
    options: {
      '--at <stage>': 'which stage; else broken',
      '--provider <name>': 'who makes the host: container, qemu or vagrant',
    },
  },
  report: {
    call: 'report [record | merge records... | compare A B | advice runs...]',
    what: "A run's reports made again, else the latest's; shards joined; two runs compared; or what advice has measured.",
    options: { '--plan <file>': 'with merge: which cells should be there' },
  },
  box: {
    call: 'box <host>',
    what: 'Packs the disk of a VM host as a Vagrant box, for vagrant up <host>.',
    options: { '--fresh': 'build the disk anew' },
  },
  down: { call: 'down', what: 'Ends and removes whatever runs have left on this machine, kept hosts included.' },
  doctor: { call: 'doctor', what: 'What this machine can do, and what is missing. Starts nothing.' },
  bench: {
    call: 'bench',
    what: 'Every way to a host and through a cell, timed in turns in one run; medians and ratios as Markdown.',
    options: {
      '--pairs <n>': 'how many turns; else 5',
      '--cell <cell>': 'which cell; else debian12-healthy',
      '--only <words>': 'the rows alone that hold these words; may be given again',
    },
  },
  evidence: {
    call: 'evidence <cell or path>...',
    what: 'Makes the hosts of recorded bundles once more, and puts the new bundles in the place of the old ones.',
    options: {
      '--all': 'every bundle in harness/evidence/recordings.yaml',
      '--stale': 'those alone that are missing or of another collector than this one; goes on where it was cut short',
      '--provider <name>': 'who makes the host: container, qemu or vagrant; else the cheapest that can',
      '--jobs <n>': 'how many hosts at once; else by memory and cores',
      '--into <folder>': 'write there, and leave what is recorded as it is',
    },
  },
  field: {
    call: 'field <folder>',
    what: 'Breaks a fresh host by each script of folder/sick and folder/well, probes it, and diagnoses it blind.',
    options: {
      '--host <name>': 'which host; else debian12',
      '--only <script>': 'this script alone; may be given again',
      '--jobs <n>': 'how many hosts at once; else by memory and cores',
      '--trace': 'follow real packets as well',
      '--record <folder>': 'keep the bundle of each host, and what its probes saw',
      '--json': 'a line of JSON for each script on standard output',
    },
  },
  schema: { call: 'schema', what: 'Writes scenarios/schema.json, which gives editors completion and checks.' },
}

const asked = (args: readonly string[]): boolean => args.some((arg) => arg === '--help' || arg === '-h')

/** What to print where help is asked for: of all commands, or of one, with its options; else undefined. */
export function helpFor(name: string, args: readonly string[]): string | undefined {
  if (name === 'help' || asked([name])) {
    const all = list(Object.values(helps).map(({ call, what }) => [`npm run ${call}`, what]))
    return `${all}\n\nThe options of one: npm run <command> -- --help`
  }
  const help = asked(args) ? helps[name] : undefined
  if (!help) return undefined
  const options = Object.entries(help.options ?? {})
  const head = `npm run ${help.call}${options.length > 0 ? ' [-- options]' : ''}\n\n${help.what}`
  return options.length > 0 ? `${head}\n\n${list(options)}` : head
}

const list = (rows: readonly [string, string][]): string =>
  rows.map(([first, second]) => `  ${first}\n      ${second}`).join('\n')
