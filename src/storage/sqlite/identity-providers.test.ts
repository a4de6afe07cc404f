import { describeIdentityProviders } from '../identity-providers.contract.ts'
import { openTemporaryStore } from './temporary-store.fixture.ts'

describeIdentityProviders('sqlite', openTemporaryStore)
