import { describeRoles } from '../roles.contract.ts'
import { openTemporaryStore } from './temporary-store.fixture.ts'

describeRoles('sqlite', openTemporaryStore)
