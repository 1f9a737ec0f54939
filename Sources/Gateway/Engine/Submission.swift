package import CaseMachine
package import CaseStore

/// Where an answer goes: a port of the house (a loop), and whatever the port knows its question by.
package struct Ticket: Hashable, Sendable {
    package let port: Int
    package let tag: UInt64

    package init(port: Int, tag: UInt64) {
        self.port = port
        self.tag = tag
    }
}

/// A command on its way to the engine. Who gives it, and of which organisation, comes from the session.
package struct Submission: Hashable, Sendable {
    package let ticket: Ticket
    package let organisation: OrganisationID
    package let actor: Actor
    /// Without one, a command must do no harm when it is carried out twice (read cursors).
    package let key: CommandKey?
    package let command: CaseCommand
    /// The member or the team that the command names, as the house knows them now.
    package let addressee: Addressee?

    package init(
        ticket: Ticket, organisation: OrganisationID, actor: Actor, key: CommandKey?, command: CaseCommand,
        addressee: Addressee? = nil
    ) {
        self.ticket = ticket
        self.organisation = organisation
        self.actor = actor
        self.key = key
        self.command = command
        self.addressee = addressee
    }
}

/// What a session can ask for: the machine's commands, before the engine has found what they are about.
package enum CaseCommand: Hashable, Sendable {
    case open(Opening)
    /// Whatever needs nothing but the case. Opening, editing and deleting have their own.
    case act(CaseID, Command)
    /// The message has this number for the side that the actor reads on.
    case edit(CaseID, number: Int64, text: String)
    case delete(CaseID, number: Int64)
    /// What concerns two cases: stored for both or for neither.
    case pair(PairCommand, from: CaseID, into: CaseID)

    /// About how much memory it holds: the texts that a person can make long.
    var byteCount: Int {
        switch self {
        case .open(let opening): 256 + opening.subject.utf8.count + 8 * opening.missing.count
        case .act(_, .closeWithoutConsent(let reason)): 256 + reason.utf8.count
        case .act(_, .send(let message)), .act(_, .note(let message)), .act(_, .deliverBlast(_, let message)):
            256 + message.text.utf8.count + message.files.reduce(0) { $0 + 64 + $1.title.utf8.count }
        case .act(_, .submitIdentifiers(let values)): values.reduce(256) { $0 + 64 + $1.value.utf8.count }
        case .edit(_, _, let text): 256 + text.utf8.count
        case .act, .delete, .pair: 256
        }
    }
}

package enum Reply: Hashable, Sendable {
    case accepted(Receipt)
    case rejected(Rejection)
    case refused(Refusal)
}

/// Why the engine did not take a command, or could not carry it out, whatever the machine would have said.
package enum Refusal: Hashable, Sendable {
    /// Too much is waiting.
    case overloaded
    /// The key was used for another command.
    case keyReused
    /// The store has no room, or cannot be reached: nothing was stored.
    case storeAway
    /// It is not known whether it was stored: ask again under the same key, at another node or later.
    case unknown
    case trouble(CaseTrouble)

    /// Stable; clients switch over it.
    package var code: String {
        switch self {
        case .overloaded: "overloaded"
        case .keyReused: "key_reused"
        case .storeAway: "store_away"
        case .unknown: "unknown"
        case .trouble: "case_unreadable"
        }
    }

    /// What to do about it, for a person.
    package var advice: String {
        switch self {
        case .overloaded: "Too much is going on right now. Try again in a moment."
        case .keyReused: "This key belongs to another command. Send it again under a new key."
        case .storeAway: "Nothing can be saved right now. Send it again in a moment, under the same key."
        case .unknown: "It is not known yet whether this was saved. Send it again under the same key."
        case .trouble: "This conversation cannot be read right now. The people who run the server have to look at it."
        }
    }

    package var mayBeRepeated: Bool {
        switch self {
        case .overloaded, .storeAway, .unknown: true
        case .keyReused, .trouble: false
        }
    }
}
