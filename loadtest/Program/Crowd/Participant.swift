import LoadCheck

/// Who a client is, and what it comes for.
struct Participant: Sendable {
    enum Task: Sendable {
        /// A guest with something to ask: a category of the team, or a subject, and what the team must know.
        case guest(team: String, category: String?, fields: [String])
        case member
        /// Another socket of a guest, which follows this case and says nothing.
        case onlooker(caseID: String)
        /// Reads the log of these cases from their beginning, with the sight of that client.
        case reader(of: Int, HistoryLine.Role, cases: [String])
    }

    let number: Int
    let session: HouseSession
    let task: Task
    /// Where it goes.
    let nodes: NodeRing
    /// Whether the messages that it writes and receives count among the latencies.
    var isMeasured = true

    var role: HistoryLine.Role {
        switch task {
        case .guest, .onlooker: .guest
        case .member: .member
        case .reader(_, let role, _): role
        }
    }

    var reads: Int? {
        switch task {
        case .guest, .member, .onlooker: nil
        case .reader(let client, _, _): client
        }
    }

    var isOnlooker: Bool {
        switch task {
        case .onlooker: true
        case .guest, .member, .reader: false
        }
    }
}
