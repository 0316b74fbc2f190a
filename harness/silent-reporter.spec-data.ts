import type { Reporter } from './report/terminal/index.ts'

/** A reporter that shows nothing. */
export const silent: Reporter = {
  cellStart: () => {},
  stageStart: () => {},
  progress: () => {},
  stageEnd: () => {},
  cellEnd: () => {},
  end: () => {},
  close: () => {},
}
