import { describeResources } from '../resources.contract.ts'
import { openTemporaryStore } from './temporary-store.fixture.ts'

describeResources('sqlite', openTemporaryStore)
