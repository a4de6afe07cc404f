import { describeLoginLimits } from '../login-limits.contract.ts'
import { openTemporaryMailStore } from './temporary-mail-store.fixture.ts'

describeLoginLimits('sqlite', openTemporaryMailStore)
