package import CaseMachine
package import CaseStore

/// What the engine wants from the store. It goes on meanwhile, and is told the result by `CaseEngine.finish`.
package struct EngineJob: Sendable {
    package let id: JobID
    package let kind: Kind

    package enum Kind: Sendable {
        case commit([CommitUnit])
        case load([CaseQuestion])
        case due(at: Timestamp, after: DueCase?, limit: Int)
        case strays(heardSince: Timestamp, after: CaseID?, limit: Int)
        case openCases(of: TeamID, after: CaseID?, limit: Int)
        case heartbeat(members: Set<MemberID>, at: Timestamp)
        case finishErasing(limit: Int)
        case forgetKeys(olderThan: Timestamp, limit: Int)
    }
}

package struct JobID: Hashable, Sendable {
    let value: UInt64
}

/// A case as it is now, with what some of its commands need to know of the log's older part.
package struct CaseQuestion: Hashable, Sendable {
    package let id: CaseID
    /// The event that the first command is to change, by the number that the side knows.
    package let event: EventName?
    /// Whether these were decided before; nil for a command without a key.
    package let keys: [Key?]

    package struct EventName: Hashable, Sendable {
        package let number: Int64
        package let side: Side
    }

    package struct Key: Hashable, Sendable {
        package let name: KeyName
        package let fingerprint: UInt64
    }
}

package struct CaseAnswer: Sendable {
    package let found: Result<LoadedCase, CaseTrouble>
    package let event: Result<StoredEvent?, CaseTrouble>
    /// In the order of the question's keys.
    package let keys: [KeyAnswer]

    package init(
        found: Result<LoadedCase, CaseTrouble>, event: Result<StoredEvent?, CaseTrouble>, keys: [KeyAnswer]
    ) {
        self.found = found
        self.event = event
        self.keys = keys
    }
}

package enum JobResult: Sendable {
    /// In the order of the units.
    case committed(Result<[Result<CommitOutcome, CaseTrouble>], StoreError>)
    /// In the order of the questions.
    case loaded(Result<[CaseAnswer], StoreError>)
    case due(Result<[DueCase], StoreError>)
    case strays(Result<[StrayAssignment], StoreError>)
    case openCases(Result<[CaseID], StoreError>)
    case heartbeat(StoreError?)
    /// How many are left.
    case erased(Result<Int, StoreError>)
    /// How many were forgotten.
    case keysForgotten(Result<Int, StoreError>)

    var failure: StoreError? {
        switch self {
        case .committed(.failure(let error)), .loaded(.failure(let error)), .due(.failure(let error)),
            .strays(.failure(let error)), .openCases(.failure(let error)), .erased(.failure(let error)),
            .keysForgotten(.failure(let error)):
            error
        case .heartbeat(let error): error
        case .committed, .loaded, .due, .strays, .openCases, .erased, .keysForgotten: nil
        }
    }
}

/// What the engine hands out, in order. Nothing of it before it is durable.
package enum EngineOutput: Sendable {
    case reply(Ticket, Reply)
    case publish(Publication)
}

/// A commit, for everybody who watches the case or a list that it is in. One object for all of them.
package final class Publication: Sendable {
    let known: KnownCase
    /// None if it was published before: then the heads are a hint to look.
    package let events: [NumberedEvent]
    /// Where the case was before, if it has moved.
    package let previousTeam: TeamID?
    /// Who had it before, if somebody else or nobody has it now.
    package let previousAssignee: MemberID?

    package var id: CaseID { known.id }
    package var publicID: PublicID { known.publicID }
    package var version: Int64 { known.version }
    package var state: CaseState { known.state }

    init(
        _ known: KnownCase, events: [NumberedEvent] = [], previousTeam: TeamID? = nil,
        previousAssignee: MemberID? = nil
    ) {
        self.known = known
        self.events = events
        self.previousTeam = previousTeam
        self.previousAssignee = previousAssignee
    }
}

/// A case as it is stored. An object, because a state has half a dozen arrays in it: whoever passes it on would count them
/// all.
final class KnownCase: Sendable {
    let id: CaseID
    let publicID: PublicID
    let version: Int64
    let state: CaseState

    init(id: CaseID, publicID: PublicID, version: Int64, state: CaseState) {
        self.id = id
        self.publicID = publicID
        self.version = version
        self.state = state
    }

    convenience init(_ loaded: LoadedCase) {
        self.init(id: loaded.id, publicID: loaded.publicID, version: loaded.version, state: loaded.state)
    }
}
