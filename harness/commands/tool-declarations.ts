import type { Declaration } from './declaration.ts'

const target = {
  ssh: { value: 'user@host', what: 'work on another machine; it needs only sh, and root or sudo without a password' },
  'ssh-config': { value: 'file', what: 'the OpenSSH configuration file to use with --ssh' },
} as const

/** The commands for real hosts, which the package has. */
export const toolDeclarations = {
  diagnose: {
    tool: true,
    what: 'Names what is wrong with a Docker host, what repairs it, and what does not. Changes nothing. Exit 0: healthy, 1: sick, 2: unknown.',
    options: {
      ...target,
      bundle: {
        value: 'file',
        what: 'diagnose the evidence that collect printed on another machine; - is standard input',
      },
      sos: {
        value: 'archive or folder',
        what: 'diagnose a sos report of another machine, as far as it goes: what it lacks is named, so it never shows a healthy host',
      },
      trace: {
        operand: '[target]',
        what: 'also follow real packets through the host: of every flow, or only to a target such as web@203.0.113.10:443',
      },
      probe: { what: 'also start a container for a moment, and test its network' },
      json: { what: 'print the diagnosis as JSON' },
    },
  },
  fix: {
    tool: true,
    operands: '[cause]',
    what: 'Prints the steps that repair this host. Runs them only with --apply. Default cause: the first that diagnose names and that has a remedy.',
    options: {
      ...target,
      bundle: {
        value: 'file',
        what: 'print the steps for the machine that this evidence is from; - is standard input',
      },
      use: { value: 'remedy', what: 'use this remedy; default: print all, apply the first' },
      apply: { what: 'run the steps after a confirmation, then diagnose again; exit 0: the cause is gone' },
      yes: { what: 'skip the confirmation' },
    },
  },
  collect: {
    tool: true,
    what: 'Prints the evidence of a Docker host: what collect.sh reads there. Changes nothing.',
    options: {
      ...target,
      'hide-addresses': {
        what: 'replace public IP addresses and hardware addresses with addresses reserved for documentation',
      },
      script: { what: 'print collect.sh itself: POSIX sh, for a host without Node' },
    },
  },
  completion: {
    tool: true,
    operands: '<bash|zsh|fish>',
    what: 'Prints a completion script for a shell.',
    options: {},
  },
} as const satisfies Record<string, Declaration>
