// Puts together how a thread counts failed logins: through the store, on the clock that all nodes share.

import type { Config } from '../config/schema.ts'
import { createAttemptCounter } from '../identity/attempt-counter.ts'
import { createLoginLimits, type LoginLimits } from '../identity/login-limits.ts'
import { createSubjectKey } from '../identity/login-subjects.ts'
import type { InstallationKeys } from '../keys/installation-key.ts'
import type { ThreadStore } from './thread-store.ts'

export function openLoginLimits(config: Config, { pepper }: InstallationKeys, store: ThreadStore): LoginLimits {
  const now = () => store.clock.now()
  return createLoginLimits({
    reader: store.storage.read.loginLimits,
    counter: createAttemptCounter(store.storage.write.loginLimits, now),
    subjectKey: createSubjectKey(pepper),
    settings: config.auth.failures,
    now,
  })
}
