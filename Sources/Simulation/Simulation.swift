package import Gateway

package struct SimulationSettings: Sendable {
    /// What happens before it becomes calm.
    package var steps = 10_000
    /// How long it stays calm before everything must be where it belongs: longer than a node's silence, the grace of an
    /// absent member and a clock's confirmation take one after the other.
    package var calm: Duration = .seconds(180)
    /// More than this happens in no house in which nobody does anything.
    package var calmSteps = 200_000
    /// By then a run that has not settled never will.
    package var patience: Duration = .seconds(600)
    /// In a calm house every screen has what is stored after this: its way, or a sweep and a read if its news were lost.
    package var delivery: Duration = .seconds(7)
    /// In a calm house no deadline is met later than this.
    package var lateness: Duration = .seconds(4)
    /// Small, so that a run of a few hundred commands reaches them.
    package var engine: EngineLimits

    package init() {
        engine = EngineLimits()
        engine.cachedCases = 8
        engine.commandsPerRun = 6
        engine.errandsInHand = 4
        engine.errandsPerBatch = 2
        engine.casesPerLoad = 4
        engine.commandsPerBatch = 12
        engine.commandsBesideCommit = 2
    }
}

/// One run of a house.
package struct SimulationReport: Sendable {
    package let seed: UInt64
    /// Of all that happened: two runs of one seed have the same.
    package let trace: UInt64
    package let steps: Int
    package let cases: Int
    package let messages: Int
    /// What was broken, in words; nil if nothing was.
    package let violation: String?
    package let lastLines: [String]
    package let coverage: Coverage
}

package enum Simulation {
    package static func run(seed: UInt64, settings: SimulationSettings = SimulationSettings()) -> SimulationReport {
        let world = World(seed: seed, settings: settings)
        world.begin()
        while world.steps < settings.steps, world.step() {}
        if world.violation == nil { world.calmDown() }
        while !world.isDone, world.step() {}
        if world.violation == nil { world.examine() }
        return SimulationReport(
            seed: seed, trace: world.trace.hash, steps: world.steps, cases: world.oracle.order.count,
            messages: world.oracle.acknowledged.count, violation: world.violation, lastLines: world.trace.lastLines,
            coverage: world.coverage)
    }
}

extension World {
    func begin() {
        for (team, policy) in cast.policies { rules[team] = TeamRules(policy: policy) }
        for place in 0..<weather.nodes { startNode(at: place) }
        for (index, person) in cast.people.enumerated() {
            let client = Client(number: index + 1, person: person)
            clients.append(client)
            plan(in: dice.milliseconds(0...2000)) { $0.connect(client) }
            planAct(of: client)
        }
        planTrouble()
        planClock()
    }

    func calmDown() {
        becomeCalm()
        note("calm")
        // Once more, in most runs, and again when what became due was done: the last deadlines are not those of the last
        // minute.
        for moment in [Duration.zero, .seconds(70)] where dice.perMille(700) { plan(in: moment) { $0.setClock() } }
        for node in nodes { regainBroker(node) }
        for client in clients {
            // Some stay away: their cases go back to the queue.
            if client.isAway, !dice.perMille(500) { continue }
            client.isAway = false
            if client.line == nil { connect(client) }
        }
    }

    var isDone: Bool {
        // What was stored a moment ago is still on its way.
        violation != nil
            || (now - max(calmSince + settings.calm, lastStoredAt + settings.delivery) >= .zero && isSettled)
            || now - calmSince >= settings.patience
    }
}
