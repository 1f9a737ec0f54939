import LoadCheck

/// What a run is to be.
struct RushPlan: Sendable {
    let house: HouseAddress
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
}

/// A guest with a case, and the member who took it on.
struct Pair: Sendable {
    let guest: Int
    let member: Int
    let caseID: String
}
