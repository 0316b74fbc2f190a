import { absent, defineCause, present, unknown } from '../../cause/cause.ts'
import { restartDocker } from '../../cause/steps.ts'
import type { DockerdProcess, Facts } from '../../evidence/facts.ts'

/** A signal has stopped dockerd’s process: its unit is active, and it answers nobody. */
export const dockerdHung = defineCause({
  id: 'dockerd-hung',
  title: 'dockerd is stopped by a signal',
  needs: ['docker-install'],
  detect(facts) {
    const { docker } = facts
    if (docker.answers) return absent('dockerd answers')
    const stopped = stoppedOf(facts)
    if (!stopped)
      return docker.processes.length > 0
        ? unknown('dockerd runs and does not answer: it may be starting, busy or locked up')
        : absent('no dockerd runs')
    const words = `dockerd (process ${stopped.pid}) was stopped by a signal (SIGSTOP or SIGTSTP), and waits for SIGCONT. systemd shows it as active. Containers go on, but every docker command hangs, and names of containers on user networks do not resolve.`
    return present({
      confidence: 'certain',
      active: words,
      latent: words,
      evidence: [{ from: `/proc/${stopped.pid}/stat`, line: `state T: ${stopped.command.join(' ')}` }],
    })
  },
  explains: (symptom) => symptom.kind === 'hung',
  remedies: {
    continue: {
      title: 'Let dockerd go on',
      steps: (facts) => [`kill -CONT ${stoppedOf(facts)?.pid}`],
      cost: 'none',
    },
    'restart-docker': {
      title: 'Restart docker: systemd sends SIGCONT after SIGTERM',
      steps: () => [restartDocker],
      cost: 'containers restarted',
      restartsDocker: true,
    },
  },
  temptations: {
    'restart-containers': {
      title: 'Restart the containers',
      steps: () => ["timeout 20 sh -c 'docker ps -q | xargs -r docker restart -t 2'"],
      cost: 'none',
      why: 'The docker client waits for the same dockerd.',
    },
    'reload-docker': {
      title: 'Reload docker',
      steps: () => ['systemctl reload docker.service'],
      cost: 'none',
      why: 'A stopped process handles no signal but SIGCONT and SIGKILL, so SIGHUP waits with the rest.',
    },
  },
})

const stoppedOf = ({ docker }: Facts): DockerdProcess | undefined => docker.processes.find(({ state }) => state === 'T')
