import { describeTransportPolicies } from '../transport-policies.contract.ts'
import { openTemporaryMailStore } from './temporary-mail-store.fixture.ts'

describeTransportPolicies('sqlite', openTemporaryMailStore)
