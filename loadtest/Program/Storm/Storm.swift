import LoadCheck
import Reactor

/// What a storm is to be.
struct StormPlan {
    /// Sockets that are lost at once.
    let sockets: Int
    /// Guests whose sockets they are, each with a case.
    let guests: Int
    let cut: StormCut
    /// Of the bystanders, in messages a second.
    let rate: Double
    /// How long only the bystanders are looked at.
    let calmSeconds: Double
    /// How long everybody may take to come back.
    let patience: Double
}

enum StormCut: String, CaseIterable, Sendable {
    /// The clients' side ends the sockets.
    case clients
    /// A node is killed by somebody else.
    case node
}

/// Thousands of sockets are lost at once and come back, while bystanders at another node go on talking.
///
/// While they are away one message is written in each case: a socket is back when it follows its case again, has been
/// told that it has everything, and has that message.
struct Storm {
    private let plan: StormPlan
    private let rush: Rush
    private let bystanderNodes: Range<Int>
    private let stormNodes: Range<Int>
    private static let drainSeconds = 30.0
    /// What a busy desk writes in the meantime, not the burst of one program.
    private static let writingSeconds = 8.0

    init(_ plan: StormPlan, _ rush: Rush) {
        self.plan = plan
        self.rush = rush
        // The last node is the bystanders', where there are several.
        let nodes = rush.plan.houses.indices
        bystanderNodes = nodes.suffix(1)
        stormNodes = nodes.count > 1 ? nodes.dropLast(1) : nodes
    }

    func run() throws -> StormReport {
        // Says when a message is due.
        OwnThread.comeFirst()
        say("signing in \(rush.plan.guests + rush.plan.members) bystanders and \(plan.guests) guests")
        try rush.gather(at: bystanderNodes)
        let members = (plan.guests + HouseOptions.casesPerMember - 1) / HouseOptions.casesPerMember
        let pairs = try rush.gatherOthers(
            Party(guests: plan.guests, members: members, nodes: bystanderNodes, isMeasured: false))
        say("\(plan.sockets) sockets come in")
        let began = microseconds()
        let onlookers = rush.addOnlookers(plan.sockets, of: pairs, at: stormNodes)
        try rush.wait("every socket is in its place", patience: .seconds(Int(plan.patience))) { self.areInPlace }
        let arrival = Double(microseconds() - began) / 1e6
        say("all are in")
        let calm = try send(seconds: plan.calmSeconds) { false }

        let heardBefore = rush.progress[.heard]
        switch plan.cut {
        case .clients:
            rush.cut(onlookers)
        case .node:
            say("waiting for a node to die")
        }
        try rush.wait("sockets are lost") { !self.areInPlace }
        let lost = microseconds()
        say("sockets are lost")
        rush.writeOnce(in: pairs, withinSeconds: Self.writingSeconds)
        var back: Int64?
        let storm = try send(seconds: plan.patience) {
            guard back == nil else { return true }
            if self.areInPlace, self.rush.progress[.heard] >= heardBefore + self.plan.sockets { back = microseconds() }
            return back != nil
        }
        return StormReport(
            plan, bystanders: rush.plan.guests + rush.plan.members, nodes: rush.plan.houses.count,
            arrivalSeconds: arrival, backSeconds: back.map { Double($0 - lost) / 1e6 },
            isInPlace: rush.progress[.inPlace],
            calm: calm, storm: storm)
    }

    private var areInPlace: Bool { rush.progress[.inPlace] >= plan.sockets }

    private func send(seconds: Double, until isOver: () -> Bool) throws -> Latencies {
        let (latencies, isDrained) = try rush.send(
            rate: plan.rate, seconds: seconds, spacing: .poisson, drainSeconds: Self.drainSeconds, until: isOver)
        guard isDrained else { throw HouseError("the bystanders' messages did not all arrive") }
        return latencies
    }
}
