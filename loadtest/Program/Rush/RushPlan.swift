import LoadCheck

/// What a run is to be.
struct RushPlan: Sendable {
    /// The nodes of one house.
    let houses: [HouseAddress]
    let guests: Int
    let members: Int
    let logins: [MemberLogin]
    /// Nil: each guest turns to a team of the member who takes their case on.
    let team: String?
    let textBytes: Int
    /// The share of all messages that members write.
    let memberShare: Double
    /// The share of a member's messages that are private notes.
    let notes: Double
    let watches: Bool
    let threads: Int
    let seed: UInt64
    let history: HistoryFile?
    /// What a client waits at most before it tries again, in microseconds. The protocol lets it wait for 30 s; in a rush
    /// the time until everybody is back is part of what is measured.
    var longestPause: Int64 = 4_000_000
    /// Threads that fetch tickets from one node.
    var ticketClerks = 2
    /// Onlookers have threads of their own: what thousands of them hear does not make others' latencies longer.
    var keepsOnlookersApart = false
}

/// People who come together: so many guests, and members who take their cases on.
struct Party {
    let guests: Int
    let members: Int
    /// Where they are.
    let nodes: Range<Int>
    var isMeasured = true
}

/// A guest with a case, and the member who took it on.
struct Pair: Sendable {
    let guest: Int
    let member: Int
    let caseID: String
}
