// The tests of CaseMachine.
