import CaseMachine
import CaseStore
import Gateway

// What happens to the house by itself, beside what goes wrong on the way of each message.
extension World {
    func planTrouble() {
        plan(in: dice.milliseconds(weather.calmBetween)) { world in
            guard !world.isCalm else { return }
            world.trouble()
            world.planTrouble()
        }
    }

    private func trouble() {
        switch dice.number(1...18) {
        case 1...3: killAny()
        case 4...5:
            coverage.had(.storeAway)
            note("store away")
            storeAwayUntil = now + dice.milliseconds(50...6000)
        case 6:
            coverage.had(.commitFull)
            note("store full")
            storeFullUntil = now + dice.milliseconds(50...6000)
        case 7...8:
            guard let node = dice.pick(nodes) else { return }
            loseBroker(node)
            plan(in: dice.milliseconds(200...15_000)) { $0.regainBroker(node) }
        case 9:
            coverage.had(.brokerStalled)
            note("broker stalled")
            brokerStalledUntil = now + dice.milliseconds(500...8000)
        case 10...12: changePolicy()
        default: troubleCall()
        }
    }

    private func killAny() {
        guard let node = dice.pick(nodes), node.isAlive else { return }
        coverage.had(.nodeKilled)
        kill(node)
    }

    /// After a jump deadlines wait until the clock is trusted again: seldom enough for that to happen.
    func planClock() {
        plan(in: dice.milliseconds(8000...70_000)) { world in
            guard !world.isCalm else { return }
            world.setClock()
            world.planClock()
        }
    }

    /// Somebody, or the time service, sets the clock.
    func setClock() {
        let jumps = [
            30, 50, 120, 600, 600, 1200, 3600, 3600, 7200, 18_000, 40_000, 86_400, 3 * 86_400, 8 * 86_400,
        ]
        guard let jump = dice.pick(jumps) else { return }
        if dice.perMille(200) {
            let back = min(clockOffset, .seconds(jump))
            guard back > .zero else { return }
            coverage.had(.clockBack)
            clockOffset -= back
        } else {
            // Not beyond the time after which the store forgets what was decided under which key.
            guard clockOffset + .seconds(jump) < .days(25) else { return }
            coverage.had(.clockAhead)
            clockOffset += .seconds(jump)
        }
        note("clock", clockOffset.wholeMilliseconds)
    }

    /// The nodes hear of it one after the other.
    private func changePolicy() {
        guard let team = dice.pick(Cast.teams), let old = rules[team]?.policy else { return }
        var policy = Cast.policy(revision: old.revision + 1, &dice)
        // Closed cases are not measured again.
        policy.retention = old.retention
        let changed = TeamRules(policy: policy)
        rules[team] = changed
        oldPolicies[team, default: []].append(old)
        note("policy", team.value, Int64(policy.revision))
        for node in nodes {
            plan(in: dice.milliseconds(1...2000)) { world in
                // Whoever starts later has read a newer one.
                guard node.isAlive, (node.rules[team]?.policy.revision ?? 0) < policy.revision else { return }
                node.rules[team] = changed
                node.engine.advance(to: world.moment(at: node))
                node.engine.adopt(changed, for: team)
                world.coverage.accepted("policyChanged")
                world.pump(node)
            }
        }
    }

    /// What a session will say when the socket of one who talks breaks, or comes back.
    private func troubleCall() {
        let talking = oracle.order.filter { oracle.books[$0]?.state.call?.answeredAt != nil }
        guard let id = dice.pick(talking), let book = oracle.books[id], let node = dice.pick(nodes), node.isAlive else {
            return
        }
        let side: Side = dice.perMille(500) ? .guest : .team
        let isGone = book.state.call?[goneSince: side] != nil
        let command: Command = isGone ? .callPartyBack(side) : .callPartyGone(side)
        lastHouseTag += 1
        let ticket = Ticket(port: 0, tag: lastHouseTag)
        oracle.submitted(ticket, at: node.number, key: nil, of: Cast.house(book.state.organisation), .act(id, command))
        node.engine.advance(to: moment(at: node))
        node.engine.submit(
            Submission(
                ticket: ticket, organisation: book.state.organisation, actor: .system, key: nil,
                command: .act(id, command)))
        pump(node)
    }
}
