import type { Declaration } from './declaration.ts'

const provider = {
  value: 'name',
  what: 'run on container, qemu or vagrant; default: the cheapest that can run the cell',
}
const select = {
  value: 'glob|host|scenario|tag|!tag',
  what: 'run these cells; repeatable',
  multiple: true,
} as const
const reports = {
  value: 'folder',
  what: 'keep runs and their history there; default: DOCKFAULT_REPORTS, else ./reports',
}
const cellJobs = { value: 'n', what: 'cells at once; default: as many as memory and cores allow' }
const hostJobs = { value: 'n', what: 'hosts at once; default: as many as memory and cores allow' }
const cell = {
  provider,
  until: { value: 'stage', what: 'stop after this stage, such as healthy or broken' },
  detector: {
    value: 'adapter or command',
    what: 'score another detector beside our own; repeatable',
    multiple: true,
  },
  cold: { what: 'boot every host afresh, and break a new host for every fix' },
  json: { what: 'print the record of the run as JSON' },
  reports,
} as const
/** The commands that make hosts and run cells. */
export const runnerDeclarations = {
  run: {
    operands: '<cell>',
    what: 'Runs one cell: makes a host, injects the fault, probes, diagnoses blind, tries every fix, and writes a report.',
    options: {
      ...cell,
      keep: {
        value: 'never|failed|always',
        what: 'leave the host running at the end, for inspection',
        default: 'never',
      },
    },
  },
  matrix: {
    what: 'Runs many cells side by side, the longest first, and writes one report. Default: all cells.',
    options: {
      select,
      ...cell,
      jobs: cellJobs,
      minutes: { value: 'n', what: 'begin no more cells after n minutes; --resume runs the rest' },
      shard: { value: 'i/n', what: 'run the i-th of n parts that take about equally long' },
      pairs: { value: 'n', what: 'run at most n of the cells with two faults; the choice changes every day' },
      seed: { value: 'n', what: 'with --pairs: repeat the choice with this number, which a run prints' },
      repeat: { value: 'n', what: 'run each cell n times', default: '1' },
      'last-failed': { what: 'run only the cells that did not pass in the last run' },
      'retry-failed': { what: 'run a failed cell once more; if it then passes, it is flaky' },
      'retry-broken': {
        value: 'n',
        what: 'run a cell that the lab itself broke up to n times more; default: 1',
        default: '1',
      },
      resume: { operand: '[run-id]', what: 'finish a run that was cut short; default: the last one' },
    },
  },
  sweep: {
    operands: '<scenario>',
    what: 'Runs the fault of a scenario under every combination of conditions, and prints which of them each symptom needs. Of many combinations it runs few, then more around what differs. Tries no fixes.',
    options: {
      over: {
        value: 'words',
        what: 'vary these: proxy, policy, backend, networks, live-restore, ipv6, br-netfilter, ip-forward, firewalld, engine; default: proxy,policy,backend,live-restore',
      },
      hosts: { value: 'names', what: 'on these hosts; default: the first, and with --over engine all of the scenario' },
      all: { what: 'run every combination, however many there are' },
      provider,
      jobs: cellJobs,
      resume: { operand: '[run-id]', what: 'finish a sweep that was cut short; default: the last one' },
      json: { what: 'print the result as JSON' },
      reports,
    },
  },
  bisect: {
    operands: '<scenario>',
    what: 'Finds the versions of a program between which a symptom of a scenario comes or goes, and prints what hosts of both showed. Halves ranges whose ends differ, then tries the middles of others. Tries no fixes.',
    options: {
      over: {
        value: 'axis[=first..last]',
        what: 'vary this: iptables, engine, firewalld or kernel, such as iptables=1.8.7..1.8.13; default: all versions',
      },
      host: { value: 'name', what: 'with iptables or kernel: on this host; default: the first of the scenario' },
      most: {
        value: 'n',
        what: 'where nothing differs, observe at most n versions; default: twice as many as halving needs',
      },
      provider,
      jobs: cellJobs,
      resume: { operand: '[run-id]', what: 'finish a bisection that was cut short; default: the last one' },
      json: { what: 'print the result as JSON' },
      reports,
    },
  },
  list: {
    what: 'Lists all cells and the provider that runs each here. For cells that nothing here can run, names what is missing.',
    options: {
      select: { ...select, what: 'list these cells; repeatable' },
      provider: {
        value: 'name',
        what: 'list the cells whose cheapest provider is this one, if all providers were here',
      },
      json: { what: 'print JSON' },
      'shard-minutes': { value: 'n', what: 'with --json: print jobs of about n minutes, as a CI matrix' },
      reports,
    },
  },
  shell: {
    operands: '<cell>',
    what: 'Opens a root shell on the host of a cell. The host is removed when the shell ends.',
    options: {
      at: { value: 'stage', what: 'open it after this stage; default: broken' },
      provider,
      reports,
    },
  },
  report: {
    operands:
      '[record | merge records... | compare A B | advice runs... | look-alikes runs... | sweep runs... | bisect runs...]',
    what: 'Writes the report of a run again (default: the latest); merges the records of shards; compares two runs; prints what each remedy and each “do not” was measured to do; prints which causes fail the same probes, and what separates them; or prints what sweeps or bisections found.',
    options: {
      plan: { value: 'file', what: 'with merge: the cells to expect, as list printed them' },
      json: { what: 'with look-alikes, sweep or bisect: print JSON' },
      reports,
    },
  },
  box: {
    operands: '<host>',
    what: 'Packs the disk of a VM host as a Vagrant box, for vagrant up <host>.',
    options: { fresh: { what: 'build the disk again' } },
  },
  down: { what: 'Removes everything that runs have left on this machine, hosts that were kept included.', options: {} },
  doctor: {
    what: 'Shows which hosts this machine can make, and what is missing for others. Starts nothing.',
    options: {},
  },
  bench: {
    what: 'Times every way to make a host and run a cell, in turns. Prints medians and ratios as Markdown.',
    options: {
      pairs: { value: 'n', what: 'the number of turns; default: 5', default: '5' },
      cell: { value: 'cell', what: 'the cell to time; default: debian12-healthy', default: 'debian12-healthy' },
      only: { value: 'words', what: 'time only the rows whose names contain these words; repeatable', multiple: true },
    },
  },
  evidence: {
    operands: '<cell or path>...',
    what: 'Makes the hosts of recorded bundles again, and replaces the bundles with new ones.',
    options: {
      all: { what: 'every bundle in harness/evidence/recordings.yaml' },
      stale: { what: 'only bundles that are missing or from another version of the collector' },
      provider,
      jobs: hostJobs,
      into: { value: 'folder', what: 'write there, and keep the recorded bundles' },
    },
  },
  field: {
    operands: '<folder>',
    what: 'Runs each script of folder/sick and folder/well on a fresh host, probes the host, and diagnoses it blind.',
    options: {
      host: { value: 'name', what: 'the kind of host; default: debian12', default: 'debian12' },
      only: { value: 'script', what: 'run only this script; repeatable', multiple: true },
      jobs: hostJobs,
      trace: { what: 'also follow real packets' },
      record: { value: 'folder', what: 'keep the bundle of each host and the results of its probes there' },
      json: { what: 'print one line of JSON for each script' },
    },
  },
  schema: { what: 'Writes scenarios/schema.json, with which editors complete and check scenarios.', options: {} },
} as const satisfies Record<string, Declaration>
