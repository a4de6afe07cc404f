import { describeQuotas } from '../quotas.contract.ts'
import { openTemporaryMailStore } from './temporary-mail-store.fixture.ts'

describeQuotas('sqlite', openTemporaryMailStore)
