import CaseMachine
import TestSupport
import Testing

@Suite struct `A stored shape` {
    /// Every state and every event of all small cases of four steps, and of two rooms: no fact and no phase is left out.
    private static func walk(_ visit: (CaseState, [CaseEvent]) -> Void) {
        let openings = [SmallWorld.support, SmallWorld.intake, SmallWorld.room, SmallWorld.thread]
        _ = Exploration(openings: openings, mostSteps: 4).run { step in
            guard case .accepted(let events, let state) = step.decision else { return }
            visit(state, events)
        }
        _ = PairExploration(mostSteps: 3).run(visitSingle: { _ in }) { step in
            guard case .accepted(let gone, let stays) = step.decision else { return }
            visit(gone.state, gone.events)
            visit(stays.state, stays.events)
        }
    }

    @Test func `reads back as what was written, for every state and event of small cases`() throws {
        var states: Set<CaseState> = []
        var events: Set<CaseEvent> = []
        Self.walk {
            states.insert($0)
            events.formUnion($1)
        }
        for state in states { #expect(try CaseState(packed: state.packed) == state) }
        for event in events { #expect(try CaseEvent(packed: event.packed) == event) }
        #expect(states.count > 5_000)
        #expect(Set(events.map(\.fact.name)).count > 30)
    }

    static let facts: [Fact] = [
        .opened(
            Opening(
                organisation: OrganisationID(.max), team: TeamID(.min), party: .direct(ClientID(-1)),
                category: CategoryID(7), subject: "Größe 🦷", missing: [FieldID(1), FieldID(2)])),
        .messageSent(
            Message(
                text: "",
                files: [SharedFile(file: FileID(1), title: "x.pdf", byteCount: .max, mediaType: "application/pdf")])),
        .messageSent(Message(text: "We look into it.", voice: .team)),
        .automaticMessageSent(.welcome("Hello")), .automaticMessageSent(.closedByItself(unanswered: true)),
        .closed(.bySupervisor("Abuse")), .closed(.bySupervisor(nil)), .closed(.abandoned),
        .transferred(.team(TeamID(3))),
        .messageEdited(Numbers(forTeam: 3, forGuest: nil), text: "n"), .callEnded(.lost), .invited(.email),
        .seen(.team, upTo: 300), .delivered(.guest, upTo: 0), .blastDelivered(BlastID(5), Message(text: "b")),
        .missedResponseNoticed(
            MissedResponse(side: .team, unseen: .min ... .max, dueAt: Timestamp(milliseconds: .max))),
        .erased(.request, absorbed: [CaseID(1), CaseID(2)]), .mergeUndone(noticed: [.team, .guest]),
        .absorbed(
            Absorption(
                rooms: [CaseID(9)], guests: [GuestID(4), GuestID(5)], invitations: 3, isWaitedFor: true,
                unanswered: Unanswered(since: Timestamp(milliseconds: 1)),
                guestStreak: Absorption.Streak(began: Timestamp(milliseconds: 2), wasNoticed: true), teamStreak: nil)),
        .callPartyGone(.guest), .policyAdopted(AdoptedPolicy(revision: 7, noticesGuest: false, noticesTeam: true)),
    ]

    @Test(arguments: facts) func `keeps what is at the edges`(fact: Fact) throws {
        for author in [Author.guest(GuestID(1)), .client(ClientUserID(2)), .member(MemberID(3)), .system] {
            let event = CaseEvent(at: Timestamp(milliseconds: .min), author: author, fact: fact)
            #expect(try CaseEvent(packed: event.packed) == event)
        }
    }

    @Test func `of a later release is refused by its version, not guessed`() throws {
        var bytes = CaseEvent(at: SmallWorld.beginning, author: .system, fact: .claimed).packed
        bytes[0] = CaseEvent.shape + 1
        #expect(throws: ShapeError.unknownVersion(CaseEvent.shape + 1)) { try CaseEvent(packed: bytes) }
        #expect(throws: ShapeError.unknownVersion(9)) { try CaseState(packed: [9]) }
    }

    @Test func `that was cut short or lengthened is damaged`() throws {
        let event = CaseEvent(at: SmallWorld.beginning, author: .system, fact: Self.facts[1])
        let bytes = event.packed
        for count in 0..<bytes.count {
            #expect(throws: ShapeError.damaged) { try CaseEvent(packed: Array(bytes.prefix(count))) }
        }
        #expect(throws: ShapeError.damaged) { try CaseEvent(packed: bytes + [0]) }
    }

    @Test func `of any bytes whatsoever is read or refused, and a state that is read can be lived on from`() throws {
        var random = SeededRandom(seed: 3)
        var samples: [[UInt8]] = []
        Self.walk { state, _ in if random.oneIn(500) { samples.append(state.packed) } }
        #expect(samples.count > 20)
        var read = 0
        for sample in samples {
            for _ in 0..<200 {
                var bytes = sample
                for _ in 0...random.int(0...2) {
                    bytes[random.int(1...bytes.count - 1)] = UInt8(truncatingIfNeeded: random.next())
                }
                guard let state = try? CaseState(packed: bytes) else { continue }
                read += 1
                for command in PairCommand.allCases {
                    let room = PairedCase(id: CaseID(1), state: state, policy: Policy())
                    let other = PairedCase(id: CaseID(2), state: state, policy: Policy())
                    _ = decidePair(
                        command, from: room, into: other, by: .system, in: Circumstances(now: SmallWorld.beginning))
                }
                for command in SmallWorld.commands(on: state, at: SmallWorld.beginning) {
                    for actor in SmallWorld.actors {
                        _ = decide(
                            command, by: actor, on: state, under: Policy(),
                            in: Circumstances(now: SmallWorld.beginning))
                    }
                }
            }
        }
        #expect(read > 100)
    }
}
