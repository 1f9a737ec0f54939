// The tests of CaseStore.
