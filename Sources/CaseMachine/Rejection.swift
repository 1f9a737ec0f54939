/// Why a command was not carried out. A rejected command changes nothing.
package enum Rejection: Error, Hashable, Sendable {
    /// The actor may not do this to this case, whatever its state. Says nothing about what the case holds.
    case notAllowed
    case noSuchCase
    case alreadyOpen
    /// The case's state does not take this command.
    case notNow(PhaseName)
    /// Somebody was faster; the loser is told who (B3).
    case alreadyClaimed(by: MemberID)
    case claimFirst
    case closed
    /// Too long closed to be reopened.
    case startANewCase
    case movedTo(CaseID)
    case erased
    case empty
    case tooLong(limitBytes: Int)
    case tooMany(limit: Int)
    case identifiersMissing([FieldID])
    case notYours
    case gone
    case noSuchNumber
    case alreadyThere
    case notThere
    case invalidTime
    case reasonMissing
    case switchedOff
    case callUnderWay
    case noCall
    case inviteFirst
    /// The member or the team that was named is none of this organisation's.
    case noSuchColleague
    case noSuchField(FieldID)
    /// Not as the team's rule for this identifier has it.
    case badValue(FieldID)
    case notARoom
    case sameRoom
    case notMerged
    case differentOrganisations
    case differentGuests

    /// Stable; clients switch over it.
    package var code: String {
        switch self {
        case .notAllowed: "not_allowed"
        case .noSuchCase: "no_such_case"
        case .alreadyOpen: "already_open"
        case .notNow: "not_now"
        case .alreadyClaimed: "already_claimed"
        case .claimFirst: "claim_first"
        case .closed: "closed"
        case .startANewCase: "start_a_new_case"
        case .movedTo: "moved"
        case .erased: "erased"
        case .empty: "empty"
        case .tooLong: "too_long"
        case .tooMany: "too_many"
        case .identifiersMissing: "identifiers_missing"
        case .notYours: "not_yours"
        case .gone: "gone"
        case .noSuchNumber: "no_such_number"
        case .alreadyThere: "already_there"
        case .notThere: "not_there"
        case .invalidTime: "invalid_time"
        case .reasonMissing: "reason_missing"
        case .switchedOff: "switched_off"
        case .callUnderWay: "call_under_way"
        case .noCall: "no_call"
        case .inviteFirst: "invite_first"
        case .noSuchColleague: "no_such_colleague"
        case .noSuchField: "no_such_field"
        case .badValue: "bad_value"
        case .notARoom: "not_a_room"
        case .sameRoom: "same_room"
        case .notMerged: "not_merged"
        case .differentOrganisations: "different_organisations"
        case .differentGuests: "different_guests"
        }
    }

    /// What to do about it, for a person.
    package var advice: String {
        switch self {
        case .notAllowed: "You may not do this here."
        case .noSuchCase: "There is no such conversation."
        case .alreadyOpen: "This conversation has begun already."
        case .notNow(let phase): "This cannot be done while the conversation is \(phase.words)."
        case .alreadyClaimed: "A colleague has claimed this conversation already."
        case .claimFirst: "Claim this conversation first."
        case .closed: "This conversation is closed."
        case .startANewCase: "This conversation was closed a while ago. Please start a new one."
        case .movedTo: "This conversation goes on in another one."
        case .erased: "The content of this conversation has been removed."
        case .empty: "Write something or add a file first."
        case .tooLong(let limit): "This is too long: at most \(limit) bytes. Send it as a file instead."
        case .tooMany(let limit): "These are too many: at most \(limit)."
        case .identifiersMissing: "Please fill in what is marked as mandatory."
        case .notYours: "Only the author can change this."
        case .gone: "This has been deleted."
        case .noSuchNumber: "There is no such message here."
        case .alreadyThere: "They are here already."
        case .notThere: "They are not here."
        case .invalidTime: "Choose a later time, within what your team allows."
        case .reasonMissing: "Give a reason."
        case .switchedOff: "This has been switched off for this team."
        case .callUnderWay: "A call is going on."
        case .noCall: "There is no such call any more."
        case .inviteFirst: "Send an invitation by SMS or e-mail first."
        case .noSuchColleague: "There is no such colleague or team."
        case .noSuchField: "This team does not ask for that."
        case .badValue: "This is not written as the team needs it. Check it, and follow the example."
        case .notARoom: "This works only in a room that somebody was invited into."
        case .sameRoom: "A room cannot be merged with itself."
        case .notMerged: "These two rooms are not merged."
        case .differentOrganisations: "Rooms of different organisations stay apart."
        case .differentGuests: "These rooms are of different guests. A member has to choose whether they become one."
        }
    }
}
