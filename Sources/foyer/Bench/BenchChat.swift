import CaseMachine
import CaseStore
import Gateway
import Glibc

/// One guest's case, as the engine would carry it on.
struct Chat {
    private let guest: Actor
    private let opening: Opening
    private let id: CaseID
    private let text: String
    private var state: CaseState?
    private var version: Int64 = 0
    private var serial: UInt64 = 0

    init(number: Int64, textBytes: Int) {
        guest = EngineLoadActors.guest(number)
        opening = EngineLoadActors.opening(number)
        id = CaseID(number)
        text = String(repeating: "a", count: textBytes)
    }

    mutating func open() throws -> CommitUnit { try unit(.open(opening), isNew: true) }
    mutating func send() throws -> CommitUnit { try unit(.send(Message(text: text)), isNew: false) }

    private mutating func unit(_ command: Command, isNew: Bool) throws -> CommitUnit {
        let now = Timestamp(milliseconds: Int64(time(nil)) * 1000)
        let decision = decide(
            command, by: guest, on: state, under: Policy(), in: Circumstances(now: now))
        guard case .accepted(let events, let next) = decision else { throw BenchError.rejected("\(decision)") }
        var heads = state.map(Heads.init) ?? Heads(team: 0, guest: 0)
        // What a guest does is for everyone, but for what has no number.
        let numbered = events.filter { $0.fact.audience != nil }.map { event in
            heads = Heads(team: heads.team + 1, guest: heads.guest + 1)
            return NumberedEvent(numbers: Numbers(forTeam: heads.team, forGuest: heads.guest), event: event)
        }
        serial += 1
        let key = CommandKey(UInt128(EngineClock.now) << 64 | UInt128(UInt64(id.value)), fingerprint: serial)
        let unit = CommitUnit(
            changes: [
                CaseChange(
                    id: id, expectedVersion: version, publicID: isNew ? PublicID(UInt128(UInt64(id.value))) : nil,
                    events: numbered, state: next,
                    earliestDeadline: next.earliestDeadline(under: Policy())?.at)
            ],
            commands: [
                KeyedCommand(
                    key: key, author: guest.author, organisation: EngineLoadActors.clinic,
                    receipt: Receipt(id: id, heads: heads))
            ])
        state = next
        version += 1
        return unit
    }
}

/// Who takes part in the measurement: a guest with a case for each sender.
enum EngineLoadActors {
    static let clinic = OrganisationID(1)

    static func guest(_ number: Int64) -> Actor { .guest(GuestActor(guest: GuestID(number), organisation: clinic)) }

    static let otherTeam = TeamID(2)

    static func opening(_ number: Int64, _ team: TeamID = TeamID(1)) -> Opening {
        Opening(organisation: clinic, team: team, party: .support(GuestID(number)))
    }

    /// Whoever waits, has waited too long.
    static var impatient: TeamRules {
        var policy = Policy()
        policy.revision = 2
        policy.firstResponseAlert = .zero
        return TeamRules(policy: policy)
    }
}
