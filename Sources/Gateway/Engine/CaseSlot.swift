import CaseMachine
import CaseStore
import DequeModule

/// A command that has reached its case.
struct Pending {
    enum Origin {
        case person(Ticket)
        /// The house's own: a deadline, an absence, a changed policy.
        case errand
    }

    let origin: Origin
    let organisation: OrganisationID?
    let actor: Actor
    let key: CommandKey?
    let command: CaseCommand
    let addressee: Addressee?
    /// What the log says of the event that is to be changed, as of the case's version `at`.
    var target: (found: Result<Command.Target?, CaseTrouble>, at: Int64)?
    /// The store has said, since the command came, that its key is new and what the case is like.
    var isVerified = false
    /// How often it was decided in vain.
    var attempts = 0
    /// A COMMIT that it was in was not answered.
    var mayBeStored = false

    init(_ submission: Submission) {
        origin = .person(submission.ticket)
        organisation = submission.organisation
        actor = submission.actor
        key = submission.key
        command = submission.command
        addressee = submission.addressee
    }

    init(errand command: Command, on id: CaseID) {
        origin = .errand
        organisation = nil
        actor = .system
        key = nil
        self.command = .act(id, command)
        addressee = nil
    }

    var isErrand: Bool {
        switch origin {
        case .person: false
        case .errand: true
        }
    }

    /// Of whoever gave it, if it can be repeated.
    var question: CaseQuestion.Key? {
        guard let key, let organisation else { return nil }
        let name = KeyName(organisation: organisation, author: actor.author, value: key.value)
        return CaseQuestion.Key(name: name, fingerprint: key.fingerprint)
    }

    /// To carry it out twice is to carry it out once: it has a key, or it only moves a cursor, or it is the house's own,
    /// which is decided by what the case is like then.
    var mayBeRepeated: Bool {
        guard key == nil, !isErrand else { return true }
        switch command {
        case .act(_, .markSeen), .act(_, .markDelivered): return true
        case .act, .open, .edit, .delete, .pair: return false
        }
    }
}

/// A case in the engine's hands: what is known of it, and what waits for it.
final class CaseSlot {
    enum Standing {
        /// Not known, or not known any more: to be loaded when something is wanted of it.
        case unknown
        case idle
        case loading
        case committing
    }

    enum Queue {
        case none
        case toLoad
        /// People wait for what becomes of it.
        case ready
        case readyForErrands
    }

    let id: CaseID
    var standing: Standing
    var known: KnownCase?
    /// The case is to be made, under this name.
    var publicID: PublicID?
    var waiting: Deque<Pending> = []
    /// Where it stands. Entries of other queues are out of date.
    var queue = Queue.none
    /// Used since the cache last came by.
    var wasUsed = true
    /// One of several commands spoiled their common unit: from here on each goes by itself, until one was stored.
    var goesSingly = false
    /// The load that is under way asks on behalf of so many of those that wait.
    var askedFor = 0
    /// The news of a command that was decided before have to go out again.
    var owesNews = false

    init(_ id: CaseID, standing: Standing) {
        self.id = id
        self.standing = standing
    }

    var wantsWork: Bool { !waiting.isEmpty || owesNews }
    var hasPeople: Bool { waiting.contains { !$0.isErrand } }
    var isBusy: Bool {
        switch standing {
        case .loading, .committing: true
        case .unknown, .idle: false
        }
    }
    var isNew: Bool { publicID != nil && known == nil }
}
